"""The parts of a letter: head, subject, addressee, identity, body, demands, closing and copies."""

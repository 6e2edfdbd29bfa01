"""Find problems in a labelled export before a training, and explain them to people who don't program."""

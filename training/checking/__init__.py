"""Before a training: what is wrong with a labelled export, said so that a person who doesn't program can mend it."""

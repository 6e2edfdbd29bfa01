"""The commands of training on the command line, one file each."""

"""What each command does, in which order; the file bears the command's name."""

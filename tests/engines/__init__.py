"""What holds of every engine."""

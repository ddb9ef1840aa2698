"""What an administrator runs."""

"""What the templates of the interview say."""

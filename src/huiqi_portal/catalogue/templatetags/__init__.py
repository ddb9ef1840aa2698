"""What the templates of the catalogue say."""

"""One firm: what it is due and why, what is known of it, and what it contests."""

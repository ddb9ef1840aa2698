"""What there is: measures to search, filter and read."""

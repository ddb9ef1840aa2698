"""huiqi fund: a mother fund and its sub-funds."""

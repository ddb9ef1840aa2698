"""huiqi allocate: what is scarce, given out; and what that costs in which year."""

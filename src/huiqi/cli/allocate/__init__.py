"""huiqi allocate: who gets what when there is not enough for all; one command a file."""

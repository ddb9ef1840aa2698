"""What follows a decision: money is committed, paid, recovered and accounted for."""

"""Who uses the portal, as what, and what was read of whom."""

"""The service as a whole: its settings, its addresses and the commands that run it."""

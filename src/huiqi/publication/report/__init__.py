"""A report people read: what it says, in both languages, as one page without outside requests, and in short as PDF."""

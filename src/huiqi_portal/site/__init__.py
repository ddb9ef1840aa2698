"""The frame of every page: its template, words in both languages, the clock."""

"""Applications of a firm for a measure, so far as drafts."""

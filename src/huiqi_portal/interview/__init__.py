"""A guided interview: which measures a firm may have, one question after the other."""

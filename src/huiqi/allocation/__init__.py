"""Who gets what when there is not enough for all.

solve.py    the one seam to the solver
land/       land and premises against claims
"""

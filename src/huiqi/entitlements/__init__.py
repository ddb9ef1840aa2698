"""Who may have what, and why.

columns.py     the column engine: one plan over one block of subjects; kernel/ does the same in C
due.py         what is due of a measure    totals.py    what it adds up to
cumulate.py    stacking over columns       stacked.py   stacking of what is due
population.py  a registry as blocks        ranks.py     classes by rank        related.py  related enterprises
granted.py     past awards as columns      awards.py    a population with them
evaluate.py    every measure for everybody; run/ has its parts, spark/ the same on a cluster
reconcile.py   a registry against published totals    reweight.py  weights with which it adds up to them
deciding.py    which unknown facts keep a measure undecided
explain.py     why, for one subject        ask.py       what to ask it next
"""

"""Who may have what, and why.

columns.py     the column engine: one plan over one block of subjects
population.py  a registry as blocks        ranks.py     classes by rank
evaluate.py    every measure for everybody, and what is written of it
deciding.py    which unknown facts keep a measure undecided
explain.py     why, for one subject        ask.py       what to ask it next
"""

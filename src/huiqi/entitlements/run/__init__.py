"""A run over a registry, in parts.

stretches.py    evaluates one stretch after the other, on all processors
content.py      what results rest on, as keys: what a later run can take over
parts.py        the files of a part
dimensions.py   by what subjects are grouped in totals
summary.py      all parts together: tables, run.json
reasons.py      the outcome of every test of everybody
values.py       definitions and scorecard results of everybody
undecided.py    which unknown facts keep subjects undecided
"""

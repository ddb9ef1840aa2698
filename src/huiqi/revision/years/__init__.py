"""Several years ahead (逐年测算): a law and its reform year by year, on facts that grow as a scenario states.

scenario.py    what a scenario states: years, cases, growth, and where each figure is from
projected.py   a registry with the years to come: what is known stays, what is not recorded yet grows
granted.py     what one year grants is a past award of the next
ahead.py       both laws in every year: what is committed, and when it is paid
write.py       the same as rows and as a section of simulation.json
"""

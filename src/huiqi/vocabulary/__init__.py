"""The words everyone uses: problems with a place, units, dates, places, and values that are ranges.

problem.py   what is wrong with a text, as a value
source.py    read YAML and keep where every scalar stands
record.py    turn what was read into frozen records
unit.py      money, areas, counts: dimensions and exact factors
period.py    whole years between two dates
ranges.py    exact ranges: numbers, (must, may) pairs and sets of codes
place.py     the tree of jurisdictions
"""

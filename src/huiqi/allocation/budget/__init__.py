"""Give out a round of a fund (一轮资金的分配).

round.py          what a round says: its money, its order, its edge
applications.py   who applied, when, for how much
claims.py         what is claimed: everybody's entitlement, amount and place in the order, as ranges
order.py          places in the order from figures, ties and lots
in_order.py       money and places given out one after the other
pro_rata.py       money shared in proportion
quota.py          the same by groups, with what a group leaves
awards.py         what comes of it for every claim, and why
allocate.py       all of it, from a registry to a folder
explain.py        why, in words
results.py        awards, payments and round.json written and read again
"""

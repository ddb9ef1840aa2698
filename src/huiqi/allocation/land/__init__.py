"""Land and premises against claims: who is placed where, and why not.

area.py      areas on one exact grid
stock.py     parcels, buildings and which parcels lie beside each other
claims.py    who claims what, from tables and from entitlements
offers.py    what could be given to whom: buildings, parcels, and parcels joined
choose.py    the choice: guarantees first, then what is missing of them, then the best use
prices.py    what one more mu or square metre would be worth
relax.py     what it would take to keep the guarantees that cannot be kept
reasons.py   why a claim is placed or not
allocate.py  all of it together
folder.py    what is written
"""

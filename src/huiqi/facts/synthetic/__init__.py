"""How a made-up district comes about: each file draws one side of its firms from the sides drawn before.

scene.py         where, when and how many: what is asked for
trades.py        the trades of a district, and what a middling firm of each is like
draws.py         the few distributions that everything is drawn from
firms.py         who there is: trade, founding day, place, size, drive
sales.py         revenue over the years, and staff
research.py      R&D, its people, intellectual property
recognitions.py  what a firm was recognised as, and when; the 5050 plan
listing.py       stock exchanges, and the way there
accounts.py      income, profit, tax, balance sheet
premises.py      floor area, rent, loans, energy
reviews.py       conduct, and the points that experts give
gaps.py          what of all this the registry does not know

Figures are drawn in natural units, money in whole fen, dates as ordinals; `huiqi.facts.synthesize` puts them into a registry. All of it is
made up: medians and shares are round figures of a plausible size, not estimates of any district.
"""

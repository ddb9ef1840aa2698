"""What any instrument is worth as a grant (补助总额当量).

grant_equivalent.py  the formulas      assumptions.py  what they need beside the rules
of_rounds.py         what rounds cost on that scale
"""

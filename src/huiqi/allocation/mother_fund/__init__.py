"""The mother fund (母基金): its books, what it owns in the end, what came back, which rules hold, and what one more sub-fund would change.

books -> contradictions -> look_through, figures -> multiples, exits, reinvestment -> report -> fund_registry -> kept_rules; proposal on top of them.
Amounts are ranges of whole fen (`vocabulary.ranges.Number`); what nobody knows is from nothing to no end.
"""

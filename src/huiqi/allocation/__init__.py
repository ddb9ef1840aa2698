"""Who gets what when there is not enough (资金分配、用地配置), what it costs in which year, and what public money does beside others'.

budget/         a round of a fund
land/           land and premises against claims    solve.py        the one seam to the solver
payments.py     when awards are paid                commitments.py  what years are promised
mother_fund/    money put in together with others'

What is entitled to is a range, and so is what is got: `awarded` is who gets it however the unknown facts turn out, `refused` who cannot get it
in any case, `undecided` everybody between.
"""

"""Who gets what when there is not enough (资金分配、用地配置), what it costs in which year, and what public money does beside others'.

budget/       a round of a fund                                  round_result.py  its result as it stands in its folder
commitments/  what awards cost in which year                     equivalent/      on one scale with all other instruments
land/         land and premises against claims                   solve.py         the one seam to the solver
mother_fund/  money put in together with others'

What is entitled to is a range, and so is what is got: `awarded` is who gets it however the unknown facts turn out, `refused` who cannot get it
in any case, `undecided` everybody between.
"""

"""Who gets what when there is not enough (资金分配、用地配置), what it costs in which year, and what public money does beside others'.

payments.py     when awards are paid          commitments.py  what years are promised
mother_fund/    money put in together with others'
"""

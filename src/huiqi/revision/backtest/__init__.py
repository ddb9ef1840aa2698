"""Was it so? Editions run on the facts of each year, held against what was recognised or paid (回溯检验).

happened.py   what happened: awards, lists of the recognised, published counts
laws.py       which editions are run on a year     judged.py   what they say of every subject
wanting.py    which tests would have to be otherwise     amounts.py   why a payment is another one
backtest.py   the comparison     write.py   as files     report.py   as a page
"""

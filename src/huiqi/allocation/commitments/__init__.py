"""What awards cost in which year (承诺).

payments.py        an award in instalments by year        promises.py  what is promised already
against_budget.py  both against what the budget gives
"""

"""The books of the funds (专项资金账): an append-only double-entry ledger in whole fen.

events.py     what happens to money: appropriated, committed, paid ...     accounts.py   where money stands
book.py       which lines an event makes, and what it may not do           chain.py      the hash that ties each entry to the one before
tables.py     how a database holds it, and refuses to change it            store.py      a file of SQLite, or PostgreSQL
ledger.py     posting and reading                                          verify.py     is all of it whole?
rounds.py     the awards of a round as commitments                         beancount.py  the same as text that beancount checks
"""

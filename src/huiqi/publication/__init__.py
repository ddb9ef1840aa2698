"""What people read of the texts: a pack as a page, what one text changes in another, which documents are covered.

page.py         a pack as a page            page.html        its template             names.py         the format's words
wording.py      whole rules in words
editions.py     texts by their names        differences.py   from one text to another say_differences.py  the same in words
alignment.py    their conditions            terms.py         what else they state
coverage.py     every document known of
"""

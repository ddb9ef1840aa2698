"""What the text says: from pack folders to typed trees.

library.py      a folder of packs: read, compile, remember         cache.py       the same, kept on disk
pack.py         read one pack folder        records.py  what its files may hold      json_schema.py  the same for editors
parse.py        a line to syntax            syntax.py   what a line says              grammar.py, grammar.lark    its grammar
resolve.py      syntax to the typed tree    tree.py     the nodes                     context.py      which names a line sees
functions/      sum, growth, years_since, ...
definitions.py  derived facts               tables.py   decision tables               cells.py        their cells
scorecards.py   points, totals, classes     amounts.py  what a measure gives          eligibility.py  who may have it
compile.py      documents in force on a day to rules
exact.py        the meaning of the tree: the specification
plan.py         trees to instructions for the column engine
fingerprint.py  what decides a measure's results, as a hash
check.py        what is wrong with the texts        checks/     one kind of fault a file   cases.py        worked cases
groups.py       related enterprises                  links.py    measures that reach other places
cumulation.py   stacking rules, compiled             payable.py  what they leave, exactly
awards.py       past awards: which measures are meant
funds.py        what the budget gives, and to what   instalments.py  when an award is paid
review.py       texts that judge other texts
register.py     what a pack says of its own coverage, and published figures
published.py    figures that a registry can be held against      implied.py  whether one test holds only where another does
render.py       trees in plain words
"""

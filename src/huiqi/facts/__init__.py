"""What is known, from whom, as of when.

schema.py        what can be known: facts with kinds, units, ranges and labels
known.py         what is known of one subject, and so what each fact can be
past.py          past awards as facts, with their windows of time
credit_code.py   the unified social credit code and its check character

A registry is a folder with one row a subject (day facts), one row a subject and year (year facts), and where it all comes from.

registry.py      open it, read it in blocks of encoded columns
provenance.py    registry.yaml: source, observed on, recorded on, verified
cells.py         cells of a column -> values; the one place where figures, dates and codes of tables are read
ownership.py     who holds whom                     awards.py    what was granted in the past
keys.py          whose row is whose: order, repeated ids, year rows without a subject
table.py         one table on disk, Parquet or CSV, a batch at a time
row_groups.py    Parquet tables in order of id: row groups that belong together, read from anywhere; hashes of what they hold
parquet_table.py Parquet files, a row group at a time
text_table.py    encodings, separators and lines of tables that are text
write.py         encoded columns -> a registry, whole or not at all

synthesize.py    a made-up registry; synthetic/ has its parts        calibration.py  weights that meet totals

An import makes a registry from somebody's tables; what cannot be read goes to rejected.csv with its reason.

importing.py     import_tables, from opening the files to the report
import_map.py    the map: column -> fact, unit, codes, dates; checked before anything is read
source_table.py  CSV, Excel or Parquet as rows with their places
merging.py       repeated rows settled, tables joined by id
rejections.py    rejected.csv and the reasons

    open_registry -> Registry.blocks -> Block          import_tables -> ImportReport
"""

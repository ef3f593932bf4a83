"""The household roster: the workbook a property office keeps, read and written into the estate.

What is pure (no Django) comes first: `text` folds, `spelling`, `phones`, `areas`, `dates` and
`names` each read one kind of cell, `headers` finds out what a column means, `files` opens the
workbook, `rows` reads one row and `workbook` the whole file into `parsed.Parsed`. What knows
Django: `sentences` says a problem in words, `apply` writes, `command` is the command line.
"""

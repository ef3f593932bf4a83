"""The household roster: the workbook a property office keeps, read and written into the estate.

What is pure (no Django) comes first: `text` folds, `spelling`, `phones`, `areas`, `dates` and
`names` each read one kind of cell, `headers` finds out what a column means, `files` opens the
workbook, `places` says which house a row is about, `rows` reads the row, `people` gives numbers to
people, `sheets` reads a sheet and `workbook` the whole file into `parsed.Parsed`.

What knows Django: `known` loads what the community has, `moves` and `plan` decide, `bulk` and
`apply` write, `sentences` says a problem in words, `command` is the command line.
"""

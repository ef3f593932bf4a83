"""Importing a household roster: upload, look at what it would do, confirm."""

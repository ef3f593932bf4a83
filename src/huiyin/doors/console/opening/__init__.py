"""Importing opening balances: a workbook to fill in, a preview, the confirmation."""

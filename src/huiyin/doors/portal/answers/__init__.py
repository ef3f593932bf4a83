"""Answers that any owner may read, found by what one types (REC-13)."""

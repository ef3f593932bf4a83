"""Arrears at a glance: how old they are and who owes most."""

"""Raising a request: what it is about, where, photos, and what happens next (OWN-01)."""

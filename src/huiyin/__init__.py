"""Huiyin (回音): every matter settles, every voice gets an echo."""

__version__ = "0.1.0"

"""Providers of messages played on this machine, for trying Huiyin out: nothing leaves it."""

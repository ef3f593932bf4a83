"""Every write of billing, verb first."""

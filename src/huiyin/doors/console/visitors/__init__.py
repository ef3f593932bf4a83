"""Appointments with the managers and what became of each visitor (REC-08)."""

"""The log of a shift: kept, handed over, taken over, signed, printed (REC-12, HR-03)."""

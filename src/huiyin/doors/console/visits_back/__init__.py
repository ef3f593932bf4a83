"""The record of visits back: a page of some days, and the paper to sign (VIS-01…03)."""

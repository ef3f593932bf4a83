"""The accounts of households: find one, see what is open, its bills, a statement of any days."""

"""The incident report of an emergency: written on site, approved by the company, filed (CMP-03)."""

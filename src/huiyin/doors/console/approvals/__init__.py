"""Approvals: what waits for me, what I asked, one request, and who decides on what."""

"""Billing runs: from the draft to the posting, and back."""

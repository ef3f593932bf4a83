"""Checklists: fill one in, look at those that were, change what is asked, print them."""

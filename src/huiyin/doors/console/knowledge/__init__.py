"""Answers to owners questions and the guides of the desk."""

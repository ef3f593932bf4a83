"""Tests of the staff pages as a whole."""

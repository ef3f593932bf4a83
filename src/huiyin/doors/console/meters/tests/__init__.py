"""Tests of the pages of meters."""

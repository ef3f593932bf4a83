"""Tests of this page."""

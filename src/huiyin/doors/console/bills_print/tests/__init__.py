"""Tests of these papers."""

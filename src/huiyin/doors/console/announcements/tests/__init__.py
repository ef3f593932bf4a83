"""Tests of the pages of announcements."""

"""Tests of the approvals pages."""

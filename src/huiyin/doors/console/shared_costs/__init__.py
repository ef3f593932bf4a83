"""Shared costs (公摊): entered, looked at with their working, shared out (BIL-02)."""

"""Calls: what rings, who sits at which telephone, the list of calls (REC-01, REC-02)."""

"""The figures a community wants to reach, and the matters behind each (RPT-03, RPT-07)."""

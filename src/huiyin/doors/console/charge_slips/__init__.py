"""Signed slips (单据) and what is collected for utilities (代收代付): BIL-04, BIL-16."""

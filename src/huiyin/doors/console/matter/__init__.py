"""One matter on one page: what it is, its clocks, what happened, and what may be done now."""

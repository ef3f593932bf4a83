"""Where the outside comes in. A door admits, makes one call, renders; no rule lives here."""

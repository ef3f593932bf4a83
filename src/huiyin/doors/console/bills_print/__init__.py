"""Bills and statements as papers: one, or a whole run in the order of the buildings."""

"""Whom to ring: the service centre, one's keeper, and who comes in an emergency."""

"""The price board in the owners' pages."""

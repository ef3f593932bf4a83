"""Empty forms to print, for work without a phone (forms.md)."""

"""Reading meters: the walk on the phone, the list, what is held back, files."""

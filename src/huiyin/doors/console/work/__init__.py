"""My work: the phone page of those who go and do it, nearest due first, with big buttons."""

"""The written standards and the working calendar, read by all, changed by those who lead."""

"""What a text is probably about, proposed while it is typed; and the table behind it."""

"""What the reader has to pay, and how every line of it was computed."""

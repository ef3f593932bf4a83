"""What follows a complaint about an attitude: facts, a correction, a penalty (CMP-05)."""

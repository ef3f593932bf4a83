"""What an owner asked for: who has it, by when, and what the owner may do now (OWN-01)."""

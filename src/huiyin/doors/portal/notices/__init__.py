"""What owners are told: announcements for their houses and messages of their own (OWN-03)."""

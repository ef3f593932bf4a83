"""The red button and what follows: the plan worked off together, outside help, the end (EMG-01)."""

"""The staff of the community: posts, areas, who is on duty, and handing over open work."""

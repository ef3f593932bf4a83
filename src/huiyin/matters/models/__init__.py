from huiyin.matters.models.matter import Event, Matter, NonConformity, Photo
from huiyin.matters.models.promise import Heartbeat, Pause, Promise, Pulse

__all__ = ["Event", "Heartbeat", "Matter", "NonConformity", "Pause", "Photo", "Promise", "Pulse"]

"""Reads of announcements: for those who write and hang them, and for the owners they are about."""

from huiyin.announcements.queries.portal import published_for, published_one
from huiyin.announcements.queries.rows import PublishedRow, PublishedView

__all__ = ["PublishedRow", "PublishedView", "published_for", "published_one"]

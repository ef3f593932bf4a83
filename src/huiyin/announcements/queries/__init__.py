"""Reads of announcements: for those who write and hang them, and for the owners they are about."""

from huiyin.announcements.queries.counting import AudienceCount, audience_count, channels_set_up
from huiyin.announcements.queries.hanging import (
    POSTING_LISTS,
    posting,
    posting_counts,
    posting_photo,
    postings,
    slip_photo,
    slips,
)
from huiyin.announcements.queries.portal import published_for, published_one
from huiyin.announcements.queries.preview import Preview, preview
from huiyin.announcements.queries.rows import (
    AnnouncementRow,
    AnnouncementView,
    BuildingOption,
    PostingRow,
    PublishedRow,
    PublishedView,
    SlipRow,
    Tally,
    Told,
    VersionRow,
)
from huiyin.announcements.queries.staff import (
    LISTS,
    announcement,
    announcements,
    house_ids,
    of_source,
    places_offered,
)

__all__ = [
    "LISTS",
    "POSTING_LISTS",
    "AnnouncementRow",
    "AnnouncementView",
    "AudienceCount",
    "BuildingOption",
    "PostingRow",
    "Preview",
    "PublishedRow",
    "PublishedView",
    "SlipRow",
    "Tally",
    "Told",
    "VersionRow",
    "announcement",
    "announcements",
    "audience_count",
    "channels_set_up",
    "house_ids",
    "of_source",
    "places_offered",
    "posting",
    "posting_counts",
    "posting_photo",
    "postings",
    "preview",
    "published_for",
    "published_one",
    "slip_photo",
    "slips",
]

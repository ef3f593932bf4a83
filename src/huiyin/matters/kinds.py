"""Names of the trade that the code itself must know: kinds, channels, states, event kinds.

Which clocks run for a kind is not here: that is data, in the service standards (STD-01).
"""

# Kinds of matter; a dot makes a sub kind, so that "complaint.*" in a standard covers all of them.
KINDS = (
    "complaint",
    "complaint.written",
    "complaint.attitude",
    "complaint.emergency",
    "repair",
    "repair.public",
    "home_service",
    "special_service",
    "enquiry",
    "suggestion",
    "praise",
    "help",
    "builder_defect",
    "callback",
    "correction",
    "approval",
    "sign_off",
    "appointment",
)
# Kinds that remind colleagues of each other; no owner waits, nobody is sent.
INTERNAL_KINDS = ("approval", "sign_off")
# Channels of REC-06; "internal" is a note among staff and never a contact with the owner.
CHANNELS = (
    "phone",
    "visit",
    "web",
    "email",
    "sms",
    "wechat",
    "box",
    "letter",
    "forum",
    "walk",
    "interview",
    "meeting",
    "patrol",
    "radio",
)
# Ways that reach an owner and can therefore renew keep-in-touch (CMP-06).
OWNER_CHANNELS = frozenset(
    {"phone", "visit", "web", "email", "sms", "wechat", "letter", "interview", "meeting"}
)
STATES = (
    "received",
    "assigned",
    "accepted",
    "on_site",
    "finished",
    "visited_back",
    "closed",
    "reopened",
)
EVENT_KINDS = (
    "received",
    "assigned",
    "accepted",
    "arrived",
    "progressed",
    "promised",
    "paused",
    "resumed",
    "finished",
    "replied",
    "signed",
    "visited_back",
    "closed",
    "reopened",
    "reclassified",
    "handed_over",
    "escalated",
    "noted",
    "reported",
    "linked",
    "unlinked",
    "given_back",
    "chased",
    "added",
    "rated",
)
# Causes that the weekly analysis of complaints groups by (CMP-09), named when a matter is finished.
CAUSES = (
    "equipment",
    "workmanship",
    "attitude",
    "cleaning",
    "security",
    "neighbour",
    "parking",
    "fees",
    "builder",
    "communication",
    "other",
)

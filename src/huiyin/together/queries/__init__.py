"""Every read of what neighbours do together (OWN-03)."""

from huiyin.together.queries.board import PostRow, Thread, thread, threads
from huiyin.together.queries.gatherings import (
    Coming,
    GatheringRow,
    GatheringView,
    gathering,
    gathering_for,
    gatherings,
    gatherings_for,
)
from huiyin.together.queries.surveys import (
    Results,
    SurveyRow,
    results,
    survey_for,
    surveys,
    surveys_for,
)

__all__ = [
    "Coming",
    "GatheringRow",
    "GatheringView",
    "PostRow",
    "Results",
    "SurveyRow",
    "Thread",
    "gathering",
    "gathering_for",
    "gatherings",
    "gatherings_for",
    "results",
    "survey_for",
    "surveys",
    "surveys_for",
    "thread",
    "threads",
]

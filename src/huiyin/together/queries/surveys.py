"""Reads of surveys: what a household may answer, and what came of it (OWN-03)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huiyin.estate.models import House, Occupancy
from huiyin.estate.queries import lives_on
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.staff.access import admit_to_community
from huiyin.staff.queries import local_day
from huiyin.together import rules
from huiyin.together.access import HOSTS, lives_in
from huiyin.together.models import Survey, Turnout
from huiyin.together.rules import Counted, Question

PAGE = 20
State = Survey.State


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """A survey in a list; ``state`` is draft, waiting, open or closed on the day."""

    id: int
    community_id: int
    title: str
    intro: str
    opens_on: date
    closes_on: date
    state: str
    questions: tuple[Question, ...]
    answered: bool


@dataclass(frozen=True, slots=True)
class Results:
    """What came of a survey: households asked and answered, each question, words in no order.

    Until it is over only how many answered: whoever looks before and after a neighbour has answered
    would read that sheet.
    """

    row: SurveyRow
    asked: int
    answered: int
    counted: tuple[Counted, ...]
    words: tuple[str, ...]
    may_host: bool


def questions_of(survey: Survey) -> tuple[Question, ...]:
    """Return the questions of a survey as they were asked."""
    return tuple(
        Question(one["text"], one["kind"], tuple(one["options"])) for one in survey.questions
    )


def surveys_for(*, caller: Caller, community_id: int, at: datetime) -> tuple[SurveyRow, ...]:
    """Return the surveys a neighbour may answer now, and the last ones that are over."""
    if not lives_in(caller, community_id):
        return ()
    found = _all(community_id).exclude(state=State.DRAFT).order_by("-id")[:PAGE]
    done = _answered(caller, [one.pk for one in found])
    rows = [_row(one, at, answered=one.pk in done) for one in found]
    return tuple(one for one in rows if one.state != "waiting")


def survey_for(*, caller: Caller, survey_id: int, at: datetime) -> SurveyRow:
    """Return a survey as a neighbour sees it; NotFound for what is not theirs or not begun."""
    found = Survey.objects.select_related("community").filter(pk=survey_id).first()
    if found is None or not lives_in(caller, found.community_id):
        raise NotFound(_("没有这份问卷。"))
    row = _row(found, at, answered=bool(_answered(caller, [found.pk])))
    if row.state in {"draft", "waiting"}:
        raise NotFound(_("没有这份问卷。"))
    return row


def surveys(
    *, caller: Caller, community_id: int, at: datetime, cursor: str = "", limit: int = PAGE
) -> Page[SurveyRow]:
    """Return the surveys of a community, newest first, for its staff."""
    admit_to_community(caller, community_id)
    found = _all(community_id).order_by("-id")
    try:
        (last,) = read_cursor(cursor, int) if cursor else (None,)
    except BadCursor:
        last = None
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: limit + 1])
    return page_of(rows, limit, lambda one: _row(one, at), lambda one: (one.pk,))


def results(*, caller: Caller, survey_id: int, at: datetime) -> Results:
    """Return what came of a survey, for the staff; nobody can tell who said what."""
    found = Survey.objects.select_related("community").filter(pk=survey_id).first()
    if found is None or not caller.works_in(found.community_id):
        raise NotFound(_("没有这份问卷。"))
    row = _row(found, at)
    over = row.state == "closed"
    ballots = list(found.ballots.order_by("id").values_list("answers", "words")) if over else []
    living = Occupancy.objects.filter(lives_on(local_day(at, found.community.zone)))
    homes = House.objects.filter(community_id=found.community_id, vacant=False)
    lived_in = homes.exclude(kind=House.Kind.PARKING).filter(pk__in=living.values("house"))
    return Results(
        row=row,
        asked=lived_in.count(),
        answered=found.turnout.count(),
        counted=rules.count(row.questions, [answers for answers, _words in ballots])
        if over
        else (),
        words=tuple(words for _answers, words in ballots if words),
        may_host=caller.holds(found.community_id, *HOSTS),
    )


def _all(community_id: int) -> QuerySet[Survey]:
    return Survey.objects.filter(community_id=community_id).select_related("community")


def _answered(caller: Caller, survey_ids: list[int]) -> set[int]:
    """Return the surveys that every house of the caller has answered, or any of them."""
    done = Turnout.objects.filter(survey__in=survey_ids, house__in=list(caller.households))
    return set(done.values_list("survey_id", flat=True))


def _row(one: Survey, at: datetime, *, answered: bool = False) -> SurveyRow:
    today = local_day(at, one.community.zone)
    state: str = one.state
    if one.state == State.OPEN:
        state = "waiting" if today < one.opens_on else state
        state = "closed" if today > one.closes_on else state
    return SurveyRow(
        id=one.pk,
        community_id=one.community_id,
        title=one.title,
        intro=one.intro,
        opens_on=one.opens_on,
        closes_on=one.closes_on,
        state=state,
        questions=questions_of(one),
        answered=answered,
    )

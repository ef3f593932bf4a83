"""Surveys: drafted, opened, answered once by each household without a name, closed (OWN-03)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text
from huiyin.together import rules, titles
from huiyin.together.access import admit_host, own_house
from huiyin.together.models import Ballot, Survey
from huiyin.together.queries.surveys import questions_of
from huiyin.trail.actions import record

TITLE_MOST, INTRO_MOST, WORDS_MOST = 60, 1000, 1000
State = Survey.State
# Both tables would keep the order in which households answered, in every copy of the database:
# side by side they would tell whose sheet is whose. So one of them is shuffled each time.
_TURN_OUT = """
WITH before AS (DELETE FROM together_turnout WHERE survey_id = %(survey)s RETURNING house_id)
INSERT INTO together_turnout (survey_id, house_id)
SELECT %(survey)s, house_id
  FROM (SELECT house_id FROM before UNION ALL SELECT %(house)s) AS households ORDER BY random()
"""


class UnableToAsk(BadInput):
    """A survey cannot be asked as it is written."""


class UnableToAnswer(WrongState):
    """The survey is not open, or the household has answered."""


@transaction.atomic
def save_survey(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    title: str,
    intro: str,
    questions: str,
    opens_on: date,
    closes_on: date,
    survey_id: int | None = None,
) -> int:
    """Keep a survey as a draft and return its id; ``questions`` are written one a line.

    Raises NotFound, Forbidden, UnableToAsk, WrongState once it is open.
    """
    admit_host(by, community_id)
    survey = _draft(community_id, survey_id)
    try:
        read = rules.read_questions(questions)
    except rules.BadQuestions as bad:
        raise UnableToAsk(titles.QUESTIONS[bad.code] % {"n": bad.line}, field="questions") from bad
    if closes_on < opens_on:
        raise UnableToAsk(_("结束日期要不早于开始日期。"), field="closes_on")
    if by.employee_id is None:
        raise Forbidden(_("问卷要由员工本人发起。"))
    survey.title = checked_text(title, "title", TITLE_MOST)
    survey.intro = checked_text(intro, "intro", INTRO_MOST, required=False)
    survey.questions = [asdict(one) for one in read]
    survey.opens_on, survey.closes_on = opens_on, closes_on
    survey.made_by_id, survey.made_at = by.employee_id, at
    survey.save()
    _trail("drafted", survey, by, at)
    return survey.pk


@transaction.atomic
def open_survey(*, by: Caller, at: datetime, survey_id: int) -> None:
    """Let households answer from the first day on; from now on nothing of it changes."""
    survey = _locked(by, survey_id)
    if survey.state != State.DRAFT:
        raise WrongState(_("这份问卷已经发布过了。"))
    if survey.closes_on < local_day(at, survey.community.zone):
        raise UnableToAsk(_("结束日期已经过去,请先改日期。"), field="closes_on")
    survey.state, survey.opened_at = State.OPEN, at
    survey.save(update_fields=["state", "opened_at"])
    _trail("opened", survey, by, at)


@transaction.atomic
def close_survey(*, by: Caller, at: datetime, survey_id: int) -> None:
    """End a survey before its last day."""
    survey = _locked(by, survey_id)
    if survey.state != State.OPEN:
        raise WrongState(_("这份问卷现在没有在收集。"))
    survey.state, survey.closed_at = State.CLOSED, at
    survey.save(update_fields=["state", "closed_at"])
    _trail("closed", survey, by, at)


@transaction.atomic
def answer_survey(
    *,
    by: Caller,
    at: datetime,
    survey_id: int,
    house_id: int,
    answers: Mapping[int, str],
    words: str = "",
) -> None:
    """Answer for a household, once; who answered is written apart from what was answered.

    Raises NotFound, UnableToAnswer, BadInput naming the first question without an answer.
    """
    survey = Survey.objects.select_related("community").filter(pk=survey_id).first()
    if survey is None or survey.state == State.DRAFT or not has_begun(survey, at):
        raise NotFound(_("没有这份问卷。"))
    house = own_house(by, survey.community_id, house_id)
    if not is_open(survey, at):
        raise UnableToAnswer(_("这份问卷已经结束,谢谢您的关心。"))
    questions = questions_of(survey)
    if unanswered := rules.missing(questions, answers):
        raise BadInput(
            _("第 %(n)d 题还没有选。") % {"n": unanswered[0] + 1}, field=f"q{unanswered[0]}"
        )
    words = checked_text(words, "words", WORDS_MOST, required=False)
    Survey.objects.select_for_update().get(pk=survey.pk)
    if survey.turnout.filter(house=house).exists():
        raise UnableToAnswer(_("您家已经填过这份问卷了,每户一份。"))
    with connection.cursor() as cursor:
        cursor.execute(_TURN_OUT, {"survey": survey.pk, "house": house.pk})
    given = [answers[number] for number in range(len(questions))]
    Ballot.objects.create(survey=survey, answers=given, words=words)


def has_begun(survey: Survey, at: datetime) -> bool:
    """Tell whether a survey's first day has come; before, households do not know of it."""
    return survey.opens_on <= local_day(at, survey.community.zone)


def is_open(survey: Survey, at: datetime) -> bool:
    """Tell whether households may answer at a moment."""
    today = local_day(at, survey.community.zone)
    return survey.state == State.OPEN and has_begun(survey, at) and today <= survey.closes_on


def _draft(community_id: int, survey_id: int | None) -> Survey:
    if survey_id is None:
        return Survey(community_id=community_id)
    survey = Survey.objects.select_for_update().filter(pk=survey_id).first()
    if survey is None or survey.community_id != community_id:
        raise NotFound(_("没有这份问卷。"))
    if survey.state != State.DRAFT:
        raise WrongState(_("问卷发布后不能再改。请结束它,另发一份。"))
    return survey


def _locked(by: Caller, survey_id: int) -> Survey:
    survey = (
        Survey.objects.select_related("community")
        .select_for_update(of=("self",))
        .filter(pk=survey_id)
        .first()
    )
    if survey is None:
        raise NotFound(_("没有这份问卷。"))
    admit_host(by, survey.community_id)
    return survey


def _trail(what: str, survey: Survey, by: Caller, at: datetime) -> None:
    record(
        action=f"together.survey_{what}",
        by=by,
        at=at,
        subject=f"survey:{survey.pk}",
        community_id=survey.community_id,
        after={"title": survey.title, "questions": len(survey.questions)},
    )

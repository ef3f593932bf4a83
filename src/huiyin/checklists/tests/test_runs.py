"""Runs of checklists: one version, marks that are only added, one key one mark."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from huiyin.checklists import actions, queries, rules, shipped
from huiyin.checklists.models import Mark, Run, Template, Version
from huiyin.checklists.rows import RunView
from huiyin.files.models import StoredFile
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.tests.cast import AT, Cast
from huiyin.trail.models import Entry

LATER = AT + timedelta(minutes=10)
KEY = UUID("11111111-2222-3333-4444-555555555555")
SUBJECT = "shift:1"


def start(cast: Cast, code: str = "four_checks", subject: str = SUBJECT) -> int:
    """Let the receptionist start a run."""
    return actions.start_run(
        by=cast.caller("receptionist"),
        at=AT,
        community_id=cast.town.community.pk,
        code=code,
        subject=subject,
    )


def mark(cast: Cast, run_id: int, item: str, value: object = True, **given: object) -> int:
    """Mark an item as the receptionist; return the mark."""
    who = {"by": cast.caller("receptionist"), "at": LATER, **given}
    return actions.mark_item(run_id=run_id, item=item, value=value, **who).id  # type: ignore[arg-type]


def fill(cast: Cast, run_id: int) -> None:
    """Tick everything required of the four checks."""
    for item in ("doors", "lights", "windows", "appliances"):
        mark(cast, run_id, item)


def stored(number: int) -> int:
    """Make a row of a file."""
    return StoredFile.objects.create(
        sha256=f"{number:064}", size=1, media_type="image/jpeg", created_at=AT
    ).pk


def view(cast: Cast, run_id: int) -> RunView:
    """Look at a run as the receptionist."""
    return queries.run(caller=cast.caller("receptionist"), run_id=run_id, at=LATER)


@pytest.mark.rule("HR-03")
def test_a_run_goes_from_its_start_to_its_end(cast: Cast) -> None:
    run_id = start(cast)
    assert view(cast, run_id).missing == ("doors", "lights", "windows", "appliances")
    with pytest.raises(actions.UnableToEnd, match="门已锁好"):
        actions.end_run(by=cast.caller("receptionist"), at=LATER, run_id=run_id)
    fill(cast, run_id)
    actions.end_run(by=cast.caller("receptionist"), at=LATER, run_id=run_id)
    seen = view(cast, run_id)
    assert (seen.state, seen.ended_at, seen.missing, seen.percent) == ("done", LATER, (), 80)
    assert seen.ended_by == cast.employee("receptionist").name
    with pytest.raises(actions.UnableToEnd):
        actions.end_run(by=cast.caller("receptionist"), at=LATER, run_id=run_id)
    with pytest.raises(actions.UnableToMark):
        mark(cast, run_id, "remark", "晚了")
    assert [one.action for one in Entry.objects.filter(subject=SUBJECT).order_by("id")] == [
        "checklists.run_started",
        "checklists.run_ended",
    ]


def test_a_subject_has_one_open_run_of_a_code(cast: Cast) -> None:
    first = start(cast)
    assert start(cast) == first
    assert start(cast, "visit.home") != first
    actions.drop_run(by=cast.caller("manager"), at=LATER, run_id=first, reason="填错了")
    assert start(cast) != first
    rows = queries.runs_of(caller=cast.caller("guard"), subject=SUBJECT)
    assert [(one.code, one.state) for one in rows] == [
        ("four_checks", "dropped"),
        ("visit.home", "open"),
        ("four_checks", "open"),
    ]


def test_the_same_place_of_two_communities_is_two_runs(cast: Cast) -> None:
    here = start(cast, subject="place:东门")
    there = actions.start_run(
        by=cast.caller("E034"),
        at=AT,
        community_id=cast.neighbour.community.pk,
        code="four_checks",
        subject="place:东门",
    )
    assert here != there


def test_marks_are_only_added_and_the_last_one_counts(cast: Cast) -> None:
    run_id = start(cast)
    mark(cast, run_id, "doors", False, note="东门锁坏")
    mark(cast, run_id, "doors", True, recorded_at=LATER + timedelta(hours=1))
    doors = view(cast, run_id).items[0]
    assert doors.mark is not None
    assert (doors.mark.value, doors.times_marked) == (True, 2)
    assert (doors.mark.at, doors.mark.recorded_at) == (LATER, LATER + timedelta(hours=1))
    both = queries.marks_of(caller=cast.caller("receptionist"), run_id=run_id, item="doors")
    assert [(one.value, one.failed, one.note) for one in both] == [
        (False, True, "东门锁坏"),
        (True, False, ""),
    ]
    for change in (
        lambda: Mark.objects.filter(run=run_id).update(value=False),
        lambda: Mark.objects.filter(run=run_id).delete(),
        lambda: Version.objects.all().update(items=[]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_same_key_is_the_same_mark(cast: Cast) -> None:
    run_id, other = start(cast), start(cast, subject="shift:2")
    first = mark(cast, run_id, "doors", key=KEY)
    assert mark(cast, run_id, "doors", key=KEY, at=LATER + timedelta(minutes=5)) == first
    assert Mark.objects.count() == 1
    for run, item, value in (
        (run_id, "doors", False),
        (run_id, "lights", True),
        (other, "doors", True),
    ):
        with pytest.raises(actions.UnableToMark) as refused:
            mark(cast, run, item, value, key=KEY)
        assert refused.value.status == 409
    fill(cast, run_id)
    actions.end_run(by=cast.caller("receptionist"), at=LATER, run_id=run_id)
    assert mark(cast, run_id, "doors", key=KEY) == first


@pytest.mark.parametrize(
    ("item", "value"),
    [("doors", "yes"), ("remark", ""), ("remark", "\0"), ("gate", True), ("remark", "长" * 1001)],
)
def test_a_mark_that_does_not_fit_names_its_item(cast: Cast, item: str, value: object) -> None:
    run_id = start(cast)
    with pytest.raises(actions.UnableToTakeMark) as refused:
        mark(cast, run_id, item, value)
    assert refused.value.field == item
    with pytest.raises(actions.UnableToTakeMark):
        mark(cast, run_id, "doors", True, note="长" * 301)


def test_photos_must_have_been_stored(cast: Cast) -> None:
    run_id = start(cast, "visit.home")
    file = stored(1)
    mark(cast, run_id, "photos_before", {"files": [file]})
    with pytest.raises(actions.UnableToTakeMark):
        mark(cast, run_id, "photos_after", {"files": [file, file + 1]})
    with pytest.raises(actions.UnableToTakeMark, match="9"):
        mark(cast, run_id, "photos_after", {"files": [stored(n) for n in range(2, 12)]})
    technician = cast.caller("technician")
    assert queries.file_of_run(caller=technician, run_id=run_id, file_id=file) == file
    for caller, wanted in ((technician, file + 1), (cast.caller("E031"), file)):
        with pytest.raises(NotFound):
            queries.file_of_run(caller=caller, run_id=run_id, file_id=wanted)


def test_strangers_learn_nothing(cast: Cast) -> None:
    run_id, stranger = start(cast), cast.caller("E031")
    community_id = cast.town.community.pk
    for look in (
        lambda: queries.run(caller=stranger, run_id=run_id, at=LATER),
        lambda: queries.runs(caller=stranger, community_id=community_id),
        lambda: queries.templates(caller=stranger, community_id=community_id),
        lambda: queries.template(caller=stranger, community_id=community_id, code="four_checks"),
        lambda: actions.mark_item(by=stranger, at=LATER, run_id=run_id, item="doors", value=True),
        lambda: actions.end_run(by=stranger, at=LATER, run_id=run_id),
        lambda: actions.drop_run(by=stranger, at=LATER, run_id=run_id, reason="x"),
        lambda: actions.start_run(
            by=stranger, at=AT, community_id=community_id, code="four_checks", subject="shift:9"
        ),
    ):
        with pytest.raises(NotFound):
            look()
    assert queries.runs_of(caller=stranger, subject=SUBJECT) == ()


def test_only_who_started_a_run_or_leads_drops_it_for_a_reason(cast: Cast) -> None:
    run_id = start(cast)
    with pytest.raises(Forbidden):
        actions.drop_run(by=cast.caller("guard"), at=LATER, run_id=run_id, reason="不要了")
    with pytest.raises(BadInput):
        actions.drop_run(by=cast.caller("receptionist"), at=LATER, run_id=run_id, reason=" ")
    actions.drop_run(by=cast.caller("receptionist"), at=LATER, run_id=run_id, reason="不要了")
    with pytest.raises(WrongState):
        actions.drop_run(by=cast.caller("manager"), at=LATER, run_id=run_id, reason="再来")


@pytest.mark.parametrize("code", ["nothing", "\0", ""])
def test_an_unknown_checklist_cannot_be_started(cast: Cast, code: str) -> None:
    with pytest.raises(actions.UnableToStart):
        start(cast, code)


def test_what_is_shipped_becomes_a_version_when_used_and_anew_when_it_changes(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start(cast)
    start(cast, subject="shift:2")
    assert Version.objects.count() == 1
    newer = rules.Template("four_checks", "离岗五查", (rules.Item("water", "水已关好"),))
    monkeypatch.setattr(actions, "shipped", lambda _code: newer)
    second = start(cast, subject="shift:3")
    assert [one.item.key for one in view(cast, second).items] == ["water"]
    assert view(cast, first).items[0].item.key == "doors"
    assert [one.number for one in Version.objects.order_by("number")] == [1, 2]
    assert Template.objects.get().community is None


ITEMS = '[[item]]\nkey = "gas"\ntitle = "燃气阀已关"\nraises = "repair.public"\n'


def save(cast: Cast, items: str = ITEMS, post: str = "manager", **given: str) -> int:
    """Write the community's own four checks."""
    words = {"code": "four_checks", "title": "离岗检查", "reason": "加上燃气", **given}
    return actions.save_template(
        by=cast.caller(post), at=LATER, community_id=cast.town.community.pk, items=items, **words
    )


def test_an_edited_template_counts_from_then_on_in_its_community(cast: Cast) -> None:
    before = start(cast)
    version = save(cast)
    assert save(cast) == version
    after = start(cast, subject="shift:2")
    assert view(cast, after).title == "离岗检查"
    assert [one.item.key for one in view(cast, after).items] == ["gas"]
    assert view(cast, before).items[0].item.key == "doors"
    neighbour = actions.start_run(
        by=cast.caller("E034"),
        at=AT,
        community_id=cast.neighbour.community.pk,
        code="four_checks",
        subject="shift:8",
    )
    seen = queries.run(caller=cast.caller("E034"), run_id=neighbour, at=AT)
    assert seen.items[0].item.key == "doors"
    assert Entry.objects.filter(action="checklists.template_saved").count() == 1
    shown = queries.template(
        caller=cast.caller("guard"), community_id=cast.town.community.pk, code="four_checks"
    )
    assert (shown.row.origin, shown.row.number, shown.may_write) == ("community", 1, False)
    assert [(one.origin, one.number) for one in shown.versions] == [
        ("community", 1),
        ("company", 1),
    ]


def test_a_retired_version_gives_way_to_the_company_s(cast: Cast) -> None:
    manager, community_id = cast.caller("manager"), cast.town.community.pk
    save(cast)
    given = {"community_id": community_id, "code": "four_checks", "reason": "用公司的"}
    actions.retire_template(by=manager, at=LATER, **given)  # type: ignore[arg-type]
    assert view(cast, start(cast)).items[0].item.key == "doors"
    with pytest.raises(NotFound):
        actions.retire_template(by=manager, at=LATER, **given)  # type: ignore[arg-type]
    save(cast)
    assert view(cast, start(cast, subject="shift:2")).items[0].item.key == "gas"


def test_a_broken_template_is_refused_with_every_mistake(cast: Cast) -> None:
    with pytest.raises(actions.UnableToSaveTemplate) as refused:
        save(cast, '[[item]]\nkey = "a"\n[[item]]\nkey = "b"\ntitle = "水温"\nkind = "smell"\n')
    assert "第 1 项“内容”:请填写" in str(refused.value)
    assert "第 2 项“方式”:没有“smell”这种方式" in str(refused.value)
    for given in ({"title": ""}, {"reason": ""}, {"code": "A B"}, {"title": "长" * 81}):
        with pytest.raises(BadInput):
            save(cast, **given)
    assert not Version.objects.exists()


@pytest.mark.parametrize("post", ["receptionist", "supervisor", "technician"])
def test_templates_are_written_by_those_who_lead(cast: Cast, post: str) -> None:
    with pytest.raises(Forbidden):
        save(cast, post=post)


def test_failed_items_wait_for_their_matter_once(cast: Cast) -> None:
    save(cast)
    run_id = start(cast)
    mark(cast, run_id, "gas", False)
    mark(cast, run_id, "gas", True)
    waiting = Mark.objects.filter(raises="repair.public", raised="")
    assert [(one.failed, one.value) for one in waiting] == [(True, False)]


def test_lists_ask_few_questions_however_long(cast: Cast) -> None:
    community_id, caller = cast.town.community.pk, cast.caller("manager")
    for number in range(30):
        mark(cast, start(cast, subject=f"shift:{number}"), "doors", number % 2 == 0)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = queries.runs(caller=caller, community_id=community_id)
    assert len(asked) == 2
    assert (len(page.items), page.items[0].percent) == (25, 20)
    assert sum(one.failed for one in page.items) == 13
    rest = queries.runs(caller=caller, community_id=community_id, cursor=page.next or "")
    assert (len(rest.items), rest.next) == (5, None)
    assert not {one.id for one in rest.items} & {one.id for one in page.items}
    with CaptureQueriesContext(connection) as asked:
        queries.templates(caller=caller, community_id=community_id)
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        queries.run(caller=caller, run_id=page.items[0].id, at=LATER)
    assert len(asked) == 2
    with pytest.raises(BadInput):
        queries.runs(caller=caller, community_id=community_id, cursor="x")


def test_every_shipped_template_can_be_read() -> None:
    assert {"visit.home", "four_checks"} <= set(shipped.all_shipped())
    assert all(code == one.code for code, one in shipped.all_shipped().items())


def test_runs_may_be_narrowed(cast: Cast) -> None:
    community_id, caller = cast.town.community.pk, cast.caller("guard")
    start(cast)
    start(cast, "visit.home")
    found = queries.runs(caller=caller, community_id=community_id, code="visit.home", state="open")
    assert [one.code for one in found.items] == ["visit.home"]
    assert not queries.runs(caller=caller, community_id=community_id, state="done").items
    assert Run.objects.count() == 2

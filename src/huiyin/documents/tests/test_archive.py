"""The archive: who finds and reads what, scans, search, retention and its end (PLN-04)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test.utils import CaptureQueriesContext

from huiyin.documents import actions, queries
from huiyin.documents.actions.common import Facts
from huiyin.documents.models import Paper
from huiyin.documents.tests.papers import LETTER, draft, facts, filed, issue, scan
from huiyin.estate.models import Occupancy
from huiyin.files.actions import UnableToStoreDocument
from huiyin.files.places import path_of
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.trail.models import Entry

LATER = AT + timedelta(hours=1)


def found(cast: Cast, post: str = "manager", **asked: Any) -> list[str]:
    """Return the titles that somebody finds, newest first."""
    page = queries.papers(
        caller=cast.caller(post), **{"community_id": cast.town.community.pk, **asked}
    )
    return [one.title for one in page.items]


# -- who reads what


@pytest.mark.rule("PLN-04")
@pytest.mark.parametrize(
    ("given", "readers", "others"),
    [
        ({}, ["receptionist", "keeper", "quality", "manager"], ["technician", "guard", "finance"]),
        ({"department": "engineering"}, ["technician", "receptionist"], ["guard", "cleaner"]),
        ({"confidential": "leaders"}, ["manager", "general_manager"], ["receptionist", "quality"]),
        (
            {"confidential": "posts", "readers": ("finance",)},
            ["finance", "manager"],
            ["receptionist", "quality", "technician"],
        ),
    ],
)
def test_levels_say_who_finds_and_opens_a_paper(
    cast: Cast, given: dict[str, Any], readers: list[str], others: list[str]
) -> None:
    made = issue(cast, post="manager", **given)
    for post in readers:
        assert found(cast, post) == ["停水通知函"], post
        assert queries.paper(caller=cast.caller(post), paper_id=made.id).row.id == made.id
        assert queries.paper_bytes(caller=cast.caller(post), paper_id=made.id, at=LATER)
    for post in others:
        assert found(cast, post) == [], post
        with pytest.raises(Forbidden):
            queries.paper(caller=cast.caller(post), paper_id=made.id)
        with pytest.raises(Forbidden):
            queries.paper_bytes(caller=cast.caller(post), paper_id=made.id, at=LATER)


def test_the_list_shows_exactly_what_may_be_opened(cast: Cast) -> None:
    """The condition in SQL and the one in Python are the same."""
    for department in ("service", "engineering", "finance"):
        issue(cast, department=department)
        issue(cast, post="manager", department=department, confidential="leaders")
        issue(cast, post="manager", confidential="posts", readers=("guard",), department=department)
    draft(cast)
    everything = list(Paper.objects.values_list("pk", flat=True))
    for post in cast.by_post:
        caller = cast.caller(post)
        listed = {
            one.id
            for one in queries.papers(caller=caller, community_id=cast.town.community.pk).items
        }
        for pk in everything:
            try:
                queries.paper(caller=caller, paper_id=pk)
            except Forbidden:
                assert pk not in listed, post
            else:
                assert pk in listed, post


def test_to_strangers_and_to_whom_it_complains_about_it_is_not_there(cast: Cast) -> None:
    made = issue(cast, post="manager", about_id=cast.employee("keeper").pk)
    for who in ("E031", "keeper"):
        with pytest.raises(NotFound):
            queries.paper(caller=cast.caller(who), paper_id=made.id)
        with pytest.raises(NotFound):
            queries.paper_bytes(caller=cast.caller(who), paper_id=made.id, at=LATER)
    assert found(cast, "keeper") == []
    with pytest.raises(NotFound):
        found(cast, "E031")


@pytest.mark.rule("PLN-04")
def test_opening_a_confidential_paper_is_in_the_trail(cast: Cast) -> None:
    made = issue(cast, post="manager", confidential="leaders")
    plain = issue(cast)
    for one in (made, plain):
        queries.paper_bytes(caller=cast.caller("assistant"), paper_id=one.id, at=LATER)
    read = Entry.objects.filter(action="documents.paper_read")
    assert [one.subject for one in read] == [f"paper:{made.id}"]
    view = queries.paper(caller=cast.caller("manager"), paper_id=made.id)
    assert [(one.by, one.at) for one in view.readings] == [("冯助", LATER)]


def test_a_leader_says_anew_who_may_read(cast: Cast) -> None:
    made = issue(cast)
    with pytest.raises(Forbidden):
        actions.classify(
            by=cast.caller("keeper"), at=LATER, paper_id=made.id, confidential="leaders"
        )
    actions.classify(by=cast.caller("manager"), at=LATER, paper_id=made.id, confidential="leaders")
    assert found(cast, "quality") == []
    with pytest.raises(BadInput):
        actions.classify(
            by=cast.caller("manager"), at=LATER, paper_id=made.id, confidential="secret"
        )


# -- found again


@pytest.mark.rule("PLN-04")
def test_papers_are_found_by_department_kind_time_number_house_and_subject(cast: Cast) -> None:
    issue(cast, title="甲", kind="letter")
    issue(cast, title="乙", kind="notice", department="engineering")
    issue(cast, title="丙", at=moment("2026-03-20 23:30"), house_id=cast.town.flat.pk)
    issue(cast, title="丁", subject="matter:YG-20260316-0001", person_id=cast.town.tenant.pk)
    assert found(cast) == ["丁", "丙", "乙", "甲"]
    assert found(cast, department="engineering") == ["乙"]
    assert found(cast, kind="letter") == ["丁", "丙", "甲"]
    assert found(cast, since=date(2026, 3, 20), until=date(2026, 3, 20)) == ["丙"]
    assert found(cast, until=date(2026, 3, 19)) == ["丁", "乙", "甲"]
    assert found(cast, q="YG-TZ-2026-0001") == ["乙"]
    assert found(cast, q="3-1-1201") == ["丙"]
    assert found(cast, q="赵强") == ["丁"]
    of = queries.papers_of(caller=cast.caller("keeper"), subject="matter:YG-20260316-0001")
    assert [one.title for one in of] == ["丁"]


@pytest.mark.rule("PLN-04")
@pytest.mark.parametrize("asked", ["储水备用", "储水", "水", "停水 备用", "YG-hj-2026", "储水备用"])
def test_every_word_of_the_text_finds_it(cast: Cast, asked: str) -> None:
    issue(cast, title="甲")
    assert found(cast, q=asked) == ["甲"]


@pytest.mark.parametrize("asked", ["%", "_", "停_水", "储%用", "\\", "燃气", "储水 燃气"])
def test_signs_of_patterns_are_only_signs(cast: Cast, asked: str) -> None:
    issue(cast, title="甲")
    assert found(cast, q=asked) == []


def test_a_long_search_goes_through_the_trigrams(cast: Cast) -> None:
    issue(cast)
    with transaction.atomic(), CaptureQueriesContext(_connection()) as asked:
        _connection().cursor().execute("SET LOCAL enable_seqscan = off")
        plan = Paper.objects.filter(words__contains="储水备用").explain()
    assert "paper_trigrams" in plan, asked


def test_a_list_is_walked_by_cursor_in_one_query_a_page(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    for number in range(queries.PAGE + 3):
        draft(cast, title=f"文件{number}", house_id=cast.town.flat.pk)
    caller, place = cast.caller("manager"), cast.town.community.pk
    with django_assert_num_queries(1):
        first = queries.papers(caller=caller, community_id=place)
    assert len(first.items) == queries.PAGE
    rest = queries.papers(caller=caller, community_id=place, cursor=first.next or "")
    assert [one.title for one in rest.items] == ["文件2", "文件1", "文件0"]
    with pytest.raises(BadInput):
        queries.papers(caller=caller, community_id=place, cursor="x")


# -- scans


@pytest.mark.rule("PLN-04")
def test_a_scan_is_a_numbered_paper_found_by_its_own_text(cast: Cast) -> None:
    pk = filed(cast, file=scan("王丽承诺不拆承重墙"), summary="装修押金三千元")
    paper = Paper.objects.get(pk=pk)
    assert (paper.number, paper.state) == ("YG-ZX-2026-0001", "issued")
    assert found(cast, q="承重墙") == ["装修承诺书"]
    assert found(cast, q="押金三千") == ["装修承诺书"]
    data, _name = queries.paper_bytes(caller=cast.caller("keeper"), paper_id=pk, at=LATER)
    assert data == scan("王丽承诺不拆承重墙")


def test_the_same_upload_twice_is_one_paper(cast: Cast) -> None:
    key = uuid4()
    assert filed(cast, key=key) == filed(cast, key=key)
    assert Paper.objects.count() == 1


@pytest.mark.parametrize(
    "junk", [b"", b"MZ\x90 program", b"<html>", b"%PDF-1.7 torn", b"PK\x03\x04"]
)
def test_what_is_no_scan_is_refused_beside_its_field(cast: Cast, junk: bytes) -> None:
    with pytest.raises(UnableToStoreDocument) as refused:
        filed(cast, file=junk)
    assert refused.value.field == "file"
    assert not Paper.objects.exists()


def test_those_without_a_desk_file_nothing(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        filed(cast, post="guard")
    with pytest.raises(NotFound):
        filed(cast, post="E032")


# -- drafts


def test_a_draft_is_seen_by_its_writer_and_leaders_only(cast: Cast) -> None:
    pk = draft(cast)
    assert found(cast, "receptionist") == found(cast, "manager") == ["停水通知函"]
    assert found(cast, "supervisor") == []
    with pytest.raises(Forbidden):
        queries.paper(caller=cast.caller("supervisor"), paper_id=pk)
    assert queries.paper(caller=cast.caller("receptionist"), paper_id=pk).row.number == ""


def test_a_draft_that_could_not_be_printed_is_refused_at_once(cast: Cast) -> None:
    with pytest.raises(BadInput) as refused:
        actions.draft_paper(
            by=cast.caller("receptionist"),
            at=AT,
            facts=facts(cast),
            form="letter",
            data={**LETTER, "salutation": "𠮷先生"},
            key=uuid4(),
        )
    assert refused.value.field == "salutation"


def test_a_draft_is_changed_until_it_is_handed_in(cast: Cast) -> None:
    pk = draft(cast)
    by = cast.caller("receptionist")
    change: dict[str, Any] = {"paper_id": pk, "title": "改期函", "data": {**LETTER, "body": "改期"}}
    actions.edit_draft(by=by, at=LATER, **change)
    assert found(cast, q="改期") == ["改期函"]
    with pytest.raises(Forbidden):
        actions.edit_draft(by=cast.caller("supervisor"), at=LATER, **change)
    actions.submit(by=by, at=LATER, paper_id=pk)
    with pytest.raises(WrongState):
        actions.edit_draft(by=by, at=LATER, **change)
    actions.take_back(by=by, at=LATER, paper_id=pk)
    actions.edit_draft(by=by, at=LATER, **change)
    actions.drop_draft(by=by, at=LATER, paper_id=pk, reason="不发了")
    assert Paper.objects.get().state == "void"


# -- retention


def old_paper(cast: Cast) -> int:
    """Issue a letter in 2018, to be kept until the end of 2023."""
    return issue(cast, at=moment("2018-05-01 10:00"), keep_years=5).id


@pytest.mark.rule("PLN-04")
def test_what_is_over_is_destroyed_by_two_and_its_entry_stays(
    cast: Cast, tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.HOME = tmp_path
    pk, kept = old_paper(cast), issue(cast).id
    place, boss, second = cast.town.community.pk, cast.caller("manager"), cast.caller("assistant")
    listed = queries.over(caller=boss, community_id=place, at=AT).items
    assert [(one.id, one.keep_until) for one in listed] == [(pk, date(2024, 1, 1))]
    with pytest.raises(WrongState):
        actions.propose_destruction(by=boss, at=AT, paper_ids=[kept])
    with pytest.raises(WrongState):
        actions.approve_destruction(by=second, at=AT, paper_ids=[pk])
    actions.propose_destruction(by=boss, at=AT, paper_ids=[pk])
    with pytest.raises(Forbidden):
        actions.approve_destruction(by=boss, at=AT, paper_ids=[pk])
    path = path_of(Paper.objects.get(pk=pk).sha256)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        actions.approve_destruction(by=second, at=LATER, paper_ids=[pk])
    paper = Paper.objects.get(pk=pk)
    assert not path.exists()
    assert (paper.state, paper.data, paper.file_id) == ("destroyed", {}, None)
    assert (paper.destroy_asked_by, paper.destroyed_by) == (
        cast.employee("manager"),
        cast.employee("assistant"),
    )
    assert (paper.number, paper.title, paper.destroyed_at) == (
        "YG-HJ-2018-0001",
        "停水通知函",
        LATER,
    )
    assert "储水" not in paper.words
    with pytest.raises(NotFound):
        queries.paper_bytes(caller=boss, paper_id=pk, at=LATER)
    assert found(cast, state="destroyed") == ["停水通知函"]


@pytest.mark.rule("PLN-04")
@pytest.mark.parametrize(("years", "until"), [(5, date(2032, 1, 1)), (0, None)])
def test_a_new_version_is_kept_as_long_as_the_former_counted_anew(
    cast: Cast, years: int, until: date | None
) -> None:
    first = issue(cast, at=moment("2018-05-01 10:00"), keep_years=years).id
    data = Paper.objects.get(pk=first).data
    again = actions.replace_paper(
        by=cast.caller("manager"), at=AT, paper_id=first, data=data, title="更正"
    )
    assert Paper.objects.get(pk=again.id).keep_until == until


@pytest.mark.rule("PLN-04")
def test_what_is_kept_for_good_stays_so_when_it_is_released(cast: Cast) -> None:
    pk = filed(cast, keep_years=0, needs_release=True)
    Paper.objects.filter(pk=pk).update(state="in_review")
    actions.release(by=cast.caller("manager"), at=LATER, paper_id=pk)
    assert Paper.objects.get(pk=pk).keep_until is None


def test_only_leaders_destroy_and_another_may_keep(cast: Cast) -> None:
    pk = old_paper(cast)
    with pytest.raises(Forbidden):
        queries.over(caller=cast.caller("receptionist"), community_id=cast.town.community.pk, at=AT)
    with pytest.raises(Forbidden):
        actions.propose_destruction(by=cast.caller("receptionist"), at=AT, paper_ids=[pk])
    with pytest.raises(NotFound):
        actions.propose_destruction(by=cast.caller("E031"), at=AT, paper_ids=[pk])
    actions.propose_destruction(by=cast.caller("manager"), at=AT, paper_ids=[pk])
    actions.refuse_destruction(by=cast.caller("assistant"), at=AT, paper_ids=[pk])
    with pytest.raises(WrongState):
        actions.approve_destruction(by=cast.caller("assistant"), at=AT, paper_ids=[pk])


def test_the_database_wants_two_as_well(cast: Cast) -> None:
    pk, boss = old_paper(cast), cast.employee("manager").pk
    with pytest.raises(DatabaseError), transaction.atomic():
        Paper.objects.filter(pk=pk).update(
            state="destroyed", file=None, destroyed_at=AT, destroyed_by=boss, destroy_asked_by=boss
        )


def test_bytes_that_another_paper_needs_stay(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    document = scan()
    asked: dict[str, Any] = {"file": document, "keep_years": 1}
    first = filed(cast, at=moment("2018-05-01 10:00"), **asked)
    second = filed(cast, **asked)
    actions.propose_destruction(by=cast.caller("manager"), at=AT, paper_ids=[first])
    actions.approve_destruction(by=cast.caller("assistant"), at=AT, paper_ids=[first])
    assert queries.paper_bytes(caller=cast.caller("manager"), paper_id=second, at=AT)[0] == document


# -- owners


def owner(cast: Cast, *people: Any, houses: dict[int, str] | None = None) -> Caller:
    """Make the caller of somebody at home."""
    return Caller(
        user_id=None,
        employee_id=None,
        name="业主",
        people=frozenset(one.pk for one in people),
        households=houses or {},
    )


@pytest.mark.rule("PLN-04")
def test_owners_read_what_is_meant_for_their_household_and_nothing_else(cast: Cast) -> None:
    town = cast.town
    flat = {town.flat.pk: "owner"}
    mine = issue(cast, confidential="owner", house_id=town.flat.pk)
    issue(cast, house_id=town.flat.pk)  # internal
    theirs = issue(cast, confidential="owner", house_id=town.other.pk)
    issue(cast, confidential="owner", house_id=town.flat.pk, person_id=town.tenant.pk)
    caller = owner(cast, town.owner, houses=flat)
    assert [one.id for one in queries.owner_papers(caller=caller, at=AT).items] == [mine.id]
    with pytest.raises(NotFound):
        queries.owner_paper_bytes(caller=caller, paper_id=theirs.id, at=AT)
    assert queries.owner_paper_bytes(caller=caller, paper_id=mine.id, at=AT)[0][:5] == b"%PDF-"
    assert Paper.objects.get(pk=mine.id).given_at == AT
    entry = Entry.objects.get(action="documents.paper_read", subject=f"paper:{mine.id}")
    assert (entry.by_name, entry.at) == ("业主", AT)


@pytest.mark.rule("OWN-05")
def test_a_tenant_does_not_read_the_letters_to_the_owner(cast: Cast) -> None:
    town = cast.town
    dunning = issue(cast, confidential="owner", house_id=town.other.pk)
    named = issue(cast, confidential="owner", house_id=town.other.pk, person_id=town.tenant.pk)
    renter = owner(cast, town.tenant, houses={town.other.pk: "tenant"})
    assert [one.id for one in queries.owner_papers(caller=renter, at=AT).items] == [named.id]
    with pytest.raises(NotFound):
        queries.owner_paper_bytes(caller=renter, paper_id=dunning.id, at=AT)


def test_a_new_owner_does_not_read_the_letters_of_the_former(cast: Cast) -> None:
    town = cast.town
    before = issue(cast, confidential="owner", house_id=town.flat.pk, at=moment("2025-05-05 10:00"))
    after = issue(cast, confidential="owner", house_id=town.flat.pk)
    Occupancy.objects.filter(house=town.flat, person=town.owner).update(from_on=date(2026, 1, 1))
    caller = owner(cast, town.owner, houses={town.flat.pk: "owner"})
    listed = [one.id for one in queries.owner_papers(caller=caller, at=AT).items]
    assert listed == [after.id]
    with pytest.raises(NotFound):
        queries.owner_paper_bytes(caller=caller, paper_id=before.id, at=AT)
    with pytest.raises(NotFound):  # the archive of the office is not theirs at all
        queries.paper(caller=caller, paper_id=after.id)


def _connection() -> Any:
    from django.db import connection

    return connection


def test_facts_are_checked(cast: Cast) -> None:
    bad: tuple[dict[str, Any], ...] = (
        {"title": " "},
        {"kind": "x"},
        {"department": "x"},
        {"subject": "x" * 61},
    )
    for given in bad:
        with pytest.raises(BadInput):
            draft(cast, **given)
    assert Facts(community_id=1, kind="letter", title="x").confidential == "staff"

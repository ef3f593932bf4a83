"""Papers are numbered, drawn and never changed; replaced and voided, not corrected (PLN-04)."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from huiyin.documents import actions, queries
from huiyin.documents.actions import issuing
from huiyin.documents.actions.issuing import UnableToIssue
from huiyin.documents.models import Paper
from huiyin.documents.tests.papers import LETTER, issue
from huiyin.documents.typesetting import MissingGlyph
from huiyin.files.places import path_of
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.trail.models import Entry

LATER = AT + timedelta(hours=1)


@pytest.mark.rule("PLN-04")
def test_a_paper_is_numbered_per_community_kind_and_year(cast: Cast) -> None:
    assert issue(cast).number == "YG-HJ-2026-0001"
    assert issue(cast).number == "YG-HJ-2026-0002"
    assert issue(cast, kind="notice").number == "YG-TZ-2026-0001"
    assert issue(cast, at=moment("2027-01-01 00:30")).number == "YG-HJ-2027-0001"
    beside = issue(cast, post="E032", community_id=cast.neighbour.community.pk)
    assert beside.number == "CH-HJ-2026-0001"


@pytest.mark.rule("PLN-04")
def test_what_was_issued_is_kept_with_its_hash_and_its_data(cast: Cast) -> None:
    made = issue(cast)
    data, name = queries.paper_bytes(caller=cast.caller("quality"), paper_id=made.id, at=LATER)
    paper = Paper.objects.get()
    assert paper.sha256 == hashlib.sha256(data).hexdigest()
    assert paper.data["body"] == LETTER["body"]
    assert paper.data["number"] == made.number
    assert name == f"{made.number} 停水通知函"
    assert made.number in PdfReader(io.BytesIO(data)).pages[0].extract_text()


@pytest.mark.rule("PLN-04")
@pytest.mark.parametrize(
    "change",
    [
        {"title": "改了"},
        {"data": {}},
        {"number": "YG-HJ-2026-0009"},
        {"sha256": "0" * 64},
        {"file_id": None},
        {"words": "x"},
        {"made_by_name": "别人"},
        {"issued_at": LATER},
        {"state": "draft"},
        {"kind": "notice"},
    ],
)
def test_the_database_refuses_to_change_it(cast: Cast, change: dict[str, Any]) -> None:
    made = issue(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Paper.objects.filter(pk=made.id).update(**change)


@pytest.mark.rule("PLN-04")
def test_bytes_put_in_place_of_a_papers_are_not_handed_out(
    cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.HOME = tmp_path
    made, other = issue(cast), issue(cast, title="别的函")
    file = Paper.objects.get(pk=made.id).file
    assert file is not None
    path_of(file.sha256).write_bytes(b"%PDF-1.7 forged %%EOF")
    with pytest.raises(WrongState, match="校验值"):
        queries.paper_bytes(caller=cast.caller("quality"), paper_id=made.id, at=LATER)
    with pytest.raises(WrongState, match="校验值"):
        actions.print_together(by=cast.caller("quality"), at=LATER, paper_ids=[other.id, made.id])
    assert not Paper.objects.filter(given_at__isnull=False).exists()


def test_the_database_refuses_to_delete_it(cast: Cast) -> None:
    issue(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Paper.objects.all().delete()


def test_a_void_or_replaced_paper_does_not_come_back(cast: Cast) -> None:
    made = issue(cast)
    actions.replace_paper(
        by=cast.caller("supervisor"), at=LATER, paper_id=made.id, data={**LETTER, "body": "改期。"}
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Paper.objects.filter(pk=made.id).update(state="issued")


def test_the_same_request_gives_the_same_paper(cast: Cast) -> None:
    key = uuid4()
    made = issue(cast, key=key)
    assert issue(cast, key=key, at=LATER) == made
    with pytest.raises(UnableToIssue):
        issue(cast, key=key, data={**LETTER, "body": "别的内容"})
    with pytest.raises(UnableToIssue):
        issue(cast, key=key, title="别的标题")
    assert Paper.objects.count() == 1


def test_two_at_once_with_one_key_are_one_paper(cast: Cast, monkeypatch: Any) -> None:
    """The other was not there when we looked, but is when we write."""
    key = uuid4()
    made = issue(cast, key=key)
    monkeypatch.setattr(issuing, "_known", _late(issuing._known))
    assert issue(cast, key=key) == made
    assert issue(cast).number == "YG-HJ-2026-0002"


def test_a_name_that_cannot_be_printed_leaves_no_number_behind(cast: Cast) -> None:
    with pytest.raises(MissingGlyph) as refused, transaction.atomic():
        issue(cast, data={**LETTER, "salutation": "尊敬的𠮷先生:"})
    assert refused.value.field == "salutation"
    assert issue(cast).number == "YG-HJ-2026-0001"


@pytest.mark.rule("PLN-04")
def test_a_new_version_keeps_the_number_and_the_old_one(cast: Cast) -> None:
    made = issue(cast)
    by = cast.caller("supervisor")
    key = uuid4()
    asked: dict[str, Any] = {
        "by": by,
        "at": LATER,
        "data": {**LETTER, "body": "改为21日。"},
        "key": key,
    }
    new = actions.replace_paper(paper_id=made.id, **asked)
    assert (new.number, new.version) == (made.number, 2)
    assert actions.replace_paper(paper_id=made.id, **asked) == new
    old = Paper.objects.get(pk=made.id)
    assert old.state == "replaced"
    assert "20日" in _text(cast, old.pk) and "21日" in _text(cast, new.id)
    assert f"{made.number}(第2版)" in _text(cast, new.id).replace("（", "(").replace("）", ")")
    with pytest.raises(WrongState):
        actions.replace_paper(by=by, at=LATER, paper_id=made.id, data=LETTER)
    view = queries.paper(caller=by, paper_id=new.id)
    assert [(one.version, one.state_title) for one in view.versions] == [
        (2, "有效"),
        (1, "已被新版代替"),
    ]


@pytest.mark.rule("PLN-04")
def test_given_out_it_takes_two_to_void_it(cast: Cast) -> None:
    made = issue(cast)
    by, boss = cast.caller("supervisor"), cast.caller("manager")
    actions.give_out(by=by, at=AT, paper_id=made.id)
    asked: dict[str, Any] = {"at": LATER, "paper_id": made.id}
    with pytest.raises(BadInput):
        actions.ask_void(by=by, reason=" ", **asked)
    assert not actions.ask_void(by=by, reason="日期写错", **asked)
    assert Paper.objects.get().state == "issued"
    with pytest.raises(Forbidden):
        actions.confirm_void(by=by, **asked)
    actions.confirm_void(by=boss, **asked)
    paper = Paper.objects.get()
    assert (paper.state, paper.void_why) == ("void", "日期写错")
    with pytest.raises(WrongState):
        actions.confirm_void(by=boss, **asked)


def test_the_database_wants_two_for_it_as_well(cast: Cast) -> None:
    made = issue(cast)
    actions.give_out(by=cast.caller("supervisor"), at=AT, paper_id=made.id)
    boss = cast.employee("manager").pk
    with pytest.raises(DatabaseError), transaction.atomic():
        Paper.objects.filter(pk=made.id).update(
            state="void", void_why="错", void_at=LATER, void_by_id=boss, void_asked_by_id=boss
        )


def test_never_given_out_one_person_voids_it_and_others_may_not(cast: Cast) -> None:
    made = issue(cast)
    with pytest.raises(Forbidden):
        actions.ask_void(by=cast.caller("keeper"), at=LATER, paper_id=made.id, reason="错")
    assert actions.ask_void(by=cast.caller("supervisor"), at=LATER, paper_id=made.id, reason="错")
    assert Paper.objects.get().state == "void"
    assert Entry.objects.filter(action="documents.voided", reason="错").exists()


def test_who_asked_may_take_it_back(cast: Cast) -> None:
    made = issue(cast)
    by = cast.caller("supervisor")
    actions.give_out(by=by, at=AT, paper_id=made.id)
    actions.ask_void(by=by, at=LATER, paper_id=made.id, reason="错")
    actions.refuse_void(by=by, at=LATER, paper_id=made.id)
    assert queries.paper(caller=by, paper_id=made.id).void_asked_by == ""
    with pytest.raises(WrongState):
        actions.confirm_void(by=cast.caller("manager"), at=LATER, paper_id=made.id)


def test_strangers_issue_nothing_and_unknown_kinds_are_refused(cast: Cast) -> None:
    with pytest.raises(NotFound):
        issue(cast, post="E032")
    with pytest.raises(BadInput):
        issue(cast, kind="poem")
    with pytest.raises(BadInput):
        issue(cast, house_id=cast.neighbour.flat.pk)
    with pytest.raises(BadInput):
        issue(cast, confidential="owner")
    with pytest.raises(BadInput):
        issue(cast, confidential="posts")


@pytest.mark.rule("PLN-04")
def test_many_are_printed_as_one_file_and_count_as_given_out(cast: Cast) -> None:
    made = [issue(cast).id for _ in range(3)]
    by = cast.caller("receptionist")
    printed = actions.print_together(by=by, at=LATER, paper_ids=[made[2], made[0], made[2]])
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages]
    assert len(pages) == 3
    assert "0003" in pages[0] and "0001" in pages[2]
    given = Paper.objects.exclude(given_at=None).values_list("pk", flat=True)
    assert sorted(given) == sorted([made[0], made[2]])


def test_what_is_not_in_force_or_not_ours_is_not_printed(cast: Cast) -> None:
    made = issue(cast)
    by = cast.caller("supervisor")
    with pytest.raises(BadInput):
        actions.print_together(by=by, at=LATER, paper_ids=[])
    with pytest.raises(NotFound):
        actions.print_together(by=cast.caller("E032"), at=LATER, paper_ids=[made.id])
    actions.ask_void(by=by, at=LATER, paper_id=made.id, reason="错")
    with pytest.raises(WrongState):
        actions.print_together(by=by, at=LATER, paper_ids=[made.id])


def test_numbers_of_one_series_wait_for_each_other(cast: Cast) -> None:
    issue(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT last FROM estate_counter WHERE series = 'paper-HJ-2026'")
        assert cursor.fetchone() == (1,)


def _late(known: Any) -> Any:
    """Return what finds nothing at the first look."""
    looks: list[Paper] = []

    def found(paper: Paper) -> Any:
        looks.append(paper)
        return None if len(looks) == 1 else known(paper)

    return found


def _text(cast: Cast, paper_id: int) -> str:
    data, _name = queries.paper_bytes(caller=cast.caller("manager"), paper_id=paper_id, at=LATER)
    return "".join(PdfReader(io.BytesIO(data)).pages[0].extract_text().split())

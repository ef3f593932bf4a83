"""Standards are versions with a date and a reason; nothing is ever rewritten (STD-01)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from huiyin.estate.models import Community
from huiyin.estate.tests.cast import AT, caller_with
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.standards import command, queries
from huiyin.standards.actions import (
    UnableToAdoptStandard,
    UnableToChangeStandard,
    UnableToPlan,
    adopt_standard,
    change_clause,
    change_target,
)
from huiyin.standards.document import load_profile, parse, profiles
from huiyin.standards.models import StandardVersion
from huiyin.standards.tests.small import SMALL
from huiyin.standards.writing import write
from huiyin.trail.models import Entry

NEXT_MONTH = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)  # 1 April, 00:00 in Shanghai


@pytest.fixture
def town(db: None) -> Community:
    return Community.objects.create(code="YG", name="阳光花园")


@pytest.fixture
def manager(town: Community) -> Caller:
    return caller_with(town, "manager")


@pytest.fixture
def first(town: Community, manager: Caller) -> int:
    return adopt_standard(
        by=manager,
        at=AT,
        community_id=town.pk,
        text=SMALL,
        effective_at=AT - timedelta(days=60),
        reason="开始使用",
    )


def limit_at(town: Community, at: datetime, clause: str = "complaint.assign") -> str:
    _id, standard = queries.current(community_id=town.pk, at=at)
    found = standard.clause(clause)
    assert found
    return str(found.limit)


def test_writing_and_reading_back_gives_the_same() -> None:
    standard = parse(SMALL)
    assert parse(write(standard)) == standard


@pytest.mark.rule("STD-02")
def test_every_profile_survives_writing() -> None:
    for name in profiles():
        assert parse(write(load_profile(name))) == load_profile(name)


@pytest.mark.rule("STD-02")
def test_a_profile_is_adopted_whole(town: Community, manager: Caller) -> None:
    made = adopt_standard(
        by=manager, at=AT, community_id=town.pk, profile="residential", reason="开始使用"
    )
    assert queries.current(community_id=town.pk, at=AT) == (made, load_profile("residential"))
    assert "extends" not in StandardVersion.objects.get(pk=made).text


@pytest.mark.rule("STD-01")
def test_a_change_counts_from_its_date_and_has_a_history(
    town: Community, manager: Caller, first: int
) -> None:
    made = change_clause(
        by=manager,
        at=AT,
        community_id=town.pk,
        clause_id="complaint.assign",
        limit="15m",
        effective_at=NEXT_MONTH,
        reason="人手不足",
    )
    assert limit_at(town, NEXT_MONTH - timedelta(seconds=1)) == "10m"
    assert limit_at(town, NEXT_MONTH) == "15m"
    assert str(queries.by_id(first).clauses[0].limit) == "10m"
    history = queries.versions(caller=manager, community_id=town.pk, at=AT)
    assert [(one.number, one.reason, one.in_force, one.planned) for one in history] == [
        (2, "人手不足", False, True),
        (1, "开始使用", True, False),
    ]
    entry = Entry.objects.get(action="standards.clause_changed")
    assert entry.before == {"name": "complaint.assign", "limit": "10m"}
    assert entry.after is not None
    assert (entry.after["limit"], entry.after["version"]) == ("15m", 2)
    assert (entry.reason, entry.community_id) == ("人手不足", town.pk)
    assert made != first


@pytest.mark.rule("STD-01")
def test_a_change_today_reaches_what_was_planned_for_later(
    town: Community, manager: Caller, first: int
) -> None:
    plan = {"by": manager, "at": AT, "community_id": town.pk, "reason": "调整"}
    change_clause(**plan, clause_id="complaint.assign", limit="15m", effective_at=NEXT_MONTH)  # type: ignore[arg-type]
    change_clause(**plan, clause_id="complaint.finish", limit="5wd")  # type: ignore[arg-type]
    change_clause(**plan, clause_id="complaint.assign", limit="12m")  # type: ignore[arg-type]
    assert (limit_at(town, AT), limit_at(town, NEXT_MONTH)) == ("12m", "15m")
    assert limit_at(town, NEXT_MONTH, "complaint.finish") == "5wd"


def test_the_database_refuses_to_rewrite_a_version(first: int) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        StandardVersion.objects.filter(pk=first).update(reason="x")


@pytest.mark.rule("STD-01")
def test_today_means_from_now_on(town: Community, manager: Caller, first: int) -> None:
    today = datetime(2026, 3, 15, 16, 0, tzinfo=UTC)  # 16 March, 00:00 in Shanghai
    change_clause(
        by=manager,
        at=AT,
        community_id=town.pk,
        clause_id="complaint.assign",
        limit="15m",
        effective_at=today,
        reason="调整",
    )
    assert (limit_at(town, AT - timedelta(seconds=1)), limit_at(town, AT)) == ("10m", "15m")
    with pytest.raises(UnableToPlan) as refusal:
        change_clause(
            by=manager,
            at=AT,
            community_id=town.pk,
            clause_id="complaint.assign",
            limit="20m",
            effective_at=today - timedelta(seconds=1),
            reason="调整",
        )
    assert refusal.value.field == "effective_at"


def test_a_ladder_is_changed(town: Community, manager: Caller, first: int) -> None:
    made = change_clause(
        by=manager,
        at=AT,
        community_id=town.pk,
        clause_id="complaint.assign",
        ladder=[("5m", ["owner"]), ("due", ["manager"])],
        pausable=False,
        reason="调整",
    )
    clause = queries.by_id(made).clause("complaint.assign")
    assert clause
    assert [(str(rung.at), rung.to) for rung in clause.ladder] == [
        ("5m", ("owner",)),
        ("due", ("manager",)),
    ]


@pytest.mark.rule("STD-01")
def test_a_target_is_changed(town: Community, manager: Caller, first: int) -> None:
    made = change_target(
        by=manager, at=AT, community_id=town.pk, code="on_time", value="0.98", reason="更严"
    )
    target = queries.by_id(made).target("on_time")
    assert target
    assert target.value == Decimal("0.98")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"limit": "soon"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"limit": "every 7d"}, "limit"),
        ({"pausable": True}, "pausable"),
        ({"ladder": []}, "ladder"),
        ({"ladder": [("due", ["nobody"])]}, "ladder"),
        ({"ladder": [("someday", ["owner"])]}, "ladder"),
        ({"limit": "10m"}, None),
        ({}, None),
        ({"limit": "15m", "reason": " "}, "reason"),
        ({"limit": "15m", "reason": "长" * 301}, "reason"),
        ({"limit": "15m", "clause_id": "nothing"}, None),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    town: Community,
    manager: Caller,
    first: int,
    change: dict[str, object],
    field: str | None,
) -> None:
    given = {"clause_id": "complaint.assign", "reason": "调整", **change}
    with pytest.raises(UnableToChangeStandard) as refusal:
        change_clause(by=manager, at=AT, community_id=town.pk, **given)  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert StandardVersion.objects.count() == 1


def test_a_broken_target_is_refused(town: Community, manager: Caller, first: int) -> None:
    with pytest.raises(UnableToChangeStandard, match="不是数字"):
        change_target(
            by=manager, at=AT, community_id=town.pk, code="on_time", value="many", reason="x"
        )
    with pytest.raises(UnableToChangeStandard):
        change_target(by=manager, at=AT, community_id=town.pk, code="none", value="1", reason="x")


@pytest.mark.rule("STD-01")
def test_a_broken_document_is_refused_naming_line_and_key(town: Community, manager: Caller) -> None:
    broken = SMALL.replace('limit = "10m"', 'limit = "10 moons"')
    line = broken.splitlines().index('limit = "10 moons"') + 1
    with pytest.raises(UnableToAdoptStandard) as refusal:
        adopt_standard(by=manager, at=AT, community_id=town.pk, text=broken, reason="x")
    assert str(refusal.value).startswith(f"第 {line} 行,clause[complaint.assign].limit:")
    with translation.override("en"), pytest.raises(UnableToAdoptStandard, match=f"line {line}"):
        adopt_standard(by=manager, at=AT, community_id=town.pk, text=broken, reason="x")
    assert not StandardVersion.objects.exists()


@pytest.mark.parametrize("given", [{"profile": "palace"}, {"text": "  "}, {}])
def test_adopting_nothing_is_refused(
    town: Community, manager: Caller, given: dict[str, str]
) -> None:
    with pytest.raises(UnableToAdoptStandard):
        adopt_standard(by=manager, at=AT, community_id=town.pk, reason="x", **given)  # type: ignore[arg-type]


def test_a_whole_document_does_not_undercut_a_plan(
    town: Community, manager: Caller, first: int
) -> None:
    plan = {"by": manager, "community_id": town.pk, "reason": "换", "text": SMALL}
    adopt_standard(**plan, at=AT, effective_at=NEXT_MONTH)  # type: ignore[arg-type]
    with pytest.raises(UnableToPlan, match="2026-04-01 00:00"):
        adopt_standard(**plan, at=AT)  # type: ignore[arg-type]
    adopt_standard(**plan, at=AT, effective_at=NEXT_MONTH)  # type: ignore[arg-type]


def test_nothing_can_change_before_there_is_a_standard(town: Community, manager: Caller) -> None:
    with pytest.raises(UnableToPlan):
        change_clause(
            by=manager, at=AT, community_id=town.pk, clause_id="x", limit="1h", reason="x"
        )
    with pytest.raises(NotFound):
        queries.current(community_id=town.pk, at=AT)
    with pytest.raises(NotFound):
        queries.board(caller=manager, community_id=town.pk, at=AT)


@pytest.mark.rule("HR-01")
def test_only_leaders_change_and_strangers_see_nothing(town: Community, first: int) -> None:
    other = Community.objects.create(code="CH", name="春和")
    for caller, refusal in (
        (caller_with(town, "keeper"), Forbidden),
        (caller_with(other, "manager"), NotFound),
    ):
        with pytest.raises(refusal):
            change_clause(
                by=caller,
                at=AT,
                community_id=town.pk,
                clause_id="complaint.assign",
                limit="1h",
                reason="x",
            )
    stranger = caller_with(other, "manager")
    with pytest.raises(NotFound):
        queries.board(caller=stranger, community_id=town.pk, at=AT)
    with pytest.raises(NotFound):
        queries.document(caller=stranger, community_id=town.pk, number=1)
    with pytest.raises(NotFound):
        adopt_standard(
            by=caller_with(None, "general_manager"), at=AT, community_id=10**9, reason="x"
        )


@pytest.mark.rule("STD-01")
def test_the_board_shows_clauses_and_targets(town: Community, first: int) -> None:
    shown = queries.board(caller=caller_with(town, "keeper"), community_id=town.pk, at=AT)
    assert [(one.id, one.limit) for one in shown.clauses] == [
        ("complaint.assign", "10m"),
        ("complaint.finish", "3wd"),
        ("complaint.contact", "every 7d until finished or closed"),
    ]
    assert [(one.code, one.value) for one in shown.targets] == [("on_time", Decimal("0.96"))]
    assert (shown.version.number, shown.may_change) == (1, False)
    text = queries.document(caller=caller_with(town, "keeper"), community_id=town.pk, number=1)
    assert parse(text) == parse(SMALL)
    with pytest.raises(NotFound):
        queries.document(caller=caller_with(town, "keeper"), community_id=town.pk, number=9)


def test_the_command_checks_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, alien = (tmp_path / name for name in ("good.toml", "bad.toml", "alien.toml"))
    good.write_text(SMALL, encoding="utf-8")
    bad.write_text(SMALL.replace('"3wd"', '"3wx"'), encoding="utf-8")
    alien.write_bytes(b"\xff\xfe")
    line = SMALL.splitlines().index('limit = "3wd"') + 1
    assert command.check(str(good)) == 0
    assert "3 clauses" in capsys.readouterr().out
    assert command.check(str(bad)) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{bad}: line {line}: clause[complaint.finish].limit: '3wx' is not")
    assert command.check(str(alien)) == 2
    assert command.check(str(tmp_path / "none.toml")) == 2

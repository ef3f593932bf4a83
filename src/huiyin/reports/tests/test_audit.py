"""``huiyin audit``: it holds for what the actions write, and sees whatever they would not."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from huiyin.approvals.actions import ask
from huiyin.checklists.actions import start_run
from huiyin.flows.reactions import react
from huiyin.kernel import clock
from huiyin.matters import actions
from huiyin.matters.queries.proofs import followed
from huiyin.matters.tests.cast import AT, Cast, make_cast, tick
from huiyin.reports import audit
from huiyin.trail.proofs import SHOWN

LATER = AT + timedelta(days=2)
MONEY = (4, 5, 6)  # nothing is billed here, see test_audit_money
HELD = [1, 2, 3, 4, 5, 6, 8, 9]

# Each sabotage, and the invariant that must see it.
SABOTAGE = {
    "owner left": (1, "UPDATE staff_employee SET left_on = '2026-03-01' WHERE code = 'E009'"),
    "nothing owed": (
        1,
        "UPDATE matters_promise SET next_alarm_at = NULL,"
        " closed_at = greatest(due_at, '2026-03-18'), state = 'broken', running_since = NULL",
    ),
    "sorted wrongly": (1, "UPDATE matters_matter SET nearest_due_at = '2030-01-01T00:00Z'"),
    "kept late": (
        2,
        "UPDATE matters_promise SET state = 'kept', closed_at = due_at, next_alarm_at = NULL"
        " WHERE code = 'assign'",
    ),
    "verdict rewritten": (
        2,
        "UPDATE matters_promise SET state = 'kept', next_alarm_at = NULL, running_since = NULL,"
        " closed_at = started_at WHERE code = 'answer'",
    ),
    "promise forgotten": (2, "DELETE FROM matters_promise WHERE code = 'keep_in_touch'"),
    "due moment moved": (
        2,
        "UPDATE matters_promise SET due_at = due_at + interval '1 hour'"
        " WHERE code = 'keep_in_touch'",
    ),
    "pause without end": (
        2,
        "UPDATE matters_promise SET state = 'paused', running_since = NULL"
        " WHERE code = 'keep_in_touch'",
    ),
    "clock asleep": (
        2,
        "UPDATE matters_promise SET next_alarm_at = NULL WHERE code = 'keep_in_touch'",
    ),
    "alarm passed by": (
        2,
        "UPDATE matters_promise SET next_alarm_at = '2026-03-16T01:00Z'"
        " WHERE code = 'keep_in_touch'",
    ),
    "guard removed": (3, 'DROP TRIGGER "{append_only}" ON matters_event'),
    "guard asleep": (3, "ALTER TABLE matters_event DISABLE TRIGGER USER"),
    "verdicts unguarded": (3, "ALTER TABLE matters_promise DISABLE TRIGGER USER"),
    "trail unguarded": (3, "ALTER TABLE trail_entry DISABLE TRIGGER USER"),
    "event from elsewhere": (
        3,
        "INSERT INTO matters_event (matter_id, at, recorded_at, kind, by_name, via, contact, text,"
        " data) SELECT id, received_at, received_at - interval '1 day', 'noted', '', '', false,"
        " '', '{}' FROM matters_matter",
    ),
    "message lost": (8, "DELETE FROM notices_message WHERE purpose LIKE '%rung4'"),
    "message stuck": (8, "UPDATE notices_message SET state = 'queued', sent_at = NULL"),
    "sent and overtaken": (8, "UPDATE notices_message SET state = 'superseded'"),
    "house of others": (
        9,
        "UPDATE matters_matter SET house_id = (SELECT h.id FROM estate_house h"
        " JOIN estate_community c ON c.id = h.community_id WHERE c.code = 'CH' LIMIT 1)",
    ),
    "owner of others": (
        9,
        "UPDATE matters_matter SET owner_id = (SELECT id FROM staff_employee WHERE code = 'E033')",
    ),
    "promise of others": (
        9,
        "UPDATE matters_promise SET community_id = (SELECT id FROM estate_community"
        " WHERE code = 'CH') WHERE code = 'assign'",
    ),
}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def lived(cast: Cast) -> Cast:
    """Two days of a complaint nobody cares for, and one that is settled."""
    cast.receive()
    number = cast.receive()
    actions.assign_matter(by=cast.caller("dispatcher"), at=AT, number=number, to="E009")
    by = cast.caller("keeper")
    actions.finish_matter(by=by, at=AT + timedelta(hours=2), number=number, result="已清理")
    tick(LATER)
    return cast


def test_holds_for_an_empty_house(db: None) -> None:
    assert [line.invariant for line in audit.audit(AT) if line.ok] == HELD


def test_holds_for_what_the_actions_write(lived: Cast) -> None:
    lines = audit.audit(LATER)

    assert [line.broken for line in lines] == [()] * len(HELD)
    assert all(line.checked for line in lines if line.invariant not in MONEY)


@pytest.mark.parametrize("name", SABOTAGE)
def test_sees(name: str, lived: Cast) -> None:
    invariant, statement = SABOTAGE[name]
    _sabotage(statement)

    line = next(one for one in audit.audit(LATER) if one.invariant == invariant)

    assert not line.ok
    assert 0 < len(line.broken) <= SHOWN


def test_names_the_matter_and_leaves_with_one(
    lived: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    _sabotage(SABOTAGE["owner left"][1])

    with clock.at(LATER):
        assert audit.run(as_json=False) == 1

    said = capsys.readouterr().out
    assert "1  BROKEN" in said
    assert "YG-20260316-0001: owner E009 is not on the payroll" in said


def test_prints_json(lived: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    with clock.at(LATER):
        assert audit.run(as_json=True) == 0

    lines = json.loads(capsys.readouterr().out)
    assert [(line["invariant"], line["ok"]) for line in lines] == [(one, True) for one in HELD]


def _sabotage(statement: str) -> None:
    """Do by force what no action would do: without guards and constraints."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'matters_event'::regclass"
            " AND tgname LIKE 'pgtrigger_append_only_%'"
        )
        (append_only,) = cursor.fetchone()
        ours = statement.startswith(("ALTER", "DROP"))
        for table in () if ours else ("matters_promise", "matters_matter"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(statement.replace("{append_only}", append_only))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in () if ours else ("matters_promise", "matters_matter"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


FOLLOWED = {
    "reminder closed by hand": (
        "UPDATE matters_matter SET closed_at = received_at, state = 'closed'"
        " WHERE kind = 'approval'"
    ),
    "reminder gone": "UPDATE approvals_request SET followed = ''",
    "failed item forgotten": (
        "INSERT INTO checklists_mark (run_id, item, value, note, failed, raises, raised, at,"
        " recorded_at, by_name) SELECT id, 'gas', 'false', '', true, 'repair', '', started_at,"
        " started_at, '' FROM checklists_run"
    ),
}


@pytest.mark.rule("PLN-02")
@pytest.mark.parametrize("name", FOLLOWED)
def test_what_waits_and_nobody_is_reminded_of_is_seen(cast: Cast, name: str) -> None:
    place = cast.town.community.pk
    by = cast.caller("supervisor")
    ask(by=by, at=AT, community_id=place, kind="penalty", subject="bill:1", title="处罚")
    start_run(by=by, at=AT, community_id=place, code="four_checks", subject="place:1")
    react(AT)
    tick(LATER)
    proof = followed()
    assert (proof.checked, proof.broken) == (1, ())
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWED[name])
    assert len(followed().broken) == 1

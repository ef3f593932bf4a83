"""Readings by hand: kept once, held when odd, settled by another; meters replaced, put in order."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused, WrongState
from huiyin.meters import actions, queries
from huiyin.meters.models import Meter, Reading, Skip
from huiyin.meters.rules import Held, Use, use
from huiyin.meters.tests.cast import AT, TODAY, WALK, Wall
from huiyin.trail.models import Entry

pytestmark = pytest.mark.rule("BIL-03")
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def march(wall: Wall, code: str = "W-1201") -> object:
    house = wall.meters[code].house_id
    assert house is not None
    facts = queries.readings_of_houses(
        community_id=wall.place,
        first=house,
        last=house,
        kinds=["water"],
        from_on=MARCH,
        until_on=APRIL,
        early=7,
        late=7,
    )
    return use(facts[house, "water"], from_on=MARCH, until_on=APRIL, early=7, late=7)


def used(wall: Wall, code: str = "W-1201") -> Decimal:
    told = march(wall, code)
    assert isinstance(told, Use), told
    return told.quantity


class TestRead:
    def test_a_reading_counts(self, wall: Wall) -> None:
        row = wall.read("W-1201", "131.5")
        assert (row.held, row.by_name, row.is_mine) == ("", "许技", True)
        assert used(wall) == Decimal("11.5")
        entry = Entry.objects.filter(action="meters.read").latest("id")
        assert entry.after is not None
        assert entry.after["value"] == "131.5"

    def test_the_same_key_again_is_the_same_reading(self, wall: Wall) -> None:
        key = uuid4()
        one, again = wall.read("W-1201", "131", key=key), wall.read("W-1201", "131", key=key)
        assert (one.id, again.again) == (again.id, True)
        with pytest.raises(WrongState, match="内容不同"):
            wall.read("W-1201", "132", key=key)
        with pytest.raises(WrongState, match="内容不同"):
            wall.read("W-1202", "131", key=key)

    def test_twice_a_day_with_the_same_value_is_once(self, wall: Wall) -> None:
        one, again = wall.read("W-1201", "131"), wall.read("W-1201", "131.000")
        assert (one.id, again.again) == (again.id, True)
        with pytest.raises(WrongState, match="已经抄过,读数是 131") as caught:
            wall.read("W-1201", "132")
        assert caught.value.field == "value"

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("", "数字"),
            ("12a", "数字"),
            ("NaN", "数字"),
            ("1e3", "数字"),
            ("-1", "小于 0"),
            ("1.2345", "三位小数"),
            ("100000", "5 位"),
        ],
    )
    def test_what_no_meter_shows_is_refused(self, wall: Wall, value: str, words: str) -> None:
        with pytest.raises(BadInput, match=words):
            wall.read("W-1201", value)

    def test_days_on_which_it_did_not_hang_are_refused(self, wall: Wall) -> None:
        with pytest.raises(BadInput, match="晚于今天"):
            wall.read("W-1201", "131", on=APRIL)
        with pytest.raises(BadInput, match="才装上"):
            wall.read("W-1201", "99", on=date(2025, 12, 31))

    def test_no_such_meter(self, wall: Wall) -> None:
        with pytest.raises(NotFound) as caught:
            wall.read("W-9", "1")
        assert caught.value.field == "meter"

    def test_who_reads(self, wall: Wall) -> None:
        for post in ("technician", "maintenance_foreman", "collector", "finance", "manager"):
            assert wall.read("W-1201", "131", post=post).value == 131
        with pytest.raises(Forbidden):
            wall.read("W-1201", "131", post="guard")
        with pytest.raises(NotFound):
            wall.read("W-1201", "131", post="E031")


class TestHeld:
    def test_lower_than_before_is_held_and_counts_for_nothing(self, wall: Wall) -> None:
        row = wall.read("W-1201", "12")
        assert row.held == "lower"
        assert march(wall) == Held("W-1201", row.id)
        assert queries.held_count(community_id=wall.place) == 1

    def test_many_times_the_usual_is_held(self, wall: Wall) -> None:
        assert wall.read("W-1201", "1310").held == "too_much"
        assert wall.read("W-1202", "170").held == ""

    def test_more_than_a_later_day_is_held(self, wall: Wall) -> None:
        assert wall.read("W-1201", "121", on=date(2026, 2, 15)).held == "later_less"

    def test_another_one_accepts_it_with_a_reason(self, wall: Wall) -> None:
        row = wall.read("W-1201", "1310")
        given: dict[str, Any] = {"at": AT, "community_id": wall.place, "reading": row.id}
        with pytest.raises(BadInput):
            actions.settle(by=wall.by("collector"), how="accept", reason=" ", **given)
        with pytest.raises(Forbidden):
            actions.settle(by=wall.by(), how="accept", reason="漏水", **given)
        done = actions.settle(by=wall.by("collector"), how="accept", reason="漏水", **given)
        assert (done.held, done.doubt, done.settled_note) == ("", "too_much", "漏水")
        assert used(wall) == 1190
        with pytest.raises(WrongState, match="处理过"):
            actions.settle(by=wall.by("manager"), how="accept", reason="漏水", **given)

    def test_not_by_who_read_it(self, wall: Wall) -> None:
        row = wall.read("W-1201", "1310", post="collector")
        given: dict[str, Any] = {
            "at": AT,
            "community_id": wall.place,
            "reading": row.id,
            "how": "accept",
        }
        with pytest.raises(Forbidden, match="别人"):
            actions.settle(by=wall.by("collector"), reason="漏水", **given)
        assert actions.settle(by=wall.by("manager"), reason="漏水", **given).held == ""

    def test_rolled_over(self, wall: Wall) -> None:
        small = actions.add_meter(
            by=wall.by("collector"),
            at=AT,
            community_id=wall.place,
            code="W-9",
            kind="hot_water",
            from_on=date(2026, 2, 1),
            house="3-1-1201",
            digits=3,
            value="990",
        )
        row = wall.read("W-9", "8", on=MARCH)
        given: dict[str, Any] = {
            "at": AT,
            "community_id": wall.place,
            "reason": "走满归零",
            "how": "rolled",
        }
        actions.settle(by=wall.by("collector"), reading=row.id, **given)
        facts = queries.facts_of_meters(
            meters=[small], from_on=date(2026, 2, 1), until_on=MARCH, early=7, late=7
        )
        told = use([facts[small]], from_on=date(2026, 2, 1), until_on=MARCH, early=7, late=7)
        assert isinstance(told, Use)
        assert told.quantity == 18
        much = wall.read("W-1201", "1310")
        with pytest.raises(WrongState, match="不是归零"):
            actions.settle(by=wall.by("collector"), reading=much.id, **given)

    def test_void_and_read_anew(self, wall: Wall) -> None:
        row = wall.read("W-1201", "13")
        given: dict[str, Any] = {"at": AT, "community_id": wall.place, "reading": row.id}
        with pytest.raises(Forbidden):
            actions.void(by=wall.by("guard"), reason="抄错", **given)
        assert actions.void(by=wall.by(), reason="抄错", **given).voided
        with pytest.raises(WrongState):
            actions.void(by=wall.by(), reason="抄错", **given)
        assert wall.read("W-1201", "131").held == ""
        assert used(wall) == 11

    def test_correct_writes_it_anew_for_the_same_day(self, wall: Wall) -> None:
        row = wall.read("W-1201", "13", on=date(2026, 3, 30))
        key = uuid4()
        given: dict[str, Any] = {
            "at": AT,
            "community_id": wall.place,
            "reading": row.id,
            "key": key,
        }
        fresh = actions.correct(by=wall.by(), value="131", reason="少按一位", **given)
        again = actions.correct(by=wall.by(), value="131", reason="少按一位", **given)
        assert (fresh.read_on, fresh.id, again.again) == (date(2026, 3, 30), again.id, True)
        assert wall.stored(row).void_reason == "少按一位"
        assert used(wall) == 11

    def test_a_colleagues_reading_is_corrected_by_the_foreman(self, wall: Wall) -> None:
        row = wall.read("W-1201", "13", post="collector")
        given: dict[str, Any] = {
            "at": AT,
            "community_id": wall.place,
            "reading": row.id,
            "value": "131",
        }
        with pytest.raises(Forbidden):
            actions.correct(by=wall.by(), key=uuid4(), reason="抄错", **given)
        done = actions.correct(
            by=wall.by("maintenance_foreman"), key=uuid4(), reason="抄错", **given
        )
        assert done.held == ""

    def test_the_facts_of_a_reading_never_change(self, wall: Wall) -> None:
        row = wall.stored(wall.read("W-1201", "131"))
        row.value = Decimal(130)
        with pytest.raises(Exception, match="history"):
            row.save(update_fields=["value"])


class TestMeters:
    def test_replaced_both_add_up(self, wall: Wall) -> None:
        key = uuid4()
        given: dict[str, Any] = {
            "by": wall.by(),
            "at": AT,
            "community_id": wall.place,
            "meter": "W-1201",
            "on": date(2026, 3, 17),
            "final": "125",
            "code": "W-1201B",
            "initial": "2",
            "key": key,
            "reason": "表坏",
        }
        new = actions.replace(**given)
        assert actions.replace(**given) == new
        hung = Meter.objects.select_related("replaces").get(pk=new)
        assert (hung.replaces_id, hung.route, hung.house_id) == (
            wall.meters["W-1201"].pk,
            WALK,
            wall.meters["W-1201"].house_id,
        )
        wall.read("W-1201B", "9")
        assert used(wall) == 12
        with pytest.raises(BadInput, match="已经拆下"):
            wall.read("W-1201", "126")
        with pytest.raises(WrongState, match="已经拆下"):
            actions.replace(**{**given, "code": "W-1201C", "key": uuid4()})

    def test_a_last_reading_nobody_believes_holds_the_period(self, wall: Wall) -> None:
        actions.replace(
            by=wall.by(), at=AT, community_id=wall.place, meter="W-1201", on=date(2026, 3, 17),
            final="12", code="W-1201B", initial="0", key=uuid4(),
        )  # fmt: skip
        wall.read("W-1201B", "9")
        assert isinstance(march(wall), Held)
        last = Reading.objects.get(kind="last")
        actions.correct(
            by=wall.by(), at=AT, community_id=wall.place, reading=last.pk, value="125",
            key=uuid4(), reason="看反了",
        )  # fmt: skip
        assert used(wall) == 14
        with pytest.raises(WrongState, match="只能改正"):
            actions.void(
                by=wall.by(), at=AT, community_id=wall.place, reason="错",
                reading=Reading.objects.get(kind="last", voided_at=None).pk,
            )  # fmt: skip

    def test_not_before_it_was_read_last_nor_under_a_known_code(self, wall: Wall) -> None:
        given: dict[str, Any] = {
            "by": wall.by(), "at": AT, "community_id": wall.place, "meter": "W-1201",
            "final": "125", "initial": "0",
        }  # fmt: skip
        with pytest.raises(WrongState, match="不能更早"):
            actions.replace(on=date(2026, 2, 17), code="N-1", key=uuid4(), **given)
        with pytest.raises(BadInput, match="登记过") as caught:
            actions.replace(on=TODAY, code="W-1202", key=uuid4(), **given)
        assert caught.value.field == "code"
        assert wall.meters["W-1201"].until_on is None
        assert not Reading.objects.filter(kind="last").exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [("code", " "), ("code", "a/b"), ("kind", "steam"), ("digits", 2), ("factor", "0")],
    )
    def test_what_is_no_meter_is_refused(self, wall: Wall, field: str, value: object) -> None:
        given: dict[str, object] = {"code": "N-1", "kind": "water", "from_on": TODAY}
        with pytest.raises(Refused) as caught:
            actions.add_meter(
                by=wall.by("collector"),
                at=AT,
                community_id=wall.place,
                **{**given, field: value},  # type: ignore[arg-type]
            )
        assert caught.value.field == field

    def test_technicians_do_not_keep_the_list(self, wall: Wall) -> None:
        with pytest.raises(Forbidden):
            actions.add_meter(
                by=wall.by(), at=AT, community_id=wall.place, code="N", kind="water", from_on=TODAY
            )

    def test_taken_down_for_good(self, wall: Wall) -> None:
        actions.take_down(
            by=wall.by("collector"), at=AT, community_id=wall.place, meter="W-1201", on=TODAY,
            final="128", key=uuid4(), reason="拆除",
        )  # fmt: skip
        assert used(wall) == 8

    def test_the_walk_is_put_in_order(self, wall: Wall) -> None:
        by = wall.by("collector")
        actions.order_walk(
            by=by, at=AT, community_id=wall.place, route=WALK, meters=["P-1", "W-501"]
        )
        stops = queries.walk(caller=by, community_id=wall.place, route=WALK, on=TODAY, at=AT)
        assert [one.meter.code for one in stops] == ["P-1", "W-501", "W-1201", "W-1202"]
        with pytest.raises(NotFound):
            actions.order_walk(by=by, at=AT, community_id=wall.place, route=WALK, meters=["X"])


class TestEstimate:
    def test_by_the_usual_use_and_set_right_by_the_next(self, wall: Wall) -> None:
        given: dict[str, Any] = {
            "at": AT,
            "community_id": wall.place,
            "meter": "W-1201",
            "reason": "家中无人",
        }
        with pytest.raises(Forbidden):
            actions.estimate(by=wall.by(), read_on=TODAY, key=uuid4(), **given)
        key = uuid4()
        row = actions.estimate(by=wall.by("collector"), read_on=TODAY, key=key, **given)
        again = actions.estimate(by=wall.by("collector"), read_on=TODAY, key=key, **given)
        assert (row.kind, row.value, again.id) == ("estimated", Decimal(130), row.id)
        told = march(wall)
        assert isinstance(told, Use)
        assert (told.quantity, told.estimated) == (Decimal(10), True)
        assert wall.read("W-1201", "124").held == "", "lower than a guess is no doubt"
        assert used(wall) == 4
        with pytest.raises(WrongState, match="不用估"):
            actions.estimate(by=wall.by("collector"), read_on=TODAY, key=uuid4(), **given)

    def test_nobody_knows(self, wall: Wall) -> None:
        actions.add_meter(
            by=wall.by("collector"), at=AT, community_id=wall.place, code="N-1", kind="water",
            from_on=MARCH, value="0",
        )  # fmt: skip
        with pytest.raises(WrongState, match="补抄"):
            actions.estimate(
                by=wall.by("collector"), at=AT, community_id=wall.place, meter="N-1",
                read_on=TODAY, key=uuid4(), reason="家中无人",
            )  # fmt: skip


def test_skipped_with_a_reason(wall: Wall) -> None:
    given: dict[str, Any] = {
        "by": wall.by(),
        "at": AT,
        "community_id": wall.place,
        "meter": "W-1201",
    }
    actions.skip(skipped_on=TODAY, reason="家中无人", **given)
    actions.skip(skipped_on=TODAY, reason="表箱锁着", **given)
    assert Skip.objects.get().reason == "表箱锁着"
    with pytest.raises(BadInput):
        actions.skip(skipped_on=TODAY, reason=" ", **given)


def test_every_write_leaves_a_trail(wall: Wall) -> None:
    held = wall.read("W-1201", "13")
    actions.void(by=wall.by(), at=AT, community_id=wall.place, reading=held.id, reason="抄错")
    actions.skip(
        by=wall.by(), at=AT, community_id=wall.place, meter="W-1202", skipped_on=TODAY, reason="锁"
    )
    found = set(Entry.objects.filter(action__startswith="meters.").values_list("action", flat=True))
    assert {"meters.added", "meters.read", "meters.voided", "meters.skipped"} <= found

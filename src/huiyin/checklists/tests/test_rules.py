"""Items, marks and lateness: pure rules of checklists."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.checklists import rules
from huiyin.checklists.rules import BadValue, BrokenTemplate, Item
from huiyin.checklists.shipped import all_shipped

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30
).filter(str.strip)
NUMBERS = st.decimals(-1000, 1000, places=2).map(str)
ITEMS = st.builds(
    Item,
    key=st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
    title=WORDS.map(str.strip),
    kind=st.sampled_from(["tick", "text", "photo", "signature", "person_time"]),
    required=st.booleans(),
    hint=WORDS.map(str.strip),
    raises=st.sampled_from(["", "repair.public"]),
    minutes=st.none() | st.integers(0, 600),
    who=st.sampled_from(["", "guard"]),
)


@given(st.lists(ITEMS, min_size=1, max_size=6, unique_by=lambda item: item.key), WORDS)
def test_items_survive_writing_and_keeping(items: list[Item], title: str) -> None:
    data = rules.to_data(items)
    assert rules.from_data(data) == tuple(items)
    read = rules.read_template(rules.write_template(title, data), code="own.list")
    assert (read.title, read.items) == (title.strip(), tuple(items))


@given(st.dictionaries(WORDS, st.none() | st.booleans() | st.integers() | WORDS, max_size=3))
def test_whatever_is_written_is_refused_or_read_but_never_breaks(row: dict[str, Any]) -> None:
    for extra in ({}, {"key": "a", "title": "甲"}):
        whole = {**row, **extra}
        if not rules.problems_of([whole]):
            assert rules.from_data([whole])[0].title


@pytest.mark.parametrize(
    ("row", "key", "code"),
    [
        ({"title": "门"}, "key", "missing"),
        ({"key": "a", "title": " "}, "title", "missing"),
        ({"key": "A b", "title": "门"}, "key", "bad_key"),
        ({"key": "a", "title": "门", "colour": "red"}, "colour", "unknown_key"),
        ({"key": "a", "title": "门" * 81}, "title", "too_long"),
        ({"key": "a", "title": 5}, "title", "wrong_type"),
        ({"key": "a", "title": "门", "required": "yes"}, "required", "wrong_type"),
        ({"key": "a", "title": "门", "minutes": True}, "minutes", "wrong_type"),
        ({"key": "a", "title": "门", "minutes": -1}, "minutes", "bad_minutes"),
        ({"key": "a", "title": "门", "kind": "smell"}, "kind", "unknown_kind"),
        ({"key": "a", "title": "门", "who": "king"}, "who", "unknown_post"),
        ({"key": "a", "title": "门", "raises": "Fire!"}, "raises", "unknown_matter"),
        ({"key": "a", "title": "门", "kind": "number", "least": "x"}, "least", "bad_number"),
        (
            {"key": "a", "title": "门", "kind": "number", "least": "5", "most": "4"},
            "most",
            "empty_range",
        ),
        ({"key": "a", "title": "门", "kind": "choice"}, "options", "too_few_options"),
        (
            {"key": "a", "title": "门", "kind": "choice", "options": ["好", "好"]},
            "options",
            "twice",
        ),
        (
            {"key": "a", "title": "门", "kind": "choice", "options": ["好", ""]},
            "options",
            "bad_option",
        ),
        (
            {"key": "a", "title": "门", "kind": "choice", "options": ["好", "坏"]}
            | {"bad_options": ["差"]},
            "bad_options",
            "unknown_option",
        ),
    ],
)
def test_every_mistake_names_its_item_and_key(row: dict[str, Any], key: str, code: str) -> None:
    found = rules.problems_of([{"key": "first", "title": "好"}, row])
    assert (2, key, code) in [(one.item, one.key, one.code) for one in found]


def test_every_mistake_is_told_at_once() -> None:
    text = '[[item]]\nkey = "a"\n[[item]]\ntitle = "b"\n'
    with pytest.raises(BrokenTemplate) as broken:
        rules.read_template(text, code="x y")
    assert {(one.item, one.key) for one in broken.value.problems} == {
        (0, "code"),
        (0, "title"),
        (1, "title"),
        (2, "key"),
    }


@pytest.mark.parametrize("text", ["title = ", "item = 3\ntitle='x'", "a" * 9, ""])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(BrokenTemplate):
        rules.read_template(text, code="own.x")


def test_the_same_key_twice_is_refused() -> None:
    row = {"key": "a", "title": "门"}
    assert [one.code for one in rules.problems_of([row, row])] == ["twice"]


NUMBER = Item("n", "水温", "number", least="5", most="60.5")
CHOICE = Item("c", "外观", "choice", options=("好", "坏"), bad_options=("坏",))


@pytest.mark.parametrize(
    ("item", "value", "kept"),
    [
        (Item("a", "门"), True, True),
        (NUMBER, " 12.50 ", "12.50"),
        (CHOICE, "坏", "坏"),
        (Item("t", "备注", "text"), " 好的 ", "好的"),
        (Item("p", "照片", "photo"), {"files": [3, 3, 4]}, {"files": [3, 4]}),
        (
            Item("s", "签名", "signature"),
            {"file": 7, "name": " 王丽 "},
            {"file": 7, "name": "王丽"},
        ),
        (
            Item("w", "到场", "person_time"),
            {"name": "许技", "at": "2026-03-16T09:00:00+08:00"},
            {"name": "许技", "at": "2026-03-16T01:00:00+00:00"},
        ),
    ],
)
def test_a_mark_is_kept_in_one_form(item: Item, value: object, kept: object) -> None:
    assert rules.checked(item, value) == kept
    assert rules.checked(item, kept) == kept


@pytest.mark.parametrize(
    ("item", "value", "code"),
    [
        (Item("a", "门"), "true", "bad_tick"),
        (Item("a", "门"), 1, "bad_tick"),
        (NUMBER, "1e3", "bad_number"),
        (NUMBER, 12, "bad_number"),
        (NUMBER, "NaN", "bad_number"),
        (CHOICE, "差", "bad_choice"),
        (Item("t", "备注", "text"), "  ", "empty"),
        (Item("t", "备注", "text"), "长" * 1001, "too_long"),
        (Item("p", "照片", "photo"), {"files": []}, "bad_photo"),
        (Item("p", "照片", "photo"), {"files": [True]}, "bad_photo"),
        (Item("p", "照片", "photo"), {"files": [1], "x": 1}, "bad_photo"),
        (Item("p", "照片", "photo"), {"files": list(range(1, 11))}, "too_many_photos"),
        (Item("s", "签名", "signature"), {"file": 7, "name": ""}, "empty"),
        (Item("s", "签名", "signature"), {"file": 2**63, "name": "王"}, "bad_signature"),
        (Item("w", "到场", "person_time"), {"name": "许", "at": "09:00"}, "bad_person_time"),
    ],
)
def test_a_mark_that_does_not_fit_is_refused(item: Item, value: object, code: str) -> None:
    with pytest.raises(BadValue) as bad:
        rules.checked(item, value)
    assert bad.value.code == code


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_number_fails_outside_its_range_only(least: str, most: str, value: str) -> None:
    item = Item("n", "水温", "number", least=least, most=most)
    inside = Decimal(least) <= Decimal(value) <= Decimal(most)
    assert rules.failed(item, value) is not inside
    assert not rules.failed(Item("n", "水温", "number"), value)


def test_no_and_a_bad_option_fail() -> None:
    assert rules.failed(Item("a", "门"), False)
    assert not rules.failed(Item("a", "门"), True)
    assert rules.failed(CHOICE, "坏")
    assert not rules.failed(CHOICE, "好")
    assert not rules.failed(Item("t", "备注", "text"), "坏")


@given(st.lists(ITEMS, max_size=8, unique_by=lambda item: item.key), st.data())
def test_a_run_is_whole_when_nothing_required_is_missing(
    items: list[Item], data: st.DataObject
) -> None:
    marked = data.draw(st.sets(st.sampled_from([one.key for one in items] or ["x"])))
    missing = rules.missing(items, marked)
    assert all(one.required and one.key not in marked for one in missing)
    assert not rules.missing(items, [one.key for one in items])
    share = rules.percent(items, marked)
    assert 0 <= share <= 100
    assert (share == 100) == (bool(items) and all(one.key in marked for one in items))


def test_an_item_is_late_after_its_minutes() -> None:
    due = rules.due_at(Item("a", "到场", minutes=5), AT)
    assert due == AT + timedelta(minutes=5)
    assert not rules.is_late(due, AT + timedelta(minutes=5), AT + timedelta(hours=1))
    assert rules.is_late(due, AT + timedelta(minutes=6), AT)
    assert rules.is_late(due, None, AT + timedelta(minutes=6))
    assert not rules.is_late(rules.due_at(Item("b", "门"), AT), None, AT + timedelta(days=9))


@pytest.mark.rule("WO-03")
def test_the_home_visit_asks_what_the_owner_may_expect() -> None:
    keys = {item.key for item in all_shipped()["visit.home"].items if item.required}
    assert keys >= {
        "shoe_covers",
        "cause",
        "method_and_price",
        "consent",
        "sheet",
        "quiet",
        "cleaned",
        "photos_before",
        "photos_after",
    }


@pytest.mark.rule("HR-03")
def test_the_four_checks_are_doors_lights_windows_and_appliances() -> None:
    required = [item.key for item in all_shipped()["four_checks"].items if item.required]
    assert required == ["doors", "lights", "windows", "appliances"]

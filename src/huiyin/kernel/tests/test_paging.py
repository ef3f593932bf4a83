"""Cursors and ids that come from outside."""

import base64
import json

import pytest

from huiyin.kernel.paging import BadCursor, is_row_id, read_cursor, write_cursor


def packed(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def test_a_cursor_comes_back_as_it_was_written() -> None:
    assert read_cursor(write_cursor("0003-0001", 17), str, int) == ("0003-0001", 17)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "=",
        "é",
        packed(["a"]),
        packed([1, 1]),
        packed({"a": 1}),
        packed(["\0", 1]),
        packed(["a", 2**63]),
        packed(["a", -(10**30)]),
        packed(["\ud800", 1]),
        packed(["a", True]),
    ],
)
def test_what_this_list_never_gave_out_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(cursor, str, int)


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "1.5", " 7", "9" * 19, "9" * 5000])
def test_what_no_row_can_have_is_no_id(text: str) -> None:
    assert is_row_id("7")
    assert not is_row_id(text)

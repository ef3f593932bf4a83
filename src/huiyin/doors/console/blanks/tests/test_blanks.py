"""Empty forms: the list of them, and each as a PDF with the community's name."""

import pytest

from huiyin.doors.console.tests.visit import paper_of, text_of, visitor
from huiyin.flows.papers import BLANKS
from huiyin.matters.tests.cast import Cast


def test_every_blank_form_is_on_the_page(cast: Cast) -> None:
    shown = text_of(visitor(cast, "guard").get("/blanks/"))
    for code, (title, _form, _printed) in BLANKS.items():
        assert title in shown and f"/blanks/{code}/" in shown


@pytest.mark.parametrize("code", BLANKS)
def test_a_blank_form_has_our_name_and_room_to_write(cast: Cast, code: str) -> None:
    response = visitor(cast, "technician").get(f"/blanks/{code}/")
    words = paper_of(response)
    title = BLANKS[code][0]
    assert "YG花园" in words
    assert title in words or code in ("letter", "poster", "door_notice")
    assert "filename*=utf-8''" in response["Content-Disposition"]
    assert "object-src 'self'" in response["Content-Security-Policy"]


def test_a_form_we_do_not_have_is_not_found(cast: Cast) -> None:
    told = visitor(cast, "guard").get("/blanks/passport/")
    assert told.status_code == 404 and "没有这种表格" in text_of(told)

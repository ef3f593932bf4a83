"""Every form, filled in and blank, with long texts, many lines, rare signs (forms.md, PLN-04)."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from huiyin.documents import typesetting
from huiyin.documents.tests.samples import BLANK, FILLED, TOWN, line
from huiyin.documents.typesetting import FORMS, MissingGlyph

ALL = sorted(one.stem for one in FORMS.glob("[a-z]*.typ"))
MM = 72 / 25.4
SIZES = {"a4": (210, 297), "a4 across": (297, 210), "a5": (148, 210)}
PAPER = {
    **dict.fromkeys(ALL, "a4"),
    **dict.fromkeys(("service_order", "slip", "door_notice", "bill"), "a5"),
    "visit_record": "a4 across",
}
LONG = "厨房水龙头滴水,关不紧,地面有积水,请尽快派人来看。" * 60


def pages(form: str, *data: dict[str, Any]) -> list[str]:
    """Draw papers; return the words of each page without spaces."""
    drawn = typesetting.pdf(form, [{"community": TOWN, **one} for one in data])
    found = PdfReader(io.BytesIO(drawn)).pages
    assert {tuple(round(float(side) / MM) for side in page.mediabox[2:]) for page in found} == {
        SIZES[PAPER[form]]
    }
    return ["".join(page.extract_text().split()) for page in found]


def filled(form: str, **given: Any) -> dict[str, Any]:
    """Return a form filled in."""
    return {
        **FILLED[form][0],
        "number": "YG-XX-2026-0007",
        "printed_at": "2026-03-16 18:20",
        "url": "https://example.org/matters/1/",
        **given,
    }


def test_every_form_has_a_sample() -> None:
    assert sorted(FILLED) == sorted(BLANK) == ALL


@pytest.mark.parametrize("form", ALL)
def test_a_form_filled_in_says_it_all(form: str) -> None:
    found = pages(form, filled(form))
    words = "".join(found)
    for said in (*FILLED[form][1], "YG-XX-2026-0007", "阳光花园", "打印2026-03-1618:20"):
        assert said in words, said
    assert "第1页/共1页" in found[0]


@pytest.mark.parametrize("form", ALL)
def test_a_blank_form_leaves_room_and_says_nothing_of_anybody(form: str) -> None:
    found = pages(form, {"blank": True, "title": "" if form == "letter" else "检查表"})
    words = "".join(found)
    for said in (*BLANK[form], "阳光花园"):
        assert said in words, said
    assert "YG-XX" not in words and "打印20" not in words
    copies = 2 if form in {"service_order", "slip"} else 1
    assert len(found) == copies, "a blank form is one sheet"


@pytest.mark.parametrize("form", ALL)
def test_papers_of_one_file_each_count_their_own_pages(form: str) -> None:
    found = pages(form, filled(form), filled(form, number="YG-XX-2026-0008"))
    assert sum("第1页/共1页" in page for page in found) == len(found)
    assert "YG-XX-2026-0007" in found[0] and "YG-XX-2026-0008" in found[-1]


def test_forty_lines_run_on_under_the_same_heads() -> None:
    lines = [line(f"材料{n:02}", "1 个", "1.00", "1.00") for n in range(40)]
    found = pages("service_order", filled("service_order", materials=lines))
    one = found[: len(found) // 2]
    assert len(one) > 1
    words = "".join(one)
    assert all(f"材料{n:02}" in words for n in range(40))
    assert all("\uff08续\uff09" in page for page in one[1:])
    assert f"第{len(one)}页/共{len(one)}页" in one[-1]
    assert sum("材料名称" in page for page in one) > 1


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ("service_order", "text"),
        ("incident_report", "course"),
        ("letter", "body"),
        ("poster", "body"),
        ("door_notice", "body"),
    ],
)
def test_a_long_text_runs_on_and_loses_nothing(form: str, field: str) -> None:
    words = "".join(pages(form, filled(form, **{field: f"{LONG}到此为止"})))
    assert words.count("滴") >= 60
    assert "到此为止" in words


@pytest.mark.parametrize("sentences", [1, 6, 14, 24])
def test_a_poster_fits_its_letters_to_one_sheet(sentences: int) -> None:
    body = "厨房水龙头滴水,关不紧,地面有积水,请来看。" * sentences
    assert len(pages("poster", filled("poster", body=body))) == 1


def test_a_run_without_spaces_stays_inside_its_cell() -> None:
    address = "https://example.org/" + "a" * 300
    found = pages("incident_report", filled("incident_report", handling=address))
    assert "a" * 300 in "".join(found).replace("\u200b", "")


def test_what_people_write_is_never_markup() -> None:
    text = '#panic("x") *粗* $x$ <end> [链接] // 注释 @page \\ `code`'
    words = "".join(pages("incident_report", filled("incident_report", cause=text)))
    for said in ('#panic("x")', "*粗*", "$x$", "<end>", "[链接]", "//注释", "@page"):
        assert said in words, said


def test_a_sign_no_font_has_is_refused_by_name() -> None:
    with pytest.raises(MissingGlyph, match="字库里没有这些字") as refused:
        pages("service_order", filled("service_order", caller="\U0003134a先生"))
    assert refused.value.where == "caller"


def test_commas_between_chinese_are_wide_and_numbers_stay() -> None:
    words = "".join(pages("letter", filled("letter", body="收到12,500.00元,谢谢(附表):好")))
    assert "12,500.00元\uff0c谢谢\uff08附表\uff09\uff1a好" in words

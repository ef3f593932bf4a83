"""PDFs in Chinese: whole, never with a blank for a sign, and no form holds anybody up."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from huiyin.documents import typesetting
from huiyin.documents.press import MANY
from huiyin.documents.typesetting import MissingGlyph, UnableToTypeset, pdf

LETTER: dict[str, Any] = {
    "community": {"name": "阳光花园", "phone": "0755-26001234", "address": "深圳市"},
    "number": "YG-HJ-2026-0001",
    "title": "关于停电检修的函",
    "salutation": "尊敬的王丽女士:",
    "body": "您好!3月18日9:00至12:00停电检修。\n给您带来不便,敬请谅解。",
}


def words_of(data: bytes) -> list[str]:
    """Return the text of every page without blanks."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


@pytest.mark.rule("PLN-04")
def test_a_letter_in_chinese_carries_its_fonts() -> None:
    drawn = pdf("letter", LETTER)
    (page,) = words_of(drawn)
    assert "关于停电检修的函" in page and "尊敬的王丽女士" in page
    assert "YG-HJ-2026-0001" in page
    for font in PdfReader(io.BytesIO(drawn)).pages[0]["/Resources"]["/Font"].values():  # type: ignore[index]
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile3" in descriptor or "/FontFile2" in descriptor


def test_the_same_data_give_the_same_bytes() -> None:
    assert pdf("letter", LETTER) == pdf("letter", LETTER)


def test_several_letters_are_one_file_each_counted_by_itself() -> None:
    long = {**LETTER, "title": "长函", "body": "请按时缴费,谢谢您的配合与理解。\n" * 60}
    pages = words_of(pdf("letter", [LETTER, long, LETTER]))
    assert len(pages) > 3
    assert "第1页/共1页" in pages[0] and "第1页/共1页" in pages[-1]
    assert f"第2页/共{len(pages) - 2}页" in pages[2]


@pytest.mark.rule("PLN-04")
def test_many_letters_are_one_file_however_long_each_is() -> None:
    """Many are first set as if each had one page; that must never show."""
    short = [{**LETTER, "number": f"N-{one}"} for one in range(MANY)]
    pages = words_of(pdf("letter", short))
    assert len(pages) == MANY and all("第1页/共1页" in one for one in pages)
    assert [f"N-{one}" in page for one, page in enumerate(pages)] == [True] * MANY
    long = {**LETTER, "title": "长函", "body": "请按时缴费,谢谢您的配合与理解。\n" * 60}
    pages = words_of(pdf("letter", [*short, long]))
    assert f"第2页/共{len(pages) - MANY}页" in pages[MANY + 1]
    assert "第1页/共1页" in pages[0]


@pytest.mark.parametrize("text", ["#panic(1)", "*a* _b_ $x$ @ref <l>", '"\\', "#sys.inputs"])
def test_data_are_never_read_as_markup(text: str) -> None:
    (page,) = words_of(pdf("letter", {**LETTER, "salutation": text}))
    assert "".join(text.split()) in page.replace("“", '"').replace("”", '"')


@pytest.mark.rule("PLN-04")
@pytest.mark.parametrize("sign", ["𠮷", "😀", "؟"])
def test_a_sign_no_font_has_is_refused_by_name_and_field(sign: str) -> None:
    with pytest.raises(MissingGlyph) as refused:
        pdf("letter", {**LETTER, "to": {"name": f"王{sign}"}})
    assert refused.value.characters == sign
    assert refused.value.field == "to.name"
    assert f"U+{ord(sign):04X}" in str(refused.value)


def test_of_several_letters_it_says_which() -> None:
    with pytest.raises(MissingGlyph) as refused:
        pdf("letter", [LETTER, {**LETTER, "body": "张𠮷"}])
    assert refused.value.where == "1.body"


def test_rare_names_of_the_standard_are_drawn() -> None:
    """GB 18030's extension A, traditional signs, and what offices write besides."""
    assert typesetting.missing_glyphs("㛃䶮喆堃赟燚犇龘臺灣廣場①㎡℃¥☎×±→√□") in {"", "☎"}


def test_signs_nobody_sees_are_left_out() -> None:
    drawn = pdf("letter", {**LETTER, "salutation": "尊\u200b敬的\ufeff王\u0007女士:"})
    assert "尊敬的王女士" in words_of(drawn)[0]


def test_a_font_in_the_folder_of_the_site_counts(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    assert typesetting.missing_glyphs("𠮷") == "𠮷"
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "own.ttf").write_bytes(_tiny_font("𠮷"))
    (tmp_path / "fonts" / "torn.otf").write_bytes(b"no font")
    assert typesetting.missing_glyphs("𠮷") == ""
    assert pdf("letter", {**LETTER, "salutation": "王𠮷"})


def _tiny_font(sign: str) -> bytes:
    """Build a font that has one sign: a square."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    for step, point in enumerate(((0, 0), (0, 800), (800, 800), (800, 0))):
        pen.lineTo(point) if step else pen.moveTo(point)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "one"])
    font.setupCharacterMap({ord(sign): "one"})
    font.setupGlyf({".notdef": square, "one": square})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "one": (1000, 0)})
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupNameTable({"familyName": "Own", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


@pytest.mark.parametrize("form", ["", "../secret", "no_such_form", "_base", "Letter"])
def test_only_our_forms_are_drawn(form: str) -> None:
    with pytest.raises(UnableToTypeset):
        pdf(form, LETTER)


@pytest.mark.parametrize("value", [1.5, {1, 2}, object(), b"x"])
def test_only_plain_data_are_taken(value: object) -> None:
    with pytest.raises(UnableToTypeset):
        pdf("letter", {**LETTER, "body": value})


def test_a_form_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "endless.typ").write_text("#while true {}", encoding="utf-8")
    (tmp_path / "broken.typ").write_text("#nothing-such", encoding="utf-8")
    monkeypatch.setattr(typesetting, "FORMS", tmp_path)
    monkeypatch.setattr(typesetting, "SECONDS", 1)
    for form in ("endless", "broken"):
        with pytest.raises(UnableToTypeset):
            pdf(form, LETTER)


@given(st.text(max_size=40))
def test_any_text_is_either_drawable_or_named(text: str) -> None:
    """Nothing vanishes: what is left of a text is drawn sign by sign or refused by name."""
    seen = typesetting.visible(text)
    assert set(typesetting.missing_glyphs(seen)) <= set(seen)
    assert typesetting.visible(seen) == seen


def test_papers_are_joined_each_on_a_sheet_of_its_own() -> None:
    one = pdf("letter", LETTER)
    joined = typesetting.joined([one, one, one], duplex=True)
    pages = words_of(joined)
    assert [bool(page) for page in pages] == [True, False, True, False, True]


def test_a_photo_becomes_a_page_of_a4() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (800, 400), "red").save(picture, "JPEG")
    page = PdfReader(io.BytesIO(typesetting.from_photo(picture.getvalue()))).pages[0]
    assert round(page.mediabox.width) > round(page.mediabox.height)
    assert typesetting.look(typesetting.from_photo(picture.getvalue())).pages == 1


def test_what_somebody_gives_us_is_looked_into() -> None:
    looked = typesetting.look(pdf("letter", LETTER))
    assert (looked.pages, looked.encrypted, looked.active) == (1, False, False)
    assert "停电检修" in looked.text
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    assert typesetting.look(_written(writer)).active
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    assert typesetting.look(_written(writer)).encrypted
    with pytest.raises(UnableToTypeset):
        typesetting.look(b"%PDF-1.4 nothing %%EOF")


SCRIPT = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
LAUNCH = {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")}
TURN = {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): TextStringObject("a")}


@pytest.mark.parametrize("where", ["page", "link", "next", "names"])
def test_what_runs_by_itself_is_found_wherever_it_hides(where: str) -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    root = writer.root_object
    action = writer._add_object(DictionaryObject(LAUNCH if where == "link" else SCRIPT))
    if where == "page":
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    elif where == "link":
        link = {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action}
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(DictionaryObject(link))])
    elif where == "next":
        root[NameObject("/OpenAction")] = DictionaryObject({**TURN, NameObject("/Next"): action})
    else:
        scripts = ArrayObject([TextStringObject("a"), action])
        named = DictionaryObject({NameObject("/Names"): scripts})
        root[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): named})
    assert typesetting.look(_written(writer)).active


def test_turning_to_a_page_and_links_run_nothing() -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(TURN)
    to = {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("https://a")}
    link = {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): DictionaryObject(to)}
    page[NameObject("/Annots")] = ArrayObject([DictionaryObject(link)])
    assert not typesetting.look(_written(writer)).active


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()

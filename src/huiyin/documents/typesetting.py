"""Papers from forms: typst draws ``forms/<form>.typ`` with data as plain JSON (PLN-04).

Data reach a form as text and are never read as markup. A sign that no font can draw would vanish
without a word; here it raises :class:`MissingGlyph` before anything is drawn. The work is done by
:mod:`huiyin.documents.press`, in a process of its own with limits of time and memory.
"""

import io
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont, TTLibError
from PIL import Image

from huiyin.kernel.errors import BadInput

FORMS = Path(str(resources.files(__package__).joinpath("forms")))
PRESS = Path(__file__).with_name("press.py")
SECONDS = 60
MOST_DATA = 5000  # in one file
RARE_NAMES = "noto_cjk_sans_otc"  # a wheel with 14,000 signs more, used where it is installed
_FORM = re.compile(r"[a-z][a-z0-9_]*")
_SUFFIXES = {".otf", ".ttf", ".ttc"}
_NEVER_DRAWN = frozenset({"url", "code"})
_MASK = 3
_DARK = re.compile(rb"\x01+")
_DPI, _A4, _QUALITY = 200, (1654, 2339), 85
_log = structlog.get_logger(__name__)


class MissingGlyph(BadInput):
    """Signs that no font at hand can draw; ``where`` is the way to the field, such as ``name``."""

    def __init__(self, characters: str, where: str) -> None:
        signs = "、".join(f"{one}(U+{ord(one):04X})" for one in characters)
        super().__init__(
            _(
                "字库里没有这些字,打印出来会是空白:%(signs)s。请改用规范字或拼音,"
                "或请管理员把含有这些字的字体文件放进数据目录的 fonts 文件夹。"
            )
            % {"signs": signs},
            field=where,
        )
        self.characters = characters
        self.where = where


class UnableToTypeset(RuntimeError):
    """A form is at fault, or took longer or more than it may; a fault of ours."""


def pdf(form: str, data: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> bytes:
    """Draw a form with data and return the PDF; of several data each begins on a page of its own.

    1. Signs that are never seen (marks of direction, zero width) are left out.
    2. A sign no font can draw raises MissingGlyph with the way to its field.
    3. The QR code of ``url`` goes along as ``code``, an SVG.

    The same data give the same bytes. Raises MissingGlyph; UnableToTypeset for a fault of ours.
    """
    if not _FORM.fullmatch(form) or not (FORMS / f"{form}.typ").is_file():
        raise UnableToTypeset(f"there is no form {form!r}")
    several = [data] if isinstance(data, Mapping) else list(data)
    if not 0 < len(several) <= MOST_DATA:
        raise UnableToTypeset(f"{len(several)} papers in one file")
    drawable = _drawable()
    ready = [
        _ready(one, drawable, f"{number}." if len(several) > 1 else "")
        for number, one in enumerate(several)
    ]
    return draw(FORMS / f"{form}.typ", ready)


def draw(form: Path, ready: Sequence[Mapping[str, Any]]) -> bytes:
    """Draw a file of typst with data that were looked at; what it imports lies beside it."""
    job = {
        "do": "draw",
        "form": str(form),
        "root": str(form.parent),
        "fonts": sorted({str(one.parent) for one in _font_files()}),
        "papers": json.dumps(ready, ensure_ascii=False),
        "several": len(ready),
    }
    return _press(job)


def joined(papers: Sequence[bytes], *, duplex: bool = False) -> bytes:
    """Put several PDFs into one file; ``duplex`` begins each on the front of a sheet."""
    job = {"do": "join", "lengths": [len(one) for one in papers], "duplex": duplex}
    return _press(job, b"".join(papers))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a PDF is: its pages, whether it is locked or runs something, how its text begins."""

    pages: int
    encrypted: bool
    active: bool
    text: str


def look(data: bytes) -> Looked:
    """Look into a PDF that somebody gave us; UnableToTypeset when it cannot be read."""
    return Looked(**json.loads(_press({"do": "look"}, data)))


def from_photo(data: bytes) -> bytes:
    """Turn a photo that the files have cleaned into a PDF of one A4 page."""
    with Image.open(io.BytesIO(data)) as photo:
        sheet = photo.convert("RGB")
    wide = sheet.width > sheet.height
    width, height = (_A4[1], _A4[0]) if wide else _A4
    sheet.thumbnail((width, height))
    page = Image.new("RGB", (width, height), "white")
    page.paste(sheet, ((width - sheet.width) // 2, (height - sheet.height) // 2))
    out = io.BytesIO()
    page.save(out, "PDF", resolution=_DPI, quality=_QUALITY, creationDate=None, modDate=None)
    return out.getvalue()


def check(data: Mapping[str, Any]) -> None:
    """Raise MissingGlyph when something in the data could not be drawn."""
    _check(plain(data), _drawable(), "")


def plain(value: Any) -> Any:
    """Return data as a paper keeps them: texts as they are drawn, numbers and lists as they are.

    Raises UnableToTypeset for a float, a day or anything else that is no plain JSON.
    """
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, bool | int):
        return value
    raise UnableToTypeset(f"{type(value).__name__} is no plain data; money and days come as text")


def missing_glyphs(text: str) -> str:
    """Return the signs of a text that no font at hand can draw, each once; "" when all can."""
    return _missing(text, _drawable())


def visible(text: str) -> str:
    """Return a text as it is drawn: composed, without signs that are never seen."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text)
    unseen = {one for one in set(text) if _is_unseen(one)}
    return "".join(one for one in text if one not in unseen) if unseen else text


def _ready(one: Mapping[str, Any], drawable: frozenset[str], before: str) -> dict[str, Any]:
    ready: dict[str, Any] = plain(one)
    _check(ready, drawable, before)
    if ready.get("url") and not ready.get("code"):
        ready["code"] = _code(ready["url"])
    return ready


def _check(ready: Any, drawable: frozenset[str], before: str) -> None:
    for where, text in _texts(ready):
        if where not in _NEVER_DRAWN and (missing := _missing(text, drawable)):
            raise MissingGlyph(missing, before + where)


def _code(address: str) -> str:
    """Draw an address as SVG, by hand for a thousand letters.

    Any mask can be read; to choose the best one takes five times as long.
    """
    rows = segno.make_qr(address, error="m", mask=_MASK).matrix
    drawn = []
    for y, row in enumerate(rows):
        for run in _DARK.finditer(bytes(row)):
            drawn.append(f"M{run.start()} {y}.5h{run.end() - run.start()}")
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}"'
        f' viewBox="0 0 {size} {size}"><path stroke="#000" d="{"".join(drawn)}"/></svg>'
    )


def _missing(text: str, drawable: frozenset[str]) -> str:
    left = set(text) - drawable
    if not left:
        return ""
    return "".join(one for one in dict.fromkeys(text) if one in left and not _is_unseen(one))


def _texts(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, f"{where}.{key}" if where else key)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, f"{where}.{number}")


@lru_cache(maxsize=8192)
def _is_unseen(sign: str) -> bool:
    """Tell whether a sign has no picture of its own, so that nothing is lost without it."""
    if sign == "\n":
        return False
    return unicodedata.category(sign) in {"Cc", "Cf"} or unicodedata.name(sign, "").startswith(
        "VARIATION SELECTOR"
    )


def _press(job: Mapping[str, Any], behind: bytes = b"") -> bytes:
    """Have a job done in a process of its own, within its time."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PRESS)],
            input=json.dumps(job).encode() + b"\n" + behind,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise UnableToTypeset(f"{job['do']} took longer than {SECONDS} s") from late
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode:
        raise UnableToTypeset(f"{job['do']}: {said[-2000:] or done.returncode}")
    if said:
        _log.warning("documents.form_warns", form=job.get("form", ""), said=said[:500])
    return done.stdout


def _font_files() -> tuple[Path, ...]:
    """Return the fonts of the wheels, then those somebody put into ``HUIYIN_HOME``/fonts."""
    own = Path(settings.HOME) / "fonts"
    added = sorted(one for one in own.glob("*") if one.suffix.lower() in _SUFFIXES)
    return (*_shipped_fonts(), *added)


@lru_cache(maxsize=1)
def _shipped_fonts() -> tuple[Path, ...]:
    fonts = [pylopdf_fonts_zh_cn.sans_path(), pylopdf_fonts_zh_cn.serif_path()]
    rare = find_spec(RARE_NAMES)
    if rare is not None and rare.origin is not None:
        fonts += sorted(Path(rare.origin).parent.glob("*.ttc"))
    return tuple(fonts)


def _drawable() -> frozenset[str]:
    """Return every sign that some font at hand can draw, and the end of a line."""
    return _signs(tuple((one, one.stat().st_mtime_ns) for one in _font_files()))


@lru_cache(maxsize=2)
def _signs(files: tuple[tuple[Path, int], ...]) -> frozenset[str]:
    signs = {"\n"}
    for path, _changed in files:
        number = 0 if path.suffix.lower() == ".ttc" else -1
        try:
            with path.open("rb") as file, TTFont(file, lazy=True, fontNumber=number) as font:
                signs.update(chr(code) for code in font.getBestCmap() or {})
        except TTLibError as torn:
            _log.warning("documents.font_unreadable", path=str(path), error=str(torn))
    return frozenset(signs)

"""A file of meters or readings as rows of named cells: any workbook or text, any order of columns.

The header may stand below titles, in the first rows of a sheet; columns are known by their usual
names. What no reader knows is passed over.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from huiyin.estate.roster.dates import read_date
from huiyin.estate.roster.files import Sheet, UnusableFile, open_bytes
from huiyin.estate.roster.sentences import sentence, unusable_sentence
from huiyin.estate.roster.text import Cell, Unreadable, cell_text, is_error, simplified, squeeze
from huiyin.kernel.errors import BadInput
from huiyin.meters.models import Meter
from huiyin.meters.rows import Problem

HEADER_WITHIN = 10
LONGEST_SHOWN = 40
_FIGURE = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_HEADERS = {
    "meter": r"表号|表具编号|仪表编号|编号|表编号|meter",
    "read_on": r"抄表日期|抄表日|日期|抄表时间|date",
    "value": r"(?:本次|本月|本期|当前|现)?(?:读数|示数|行度|表底|止码|止数|抄见数)|value|reading",
    "note": r"备注|说明|note",
    "kind": r"类型|表类型|表类|种类|kind",
    "house": r"房号|房间号|房屋|户号|house",
    "building": r"楼栋|楼号|栋|building",
    "place": r"位置|安装位置|地点|place",
    "factor": r"倍率|倍数|互感倍率|factor",
    "digits": r"位数|整数位|表位数|digits",
    "route": r"路线|抄表路线|抄表册|册|route",
    "step": r"顺序|序号|抄表顺序|step",
    "from_on": r"起用日期|启用日期|安装日期|装表日期",
    "initial": r"(?:起始|初始|安装|装表)(?:读数|示数|表底|行度)|起码|底数|初始表底",
}
_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in _HEADERS.items()}
_KINDS = (
    (Meter.Kind.HOT_WATER.value, re.compile("热水|hot")),
    (Meter.Kind.WATER.value, re.compile("水|water")),
    (Meter.Kind.ELECTRICITY.value, re.compile("电|elec")),
    (Meter.Kind.GAS.value, re.compile("气|gas")),
    (Meter.Kind.HEAT.value, re.compile("热|暖|heat")),
)


class UnableToReadFile(BadInput):
    """The file holds no meters or no readings."""


class Refuse(Exception):
    """A cell that cannot be taken: the sentence says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its cells by what their column means."""

    sheet: str
    number: int
    headers: Mapping[str, str]
    cells: Mapping[str, Cell]

    def text(self, name: str) -> str:
        """Return a cell as its owner reads it; blank where there is no such column."""
        text = cell_text(self.cells.get(name))
        if is_error(text):
            raise Refuse(_("单元格是公式错误,没有值"))
        return text.strip()

    def number_of(self, name: str) -> Decimal | None:
        """Return a number, None for a blank cell."""
        text = squeeze(self.text(name)).replace(",", "")
        if not text:
            return None
        number = figure(text)
        if number is None:
            raise Refuse(_("不是数字"))
        return number

    def day(self, name: str) -> date | None:
        """Return a day, None for a blank cell."""
        try:
            return read_date(self.cells.get(name))
        except Unreadable as error:
            raise Refuse(sentence(error.code, error.params)) from error

    def kind(self) -> str:
        """Return the kind of meter that is named."""
        text = simplified(self.text("kind")).lower()
        if text in Meter.Kind.values:
            return text
        for kind, words in _KINDS:
            if words.search(text):
                return kind
        raise Refuse(_("请写明是水表、热水表、电表、燃气表还是热量表"))

    def refused(self, name: str, why: str) -> Problem:
        """Return the problem of a cell."""
        shown = cell_text(self.cells.get(name))[:LONGEST_SHOWN]
        return Problem(self.sheet, self.number, self.headers.get(name, ""), shown, why)


def figure(text: str) -> Decimal | None:
    """Read a figure as people write it, no exponent; None for anything else."""
    text = text.strip()
    return Decimal(text) if _FIGURE.fullmatch(text) else None


def read_rows(content: bytes, name: str, wanted: Sequence[str]) -> list[Row]:
    """Return the rows of every sheet that has the wanted columns.

    Raises UnableToReadFile with a sentence for whoever sent the file.
    """
    try:
        sheets = open_bytes(content, name)
    except UnusableFile as error:
        raise UnableToReadFile(unusable_sentence(error), field="file") from error
    rows = [row for sheet in sheets if not sheet.hidden for row in _rows(sheet, wanted)]
    if not rows:
        raise UnableToReadFile(
            _("文件里没有读到内容,请检查第一行是否有这些列:%(names)s。可以先下载模板。")
            % {"names": "、".join(TITLES[one] for one in wanted)},
            field="file",
        )
    return rows


TITLES = {
    "meter": "表号",
    "read_on": "抄表日期",
    "value": "读数",
    "note": "备注",
    "kind": "类型",
    "house": "房号",
    "building": "楼栋",
    "place": "位置",
    "factor": "倍率",
    "digits": "位数",
    "route": "路线",
    "step": "顺序",
    "from_on": "起用日期",
    "initial": "起始读数",
}
"""The headings of a template; the words of the file, not of the page."""


def _rows(sheet: Sheet, wanted: Sequence[str]) -> Iterator[Row]:
    headings = ((at, _columns(cells)) for at, cells in enumerate(sheet.rows[:HEADER_WITHIN]))
    fitting = (one for one in headings if all(name in one[1] for name in wanted))
    at, columns = next(fitting, (0, {}))
    cells = sheet.rows[at] if columns else []
    headers = {
        name: f"{_letters(index)} {cell_text(cells[index])}" for name, index in columns.items()
    }
    for number, row in enumerate(sheet.rows[at + 1 :], start=at + 2):
        named = {name: row[index] for name, index in columns.items() if index < len(row)}
        if any(cell_text(cell).strip() for cell in named.values()):
            yield Row(sheet.name, number, headers, named)


def _columns(cells: Sequence[Cell]) -> dict[str, int]:
    """Return where each column stands, by its heading."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        heading = re.sub(r"[((].*?[))]", "", simplified(squeeze(cell_text(cell))))
        for name, words in _PATTERNS.items():
            if name not in found and words.fullmatch(heading):
                found[name] = index
                break
    return found


def _letters(index: int) -> str:
    """Name a column as a table does: A, B … Z, AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text

"""Opens the file of a roster: workbooks of every common kind, and text with commas or tabs."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePath

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from huiyin.estate.roster.text import Cell

LARGEST_FILE = 64 * 2**20
LARGEST_UNPACKED = 1024 * 2**20
MOST_ROWS = 200_000
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et"})
_TEXTS = frozenset({".csv", ".txt", ".tsv", ""})
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;|"

Merged = tuple[tuple[int, int], tuple[int, int]]


class UnusableFile(Exception):
    """A file that is no roster at all; `code` names why."""

    def __init__(self, code: str, **params: str) -> None:
        """Keep the code of the reason and what its sentence needs."""
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its cells by row and column from A1 on, and its merged ranges (0-based)."""

    name: str
    rows: list[list[Cell]]
    merged: tuple[Merged, ...] = ()
    hidden: bool = False


def open_file(path: Path) -> tuple[Sheet, ...]:
    """Read the sheets of a file on disk.

    Raises `UnusableFile` when it is missing, too large, damaged or of another kind.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnusableFile("file.too_large")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UnusableFile("file.missing") from error
    except OSError as error:
        raise UnusableFile("file.not_readable") from error
    return open_bytes(content, path.name)


def open_bytes(content: bytes, name: str) -> tuple[Sheet, ...]:
    """Read the sheets of an uploaded file; raises `UnusableFile` like `open_file`."""
    if not content:
        raise UnusableFile("file.empty")
    if len(content) > LARGEST_FILE:
        raise UnusableFile("file.too_large")
    if content.startswith((_ZIP, _OLE)):
        return _workbook(content)
    if PurePath(name).suffix.lower() in _WORKBOOKS:
        raise UnusableFile("file.not_a_workbook")
    if PurePath(name).suffix.lower() not in _TEXTS:
        raise UnusableFile("file.unknown_kind")
    return (Sheet(PurePath(name).stem, _text_rows(_decoded(content))),)


def _workbook(content: bytes) -> tuple[Sheet, ...]:
    """Read the sheets of a workbook."""
    if content.startswith(_ZIP):
        _refuse_bomb(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for about in book.sheets_metadata:
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.height > MOST_ROWS:
                raise UnusableFile("file.too_many_rows", rows=str(MOST_ROWS))
            rows = [list[Cell](row) for row in sheet.to_python(skip_empty_area=False)]
            merged = tuple(sheet.merged_cell_ranges or ())
            hidden = about.visible is not SheetVisibleEnum.Visible
            sheets.append(Sheet(about.name, rows, merged, hidden))
    except UnusableFile:
        raise
    except BaseException as error:  # the reader is a native library and may panic
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)):
            raise
        raise UnusableFile("file.not_a_workbook") from error
    return tuple(sheets)


def _refuse_bomb(content: bytes) -> None:
    """Refuse a zip that unpacks to more than any roster could hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnusableFile("file.not_a_workbook") from error
    if unpacked > LARGEST_UNPACKED:
        raise UnusableFile("file.too_large")


def _decoded(content: bytes) -> str:
    """Decode text: UTF-8 with or without mark, UTF-16 with mark, else GB 18030."""
    encodings = ("utf-16",) if content.startswith(_UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnusableFile("file.not_text")


def _text_rows(text: str) -> list[list[Cell]]:
    """Cut text into rows and cells at whichever delimiter its first lines use most."""
    head = text[:8192]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        rows: list[list[Cell]] = [
            list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise UnusableFile("file.not_text") from error
    if len(rows) > MOST_ROWS:
        raise UnusableFile("file.too_many_rows", rows=str(MOST_ROWS))
    return rows

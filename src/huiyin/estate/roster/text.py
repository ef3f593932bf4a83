"""The folding every reader of a roster starts with: one width, one dash, no stray space."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

Cell = str | int | float | bool | date | datetime | time | timedelta | None

BLANKS = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "/",
        "\\",
        ".",
        "*",
        "无",
        "無",
        "暂无",
        "不详",
        "未知",
        "未填",
        "空",
        "缺",
    }
    | {"N/A", "NA", "NULL", "NONE", "NIL", "TBD", "待定", "待补", "待补充", "未提供", "未登记"}
)
ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
    | {"#GETTING_DATA", "#DATA!"}
)

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣─━"), "-")
_DOTS = dict.fromkeys(map(ord, "•・‧∙⋅"), "·")
_SAME = _DASHES | _DOTS
_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_DIGITS |= {"七": 7, "八": 8, "九": 9}
_DIGITS |= {char: at for at, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
NUMERAL = "[〇零一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟]+"
# The words of rosters and the commonest surnames, for recognising them; names keep their spelling.
_TRADITIONAL = str.maketrans(
    "棟樓單號業戶電話聯絡繫積築備註類別層門車庫產權證証編鑰態狀況說鋪麵樣貳參陸間設計總數領開"
    "發東賃給經營個幾獨疊寫務辦買實際現時與關係區園臺灣碼動機維護費準標劃陳張劉趙黃吳孫馬許鄭"
    "謝馮蕭葉鄧蔣盧湯楊韓羅賈鍾閻蘇呂魯範賴龍萬錢顧嚴華陽衛齊賀喬譚龐歐諸儲齡邊驗鎖",
    "栋楼单号业户电话联络系积筑备注类别层门车库产权证证编钥态状况说铺面样贰叁陆间设计总数领开"
    "发东赁给经营个几独叠写务办买实际现时与关系区园台湾码动机维护费准标划陈张刘赵黄吴孙马许郑"
    "谢冯萧叶邓蒋卢汤杨韩罗贾钟阎苏吕鲁范赖龙万钱顾严华阳卫齐贺乔谭庞欧诸储龄边验锁",
)


class Unreadable(Exception):
    """A value that cannot be what its column says; `code` names why, `params` fill the sentence."""

    def __init__(self, code: str, **params: str) -> None:
        """Keep the code of the problem and what its sentence needs."""
        super().__init__(code)
        self.code = code
        self.params = params


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold full-width characters, dashes, dots and spaces to one form; control characters go."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_SAME)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not text.isprintable():
        text = "".join(c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line).lstrip("'‘` \n")


def cell_text(value: Cell) -> str:
    """Write a cell the way its owner reads it: no `.0` behind a whole number, no exponent."""
    if isinstance(value, str):
        return fold(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value)


def number_text(value: float) -> str:
    """Write a number without exponent and without a trailing `.0`; what is no number is blank."""
    if not math.isfinite(value):
        return ""
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def is_blank(text: str) -> bool:
    """Tell whether a folded text only says that nothing is known."""
    return text.strip().upper() in BLANKS


def is_error(text: str) -> bool:
    """Tell whether a cell holds the error of a broken formula."""
    return text.strip().upper() in ERRORS


def simplified(text: str) -> str:
    """Return a text with the traditional characters rosters use made simplified, one for one."""
    return text if text.isascii() else text.translate(_TRADITIONAL)


def squeeze(text: str) -> str:
    """Fold a text and drop every space and line break."""
    return re.sub(r"\s+", "", fold(text))


def numeral(text: str) -> int:
    """Read a Chinese numeral, by value (`二十一`) or digit by digit (`一二〇一`)."""
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = 0
    digit: int | None = None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        else:
            digit = _DIGITS[char]
    return total + (digit or 0)


def arabic(text: str, before: str) -> str:
    """Turn the Chinese numerals that stand right before one of `before` (a pattern) into digits."""
    return re.sub(f"{NUMERAL}(?={before})", lambda m: str(numeral(m[0])), text)

"""What a phone sent, read: an act as it came in, or a sentence why it is none."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from huiyin.fieldwork import rules
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput

MOST_NUMBER: Final = 30
MOST_GIVEN: Final = 12_000  # characters of one act's JSON


@dataclass(frozen=True, slots=True)
class Act:
    """One act; ``file_id`` is the photo or signature that came with it."""

    key: UUID
    act: str
    number: str
    phone_at: datetime
    given: dict[str, Any]
    file_id: int | None

    def fingerprint(self, employee_id: int) -> str:
        """Sum up the content, so that another one under the same key is noticed."""
        content = [employee_id, self.act, self.number, self.phone_at.isoformat(), self.given]
        text = json.dumps([*content, self.file_id], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def read_act(raw: object, file_id: int | None) -> Act:
    """Read one act as it came; raise BadInput with a sentence when it is none."""
    if not isinstance(raw, dict):
        raise BadInput(_("这条记录的格式不对。"))
    key = read_key(raw.get("key"))
    if key is None:
        raise BadInput(_("这条记录没有有效的编号。"), field="key")
    act, number, given = raw.get("act"), raw.get("matter"), raw.get("given", {})
    if act not in rules.ACTS:
        raise BadInput(_("不认识这一步操作,请更新页面后再试。"), field="act")
    if not isinstance(number, str) or not is_storable(number, MOST_NUMBER):
        raise BadInput(_("这条记录没有写明是哪件事。"), field="matter")
    if not isinstance(given, dict) or not is_storable(_plain(given), MOST_GIVEN):
        raise BadInput(_("这条记录的内容太长,或有无法保存的字符。"), field="given")
    try:
        phone_at = parse(str(raw.get("at")))
    except BadMoment as error:
        raise BadInput(_("这条记录没有有效的时间。"), field="at") from error
    _check_files(act, given, file_id)
    return Act(key, act, number, phone_at, given, file_id)


def read_key(text: object) -> UUID | None:
    """Return the key that a text is, or None."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def is_storable(text: str, most: int) -> bool:
    """Tell whether a database can hold a text of at most so many characters."""
    has_halves = any("\ud800" <= sign <= "\udfff" for sign in text)
    return 0 < len(text) <= most and "\0" not in text and "\\u0000" not in text and not has_halves


def _plain(given: dict[str, Any]) -> str:
    """Return what was given as text; empty when it holds what is no JSON, as NaN is none."""
    try:
        return json.dumps(given, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return ""


def _check_files(act: str, given: dict[str, Any], file_id: int | None) -> None:
    """A file comes with its act or not at all: an id named by a phone could be anybody's."""
    if act in ("photo", "sign") and file_id is None:
        raise BadInput(_("没有收到照片,请重新上传。"), field="file")
    value = given.get("value")
    if isinstance(value, dict) and {"file", "files"} & value.keys():
        raise BadInput(_("照片和签字要随文件一起上传。"), field="value")

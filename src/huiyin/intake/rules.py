"""What becomes of what comes in: pure decisions (REC-06)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from huiyin.accounts.rules import Allowance

MAIL_BYTES = 20 * 1024 * 1024  # longer ones are taken without their attachments
MAILS_PER_HOUR = 12  # of one sender: more is a machine answering a machine
ALL_MAILS_PER_HOUR = 200  # of everybody: more is an attack, and waits to be looked at
AN_HOUR = timedelta(hours=1)
TEXT_MOST = 4000  # what a matter's text holds
NUMBER = re.compile(r"[A-Z0-9]{1,12}-\d{8}-\d{4,6}")

TOKEN_BYTES = 20  # 160 bits
STICKERS_MOST = 500  # made in one go

# Words at which a page says: call, do not write. A false alarm costs a line of text.
ALARM = (
    "着火",
    "起火",
    "火灾",
    "失火",
    "冒烟",
    "浓烟",
    "爆炸",
    "煤气",
    "燃气",
    "漏气",
    "被困",
    "困在",
    "困人",
    "触电",
    "漏电",
    "电线掉",
    "受伤",
    "流血",
    "晕倒",
    "昏迷",
    "救命",
    "跳楼",
    "坠落",
    "溺水",
    "打架",
    "持刀",
    "爆管",
    "著火",
    "失火",
    "濃煙",
    "煤氣",
    "燃氣",
    "漏氣",
    "觸電",
    "漏電",
    "受傷",
    "fire",
    "smoke",
    "gas leak",
    "smell of gas",
    "trapped",
    "stuck in the lift",
    "electric shock",
    "injured",
    "bleeding",
    "unconscious",
)


def sounds_alarm(text: str) -> bool:
    """Tell whether a text holds a word of danger."""
    lowered = text.lower()
    return any(word in lowered for word in ALARM)


# -- mail


def matter_numbers(subject: str) -> tuple[str, ...]:
    """Return what looks like matter numbers in a subject."""
    return tuple(dict.fromkeys(NUMBER.findall(subject.upper())))


def is_taken(
    *, uid: int, last_uid: int, seen: bool, arrived_at: datetime, opened_at: datetime
) -> bool:
    """Tell whether a mail in the box is to be taken.

    Not what was taken before, and not what people had already read before the box was opened here.
    What somebody reads in the box afterwards is taken all the same.
    """
    return uid > last_uid and not (seen and arrived_at < opened_at)


def matter_text(subject: str, text: str, *, cut: str) -> str:
    """Return subject and words as the text of a matter; ``cut`` ends what had to be shortened."""
    subject, text = subject.strip(), text.strip()
    whole = text if not subject or text.startswith(subject) else f"{subject}\n\n{text}".strip()
    if len(whole) <= TEXT_MOST:
        return whole
    return whole[: TEXT_MOST - len(cut)].rstrip() + cut


# -- slips: one line, one matter


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip of paper: what kind it is and what it says."""

    kind: str
    text: str


def slips(lines: str, *, kind: str, names: Iterable[tuple[str, str]]) -> tuple[Slip, ...]:
    """Return one slip a line; a line that begins with a kind's name and a colon is of that kind."""
    known = sorted(names, key=lambda one: -len(one[1]))
    found: list[Slip] = []
    for line in lines.splitlines():
        text = line.strip()
        own = kind
        for code, name in known:
            if text.startswith(name) and text[len(name) :].lstrip()[:1] in (":", ":"):
                own, text = code, text[len(name) :].lstrip()[1:].strip()
                break
        if text:
            found.append(Slip(own, text))
    return tuple(found)


# -- how often


PER_STICKER = Allowance(times=20, seconds=3600)
PER_ADDRESS = Allowance(times=10, seconds=600)

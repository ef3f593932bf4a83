"""A thousand one-page letters in one PDF, beside typst setting as many plain pages (PLN-04)."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huiyin.documents import typesetting
from huiyin.flows.bench.measure import Result, against_limit, alternate

LETTERS = 1000
TIMES = 5
MOST_SECONDS = 5.0
MOST_MEMORY = 1024.0  # MiB
FAMILY, GIVEN = "王李张刘陈杨黄赵吴周", "丽强敏静磊军洋勇艳杰"
BODY = (
    "您好!为保障小区供水安全,我中心定于3月20日9时至17时清洗3栋二次供水水箱,届时3栋全楼停水。\n"
    "请您提前储备生活用水,并关好家中水龙头,以免来水时溢水造成损失。\n"
    "如遇雨天,清洗顺延至3月21日。提前完成的,将提前恢复供水。\n"
    "给您的生活带来不便,敬请谅解。感谢您对我们工作的支持与配合!"
)
# The same words on as many pages, without head, foot, code or boxes.
PLAIN = """
#let all = json(bytes(sys.inputs.papers))
#set page(paper: "a4", margin: 20mm)
#set text(font: "Noto Serif SC", size: 10.5pt, lang: "zh", region: "cn")
#for (n, one) in all.enumerate() {
  if n > 0 { pagebreak() }
  text(size: 19pt, one.title)
  for line in one.body.split("\\n") { par(line) }
}
"""


def run(households: int) -> Sequence[Result]:
    """Draw the letters and the plain pages in turns; tell the memory of the largest press."""
    letters = [letter(number) for number in range(LETTERS)]

    def drawn() -> object:
        return typesetting.pdf("letter", letters)

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.typ"
        plain.write_text(PLAIN, encoding="utf-8")
        typesetting.pdf("letter", letters[0])  # the fonts are read once in a process
        took, floor = alternate(TIMES, drawn, lambda: typesetting.draw(plain, letters))
    results = [
        against_limit(
            f"{LETTERS} one-page letters in one file", took / 1000, "s", MOST_SECONDS, floor / 1000
        ),
        against_limit("one letter", _one(letters[0]) / 1000, "s", 1.0),
    ]
    if (peak := _peak()) is not None:
        results.append(against_limit("memory of the press", peak, "MiB", MOST_MEMORY))
    return results


def letter(number: int) -> dict[str, Any]:
    """Return the data of one letter, addressed and with a code of its own."""
    name = FAMILY[number % 10] + GIVEN[number // 10 % 10] + GIVEN[number // 100 % 10]
    return {
        "community": {"name": "阳光花园", "phone": "0755-26001234", "address": "深圳市南山区"},
        "number": f"YG-HJ-2026-{number + 1:04d}",
        "title": "关于清洗二次供水水箱的函",
        "to": {"name": f"{name} 女士/先生", "address": f"3栋1单元{number}室", "postcode": "518000"},
        "date": "2026年3月16日",
        "salutation": f"尊敬的{name}业主:",
        "body": BODY,
        "url": f"https://huiyin.example/archive/{number}/",
        "printed_at": "2026-03-16 09:00",
    }


def _one(data: dict[str, Any]) -> float:
    (took,) = alternate(TIMES, lambda: typesetting.pdf("letter", data))
    return took


def _peak() -> float | None:
    """Return how much memory the largest process took that this one has started, in MiB."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on Windows

    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit

"""What is wrong with an answer or with guides, said as sentences."""

from functools import cache
from importlib import resources

from django.utils.translation import gettext_lazy as lazy

from huiyin.kernel.errors import BadInput
from huiyin.knowledge.rules import BadGuides, Guide, parse_guides

TEXT_MOST = 40_000

GIVEN_AWAY = {
    "phone": lazy("给业主看的答复里不能有个人手机号“%(words)s”,请删去。"),
    "house": lazy("给业主看的答复里不能有房号“%(words)s”,请删去。"),
    "name": lazy("给业主看的答复里不能提到提问的人“%(words)s”,请改成“业主”。"),
}
_GUIDES = {
    "syntax": lazy("文件写法有误:%(detail)s"),
    "empty": lazy("至少写一份指引,最多 %(detail)s 份。"),
    "missing": lazy("第 %(where)s 份指引缺少“%(detail)s”。"),
    "unknown": lazy("“%(where)s”里有不认识的项目“%(detail)s”。"),
    "type": lazy("“%(where)s”里的“%(detail)s”写法不对,请参照其他指引。"),
    "twice": lazy("“%(where)s”的代号“%(detail)s”已经用过,请换一个。"),
    "code": lazy("“%(where)s”的代号“%(detail)s”只能用小写英文字母、点和下划线。"),
    "steps": lazy("“%(where)s”的步骤数应为 %(detail)s。"),
    "step_long": lazy("“%(where)s”里有空的或太长的步骤,每步最多 %(detail)s 字。"),
}


class UnableToReadGuides(BadInput):
    """Guides that cannot be used; the sentence names the one to mend."""


def read_guides(text: str) -> tuple[Guide, ...]:
    """Read guides, or raise UnableToReadGuides naming what to mend."""
    if len(text) > TEXT_MOST or "\0" in text:
        raise UnableToReadGuides(lazy("指引太长,请精简。"), field="text")
    try:
        return parse_guides(text.replace("\r\n", "\n"))
    except BadGuides as bad:
        words = {"where": bad.where, "detail": bad.detail}
        raise UnableToReadGuides(_GUIDES[bad.problem] % words, field="text") from bad


@cache
def shipped_text() -> str:
    """Return the guides that count until somebody writes others."""
    return resources.files("huiyin.knowledge").joinpath("guides.toml").read_text(encoding="utf-8")


@cache
def shipped() -> tuple[Guide, ...]:
    """Return the shipped guides, ready to be shown."""
    return parse_guides(shipped_text())

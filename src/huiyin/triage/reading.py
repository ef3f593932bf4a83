"""Tables read from text, and what is wrong with one said as a sentence."""

import tomllib
from functools import cache
from importlib import resources

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from huiyin.kernel.errors import BadInput
from huiyin.matters.rules import REPORTED
from huiyin.triage.rules import BadTable, Table, parse, parse_weights

TEXT_MOST = 120_000
_SENTENCES = {
    "syntax": lazy("文件写法有误:%(detail)s"),
    "unknown": lazy("“%(where)s”里有不认识的项目“%(detail)s”,请核对写法。"),
    "missing": lazy("“%(where)s”缺少“%(detail)s”,请补上。"),
    "type": lazy("“%(where)s”里的“%(detail)s”写法不对,请参照其他条目。"),
    "number": lazy("“%(where)s”里的数字应为:%(detail)s。"),
    "kind": lazy("“%(where)s”的类别“%(detail)s”不存在。"),
    "twice": lazy("“%(where)s”出现了两次,请改名或合并。"),
    "phrase_short": lazy("“%(where)s”里的“%(detail)s”只有一个字,太容易误中,请写长一些。"),
    "phrase_long": lazy("“%(where)s”里的“%(detail)s”太长:最多三段,每个词最多 12 字。"),
    "gap_edge": lazy("“%(where)s”里的“%(detail)s”有空缺:省略号和斜线的两边都要有字。"),
    "too_many": lazy("“%(where)s”太多,最多 %(detail)s 个。"),
    "signs": lazy("“%(where)s”里繁体和简体两行的字数要一样。"),
    "empty": lazy("表里没有任何条目,请至少写一条。"),
    "same": lazy("“%(where)s”里“%(detail)s”的值不对,请参照说明。"),
}


class UnableToReadTable(BadInput):
    """A table of words that cannot be used; the sentence names the entry."""


def read_table(text: str) -> Table:
    """Read a table, or raise UnableToReadTable naming what to mend."""
    if len(text) > TEXT_MOST or "\0" in text:
        raise UnableToReadTable(_("词表太长,请精简。"), field="text")
    try:
        return parse(text.replace("\r\n", "\n"), REPORTED, shipped_weights())
    except BadTable as bad:
        words = {"where": bad.where, "detail": bad.detail}
        raise UnableToReadTable(_SENTENCES[bad.problem] % words, field="text") from bad


@cache
def shipped_text() -> str:
    """Return the table that counts until somebody writes another."""
    return resources.files("huiyin.triage").joinpath("table.toml").read_text(encoding="utf-8")


@cache
def tone_text() -> str:
    """Return what was learned of the tone of an emergency; ``learning.py`` writes it."""
    return resources.files("huiyin.triage").joinpath("tone.toml").read_text(encoding="utf-8")


@cache
def shipped_weights() -> dict[str, int]:
    """Return the weights of the tone, which every table shares."""
    return parse_weights(tomllib.loads(tone_text()))


@cache
def shipped() -> Table:
    """Return the shipped table, ready to be used."""
    return parse(shipped_text(), REPORTED, shipped_weights())

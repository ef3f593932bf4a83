"""What the vendors' own libraries have in common: found late, quiet, and honest about the line."""

import logging
from collections.abc import Collection, Iterator
from importlib import import_module
from types import ModuleType

from django.utils.translation import gettext as _

from huiyin.notices.channels import Unclear, Undeliverable, wire

# Loggers that would write down requests with numbers, codes and keys in them.
TALKATIVE = ("darabonba-core", "tencentcloud_sdk_common", "urllib3", "alibabacloud-tea")
# Raised before a byte of a request has left.
NEVER_LEFT = frozenset(
    {
        "ConnectTimeout",
        "ConnectTimeoutError",
        "ConnectionRefusedError",
        "NameResolutionError",
        "NewConnectionError",
        "gaierror",
    }
)


class MissingExtra(Undeliverable):
    """The vendor's library is not installed, so nothing has left; the sentence says how to."""


def library(module: str, extra: str) -> ModuleType:
    """Import a module of a vendor's library and keep it from writing requests into the log."""
    try:
        found = import_module(module)
    except ImportError:
        told = _("没有安装服务商的程序库:%s") % f"pip install huiyin[{extra}]"
        raise MissingExtra(told, permanent=False) from None
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.handlers.clear()
    return found


def outcome(
    code: str, said: object, *, in_vain: Collection[str], not_now: Collection[str]
) -> Undeliverable | Unclear:
    """Sort a vendor's code by exact name, else by the part before its first dot; else unclear."""
    problem = f"{code} {wire.harmless(said)}".strip()
    for name in (code, code.partition(".")[0]):
        if name in in_vain:
            return Undeliverable(problem, permanent=True)
        if name in not_now:
            return Undeliverable(problem, permanent=False)
    return Unclear(problem)


def broken_line(error: BaseException) -> Undeliverable | Unclear:
    """Tell whether the request never left, from what lies behind the library's own error."""
    for one in _behind(error):
        if NEVER_LEFT & {kind.__name__ for kind in type(one).__mro__}:
            return Undeliverable(_("连接不上服务商。"), permanent=False)
    return Unclear(_("服务商没有答复。"))


def _behind(error: BaseException) -> Iterator[BaseException]:
    """Walk an error and everything that it was raised from."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        further = (
            one.__cause__,
            one.__context__,
            getattr(one, "inner_exception", None),
            getattr(one, "reason", None),
            *one.args,
        )
        waiting.extend(each for each in further if isinstance(each, BaseException))

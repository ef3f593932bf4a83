"""Open items and bills of a household as rows of tables, written by hand rather than by a template.

An account has to answer within six times a bare view of one row, with three years of bills on it.
"""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huiyin.billing.queries.accounts import BillRow, OffsetRow, OpenRow
from huiyin.billing.saying import days, money, period_title

_OPEN = (
    '<tr><td data-label="{l_item}"><span>{item}{label}<br>'
    '<span class="hy-soft hy-small hy-figures">{days}</span></span></td>'
    '<td data-label="{l_bill}"><a class="hy-figures" href="/bills/{bill}/">{bill}</a></td>'
    '<td data-label="{l_payer}"><span>{payer}</span></td>'
    '<td data-label="{l_due}"><span><span class="hy-figures text-nowrap">{due}</span>{late}</span>'
    '</td><td class="hy-number" data-label="{l_open}"><span>{open}{of}</span></td></tr>\n'
)
_BILL = (
    '<tr><td data-label="{l_bill}"><span><a class="hy-figures" href="/bills/{bill}/">{bill}</a>'
    '<br><span class="hy-soft hy-small">{group} {period}</span></span></td>'
    '<td data-label="{l_issued}"><span class="hy-figures text-nowrap">{issued}</span></td>'
    '<td data-label="{l_payer}"><span>{payer}</span></td>'
    '<td data-label="{l_state}"><span><span class="hy-tag {tone}">{state}</span></span></td>'
    '<td class="hy-number" data-label="{l_amount}"><span>{amount}</span></td>'
    '<td class="hy-number" data-label="{l_open}"><span>{open}</span></td></tr>\n'
)
_OFFSET = (
    '<tr><td data-label="{l_on}"><span class="hy-figures text-nowrap">{on}</span></td>'
    '<td data-label="{l_item}"><span>{item}<br>'
    '<a class="hy-figures hy-small" href="/bills/{bill}/">{bill}</a></span></td>'
    '<td data-label="{l_person}"><span>{person}</span></td>'
    '<td class="hy-number" data-label="{l_amount}"><span>{amount}{undone}</span></td></tr>\n'
)


def open_rows(found: Iterable[OpenRow]) -> SafeString:
    """Return what is open as rows, every text escaped."""
    said = {
        "l_item": _("项目"),
        "l_bill": _("账单"),
        "l_payer": _("付款人"),
        "l_due": _("最后缴费日"),
        "l_open": _("未付(元)"),
    }
    said = {name: escape(text) for name, text in said.items()}
    late, of = _("逾期 %(n)d 天"), _("原 %(amount)s")
    parts = [
        _OPEN.format(
            **said,
            item=escape(one.item),
            label=f" {escape(one.label)}" if one.label else "",
            days=escape(days(one.from_on, one.until_on)),
            bill=escape(one.bill),
            payer=escape(one.payer),
            due=one.due_on,
            late=_late(late, one.days_late),
            open=money(one.open),
            of=_of(of, one) if one.open != one.amount else "",
        )
        for one in found
    ]
    return mark_safe("".join(parts))  # noqa: S308 - each text is escaped above


def bill_rows(found: Iterable[BillRow]) -> SafeString:
    """Return bills as rows, every text escaped."""
    said = {
        "l_bill": _("账单"),
        "l_issued": _("出账日"),
        "l_payer": _("付款人"),
        "l_state": _("状态"),
        "l_amount": _("金额(元)"),
        "l_open": _("未付(元)"),
    }
    said = {name: escape(text) for name, text in said.items()}
    states = {
        "open": ("is-soon", escape(_("未付"))),
        "partly": ("is-soon", escape(_("部分未付"))),
        "settled": ("is-kept", escape(_("已结清"))),
        "reversed": ("", escape(_("已冲销"))),
    }
    opening = _("期初")
    parts = [
        _BILL.format(
            **said,
            bill=escape(one.number),
            group=escape(one.group or opening),
            period=escape(period_title(one.period)),
            issued=one.issued_on,
            payer=escape(one.payer),
            tone=states[one.state][0],
            state=states[one.state][1],
            amount=money(one.amount),
            open=money(one.open),
        )
        for one in found
    ]
    return mark_safe("".join(parts))  # noqa: S308 - each text is escaped above


def offset_rows(found: Iterable[OffsetRow]) -> SafeString:
    """Return what was offset as rows, every text escaped."""
    said = {
        "l_on": _("日期"),
        "l_item": _("冲抵了"),
        "l_person": _("谁的预存"),
        "l_amount": _("金额(元)"),
    }
    said = {name: escape(text) for name, text in said.items()}
    undone = ' <span class="hy-tag">{}</span>'.format(escape(_("撤销")))
    parts = [
        _OFFSET.format(
            **said,
            on=one.on,
            item=escape(one.item),
            bill=escape(one.bill),
            person=escape(one.person),
            amount=money(one.amount),
            undone=undone if one.amount < 0 else "",
        )
        for one in found
    ]
    return mark_safe("".join(parts))  # noqa: S308 - each text is escaped above


def _late(words: str, count: int) -> str:
    if not count:
        return ""
    return f'<br><span class="hy-tag is-late">{escape(words % {"n": count})}</span>'


def _of(words: str, one: OpenRow) -> str:
    said = escape(words % {"amount": money(one.amount)})
    return f'<br><span class="hy-soft hy-small">{said}</span>'

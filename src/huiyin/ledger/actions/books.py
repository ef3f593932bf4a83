"""The books themselves: opened once, extended by accounts, locked day by day (BIL-14)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.ledger import chart
from huiyin.ledger.access import admit_to_keep
from huiyin.ledger.models import Account, Book
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

NAME_MOST = 40


class UnableToOpenBooks(WrongState):
    """The books are open since another day."""


class UnableToAddAccount(BadInput):
    """The account cannot be one, or is there already."""


class UnableToLock(WrongState):
    """The days cannot be locked: not over yet, or locked already."""


class NoBooks(NotFound):
    """The community keeps no books yet."""


@transaction.atomic
def open_books(*, by: Caller, at: datetime, community_id: int, opened_on: date) -> None:
    """Open the books of a community from a day on, with the shipped chart of accounts.

    Asked again for the same day it changes nothing; for another day it raises UnableToOpenBooks.
    """
    admit_to_keep(by, community_id)
    book, made = Book.objects.get_or_create(
        community_id=community_id, defaults={"opened_on": opened_on}
    )
    if not made:
        if book.opened_on != opened_on:
            raise UnableToOpenBooks(
                _("账簿已从 %(day)s 起开账,不能改期。") % {"day": book.opened_on},
                field="opened_on",
            )
        return
    Account.objects.bulk_create(
        Account(community_id=community_id, code=row.code, name=row.name, kind=row.kind)
        for row in chart.shipped()
    )
    record(
        action="ledger.books_opened",
        by=by,
        at=at,
        subject=f"book:{book.pk}",
        community_id=community_id,
        after={"opened_on": opened_on},
    )


@transaction.atomic
def add_account(
    *, by: Caller, at: datetime, community_id: int, code: str, name: str, kind: str
) -> None:
    """Add an account to the chart of a community; there is no way to take one away."""
    admit_to_keep(by, community_id)
    book_of(community_id)
    code, name = code.strip(), name.strip()
    if not chart.is_code(code):
        raise UnableToAddAccount(_("科目编码为 4 到 12 位数字。"), field="code")
    if not name or len(name) > NAME_MOST or "\0" in name:
        raise UnableToAddAccount(_("科目名称为 1 到 40 个字。"), field="name")
    if kind not in chart.KINDS:
        raise UnableToAddAccount(_("请选择科目类别。"), field="kind")
    made, is_new = Account.objects.get_or_create(
        community_id=community_id, code=code, defaults={"name": name, "kind": kind}
    )
    if not is_new:
        raise UnableToAddAccount(
            _("科目 %(code)s 已经有了:%(name)s。") % {"code": code, "name": made.name}, field="code"
        )
    record(
        action="ledger.account_added",
        by=by,
        at=at,
        subject=f"account:{made.pk}",
        community_id=community_id,
        after={"code": code, "name": name, "kind": kind},
    )


@transaction.atomic
def lock(*, by: Caller, at: datetime, community_id: int, until_on: date) -> None:
    """Lock every day up to one, that day included: nothing is posted there any more, ever.

    It waits for whoever is posting at the moment. Asked again for the same day it changes nothing.
    """
    admit_to_keep(by, community_id)
    book = book_of(community_id, for_update=True)
    zone = Community.objects.values_list("zone", flat=True).get(pk=community_id)
    if book.locked_until == until_on:
        return
    if book.locked_until is not None and until_on < book.locked_until:
        raise UnableToLock(
            _("账簿已锁到 %(day)s,只能往后锁。") % {"day": book.locked_until}, field="until_on"
        )
    if until_on < book.opened_on:
        raise UnableToLock(_("账簿从 %(day)s 才开账。") % {"day": book.opened_on}, field="until_on")
    if until_on >= local_day(at, zone):
        raise UnableToLock(_("当天还没有过完,最多锁到昨天。"), field="until_on")
    before, book.locked_until = book.locked_until, until_on
    book.save(update_fields=["locked_until"])
    record(
        action="ledger.days_locked",
        by=by,
        at=at,
        subject=f"book:{book.pk}",
        community_id=community_id,
        before={"locked_until": before},
        after={"locked_until": until_on},
    )


def book_of(community_id: int, *, for_update: bool = False) -> Book:
    """Return the books of a community; raise NoBooks before they are opened."""
    books = Book.objects.select_for_update() if for_update else Book.objects.all()
    book = books.filter(community_id=community_id).first()
    if book is None:
        raise NoBooks(_("这个小区还没有开账,请先由财务开账。"))
    return book

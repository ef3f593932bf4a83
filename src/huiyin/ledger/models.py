"""The ledger (总账): books, accounts, journals and their postings; nothing is ever changed.

Amounts are yuan with two places, debits positive, credits negative. The database itself keeps
every journal balanced, every locked day shut and every row as it was written (BIL-14, FIN-13).
"""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from huiyin.estate.models import Community, House, Person
from huiyin.staff.models import Employee


class Book(models.Model):
    """The books of one community (账簿): since when, and up to which day they are locked.

    ``locked_until`` is the last locked day, that day included; it only ever moves forward.
    """

    community = models.OneToOneField(Community, on_delete=models.PROTECT, related_name="book")
    opened_on = models.DateField()
    locked_until = models.DateField(null=True, blank=True)

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="lock_moves_forward",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.locked_until IS NOT NULL AND"
                    " (NEW.locked_until IS NULL OR NEW.locked_until < OLD.locked_until)"
                ),
                func="RAISE EXCEPTION 'days up to % stay locked', OLD.locked_until;",
            ),
        ]

    def __str__(self) -> str:
        return f"book of {self.community_id}"


class Account(models.Model):
    """An account (科目) under its code of the Chinese accounting standards: 1122 应收账款."""

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        INCOME = "income"
        EXPENSE = "expense"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=9, choices=Kind.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "code"], name="one_account_per_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Journal(models.Model):
    """One entry of the books (凭证): what happened, when it counts, who wrote it and when.

    ``legs`` says how many postings it has. ``key`` makes it single within a community;
    ``fingerprint`` tells a repeated request from another one under the same key. ``reverses``
    cancels an entry exactly and once; an entry that reverses is itself never reversed.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=12)
    business_on = models.DateField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by_name = models.CharField(max_length=60)
    memo = models.CharField(max_length=200)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    legs = models.PositiveSmallIntegerField()
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal"
    )
    # The locked day that this entry puts right, when it had to be written in an open one.
    corrects_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "key"], name="one_journal_per_key"),
            models.CheckConstraint(condition=Q(legs__gte=2), name="journal_has_two_sides"),
            models.CheckConstraint(condition=~Q(reverses=F("id")), name="journal_reverses_another"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "business_on", "id"], name="journal_in_order")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            # The book's row is taken, so that nobody locks a day while something is written on it.
            pgtrigger.Trigger(
                name="day_is_open",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
                declare=[("shut", "date")],
                func="""
                    PERFORM 1 FROM ledger_book WHERE community_id IN
                        (SELECT DISTINCT community_id FROM written) FOR SHARE;
                    SELECT written.business_on INTO shut FROM written
                        LEFT JOIN ledger_book book ON book.community_id = written.community_id
                        WHERE book.id IS NULL OR written.business_on < book.opened_on
                            OR written.business_on <= book.locked_until
                        LIMIT 1;
                    IF FOUND THEN
                        RAISE EXCEPTION 'the books are shut on %', shut
                            USING ERRCODE = 'HY001';
                    END IF;
                    SELECT written.business_on INTO shut FROM written
                        JOIN ledger_journal target ON target.id = written.reverses_id
                        WHERE target.reverses_id IS NOT NULL
                            OR target.community_id <> written.community_id
                        LIMIT 1;
                    IF FOUND THEN
                        RAISE EXCEPTION 'a reversal is not reversed';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One leg of a journal: an account, whose (house and person, where it is theirs), how much.

    All legs of a journal are written by one statement; it is refused unless they are all there and
    add up to nothing.
    """

    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="postings", db_index=False
    )
    leg = models.PositiveSmallIntegerField()
    # That of the journal, which the trigger ``balanced`` sees to.
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    house = models.ForeignKey(
        House, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    business_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["journal", "leg"], name="one_posting_per_leg"),
            models.CheckConstraint(condition=~Q(amount=0), name="posting_of_an_amount"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["house", "business_on", "id"],
                name="postings_of_house",
                condition=Q(house__isnull=False),
            ),
            models.Index(fields=["account", "business_on"], name="postings_of_account"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="balanced",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
                declare=[("wrong", "bigint")],
                func="""
                    SELECT sums.journal_id INTO wrong FROM (
                        SELECT journal_id, sum(amount) AS total, count(*) AS legs,
                            min(leg) AS first, max(leg) AS last,
                            min(business_on) AS from_on, max(business_on) AS until_on,
                            min(community_id) AS here, max(community_id) AS there
                        FROM written GROUP BY journal_id) sums
                    JOIN ledger_journal journal ON journal.id = sums.journal_id
                    WHERE sums.total <> 0 OR sums.legs <> journal.legs
                        OR sums.first <> 1 OR sums.last <> journal.legs
                        OR sums.from_on <> journal.business_on
                        OR sums.until_on <> journal.business_on
                        OR sums.here <> journal.community_id
                        OR sums.there <> journal.community_id
                    LIMIT 1;
                    IF FOUND THEN
                        RAISE EXCEPTION 'journal % does not balance', wrong;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"

"""What owners say of themselves: a birthday, how to be told things, an address (NOT-01)."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.accounts import codes
from huiyin.accounts.models import User
from huiyin.accounts.rules import PER_ADDRESS, PER_TARGET, TRIES_PER_ADDRESS, Allowance
from huiyin.estate.models import Person, Phone
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.notices.actions import NewTelling, set_address, set_preference, tell
from huiyin.notices.channels import registry
from huiyin.notices.models import Address, Preference
from huiyin.notices.rules import CHOOSABLE, LADDER, masked_address
from huiyin.trail.actions import record

EMAIL = "email"
# Mails asked for by one account: nobody writes to strangers in our name by typing their addresses.
PER_ACCOUNT = (Allowance(5, 3600), Allowance(10, 86400))
_LEAP = 2000  # a year that has a 29 February
_LONGEST_EMAIL = 100
_MAIL = re.compile(r"[^@\s<>\"(),:;\\]+@[^@\s<>\"(),:;\\]+\.[^@\s<>\"(),:;\\.]{2,}")


class UnableToSetBirthday(BadInput):
    """No such day of the year."""


class UnableToProveEmail(BadInput):
    """The address cannot be one of e-mail."""


@dataclass(frozen=True, slots=True)
class OwnBirthday:
    """One of the persons the reader is, with month and day of the birthday when kept."""

    person_id: int
    name: str
    community: str
    month: int | None
    day: int | None


def birthdays(*, caller: Caller) -> tuple[OwnBirthday, ...]:
    """Return the natural persons the caller is, with their birthdays."""
    people = Person.objects.filter(pk__in=caller.people, kind=Person.Kind.PERSON)
    rows = people.order_by("id").values_list("pk", "name", "community__name", "birthday")
    return tuple(
        OwnBirthday(
            pk,
            name,
            community,
            int(kept[:2]) if kept else None,
            int(kept[3:]) if kept else None,
        )
        for pk, name, community, kept in rows
    )


@transaction.atomic
def set_birthday(
    *, by: Caller, at: datetime, person_id: int, month: int | None, day: int | None
) -> None:
    """Remember month and day of an owner's own birthday, or forget it when both are None.

    Raises NotFound for anybody else, UnableToSetBirthday.
    """
    mine = Person.objects.select_for_update(no_key=True).filter(pk__in=by.people, pk=person_id)
    person = mine.first()
    if person is None:
        raise NotFound(_("没有这位住户。"))
    before, person.birthday = person.birthday, _birthday(month, day)
    if person.birthday == before:
        return
    person.save(update_fields=["birthday"])
    record(
        action="owners.birthday_set",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        community_id=person.community_id,
        after={"kept": bool(person.birthday)},
    )


def _birthday(month: int | None, day: int | None) -> str:
    if month is None and day is None:
        return ""
    if month is None or day is None:
        raise UnableToSetBirthday(_("请把月和日都选上,或都不选。"), field="day")
    try:
        return f"{date(_LEAP, month, day):%m-%d}"
    except ValueError:
        raise UnableToSetBirthday(_("没有这一天,请检查月和日。"), field="day") from None


def send_email_code(*, by: Caller, at: datetime, email: str, address: str) -> UUID:
    """Send a code to an e-mail address somebody says is theirs; return the id of the code.

    Raises UnableToProveEmail, TooOften.
    """
    email = email.strip()
    if len(email) > _LONGEST_EMAIL or not _MAIL.fullmatch(email):
        raise UnableToProveEmail(_("请检查邮箱地址,如 name@example.com。"), field="email")
    person = Person.objects.filter(pk__in=by.people).order_by("id").first()
    if person is None:
        raise NotFound(_("请先登录。"))
    codes.count(who=f"from:{address}", allowances=PER_ADDRESS, at=at)
    codes.count(who=f"email-by:{by.user_id}", allowances=PER_ACCOUNT, at=at)
    codes.count(who=f"code:{email.lower()}", allowances=PER_TARGET, at=at)
    with transaction.atomic():
        made = codes.issue_code(purpose=EMAIL, target=_target(by, email), at=at)
        telling = NewTelling(
            community_id=person.community_id,
            person_id=person.pk,
            purpose=f"code:{made.id}",
            category="code",
            template="account.email_code",
            values={"code": made.code},
            urgent=True,
            expires_at=made.expires_at,
            address=email,
        )
        tell(tellings=[telling], at=at)
    return made.id


def prove_email(
    *, by: Caller, at: datetime, email: str, code_id: UUID, code: str, address: str
) -> None:
    """Write to an e-mail address from now on, which the code shows to be the owner's.

    Raises TooOften, UnableToRedeemCode.
    """
    email = email.strip()
    codes.count(who=f"try:{address}", allowances=TRIES_PER_ADDRESS, at=at)
    target = _target(by, email)
    codes.redeem_code(code_id=code_id, purpose=EMAIL, target=target, code=code, at=at)
    set_address(
        by=by,
        at=at,
        person_ids=sorted(by.people),
        channel=EMAIL,
        value=email,
        verified_at=at,
    )


def _target(by: Caller, email: str) -> str:
    """Tie a code to who asked for it and to the address, as it will be written to."""
    return f"{by.user_id}:{email}"


def forget_address(*, by: Caller, at: datetime, channel: str) -> None:
    """Write to the owner no more by e-mail or WeChat."""
    set_address(
        by=by, at=at, person_ids=sorted(by.people), channel=channel, value="", verified_at=None
    )


@transaction.atomic
def end_other_sessions(*, by: Caller, at: datetime) -> User:
    """Log the owner out on every other device; return the account, to keep this one in."""
    user = User.objects.select_for_update(no_key=True).get(pk=by.user_id or 0)
    codes.end_other_sessions(user=user)
    record(action="owners.sessions_ended", by=by, at=at, subject=f"user:{user.pk}")
    return user


@dataclass(frozen=True, slots=True)
class Way:
    """A way in which the reader can be told things here; ``address`` is masked, "" when unbound."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out of the house that are set up, and what the reader chose for each category.

    A choice is a channel, ``in_app`` for none besides these pages, or "" while none was made.
    """

    ways: tuple[Way, ...]
    chosen: dict[str, str]

    @property
    def reached_by(self) -> tuple[str, ...]:
        """Return the channels on which the reader is reached already."""
        return tuple(one.channel for one in self.ways if one.address)


def ways(*, caller: Caller, community_code: str) -> Ways:
    """Return how the caller can be told things in a community, and how they wish it."""
    ready = set(registry.ready(community_code))
    bound = dict(
        Address.objects.filter(person__in=caller.people, verified_at__isnull=False)
        .order_by("-person_id")
        .values_list("channel", "value")
    )
    number = User.objects.filter(pk=caller.user_id or 0).values_list("phone", flat=True).first()
    if Phone.objects.filter(person__in=caller.people, number=number).exists():
        bound["sms"] = number or ""
    wishes = Preference.objects.filter(person__in=caller.people).order_by("-person_id")
    made = {one.category: one.channels for one in wishes}
    return Ways(
        tuple(
            Way(one, masked_address(bound[one]) if bound.get(one) else "")
            for one in LADDER
            if one in ready
        ),
        {one: (made[one] or ["in_app"])[0] if one in made else "" for one in CHOOSABLE},
    )


def choose_way(*, by: Caller, at: datetime, category: str, channel: str) -> None:
    """Hear of a category first by one channel, or in these pages alone (``in_app``).

    Raises NotFound, BadInput.
    """
    set_preference(
        by=by,
        at=at,
        person_ids=sorted(by.people),
        category=category,
        channels=() if channel == "in_app" else (channel,),
    )

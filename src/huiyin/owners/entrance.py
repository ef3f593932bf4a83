"""Coming in by a telephone number: a code is sent to it, and whoever has the code is who it is.

Nothing tells from outside whether a number is on a roster: for one that is not, the same statements
run, the short message is written and taken back, and the code kept matches nothing (OWN-05).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from huiyin.accounts import codes
from huiyin.accounts.codes import IssuedCode
from huiyin.accounts.models import User
from huiyin.accounts.rules import PER_ADDRESS, PER_TARGET, TRIES_PER_ADDRESS
from huiyin.estate.models import Community, Occupancy, Phone
from huiyin.estate.queries import lives_on
from huiyin.kernel.caller import Caller
from huiyin.notices.actions import NewTelling, tell
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

LOGIN, EMAIL = "login", "email"


def knock(*, phone: str, address: str, at: datetime) -> None:
    """Count one asking for a code, by number and by where it comes from, or raise TooOften."""
    codes.count(who=f"from:{address}", allowances=PER_ADDRESS, at=at)
    codes.count(who=f"code:{phone}", allowances=PER_TARGET, at=at)


def send_login_code(*, phone: str, at: datetime) -> UUID:
    """Send a code to a number that is on a roster today, and return the id of the code.

    For any other number it does the same work and sends nothing.
    """
    with transaction.atomic():
        known = _person_of(phone, at)
        somewhere = Community.objects.order_by("id").values_list("pk", flat=True).first()
        made = codes.issue_code(purpose=LOGIN, target=phone, at=at, real=known is not None)
        person_id, community_id = known or (None, somewhere)
        before = transaction.savepoint()
        if community_id is not None:
            tell(tellings=[_telling(made, community_id, person_id, phone)], at=at)
        if known is None:
            transaction.savepoint_rollback(before)
        else:
            transaction.savepoint_commit(before)
    return made.id


def log_in(*, phone: str, code_id: UUID, code: str, address: str, at: datetime) -> User:
    """Return the account of whoever has the code that was sent to a number.

    Raises TooOften when an address guesses too much, UnableToRedeemCode.
    """
    codes.count(who=f"try:{address}", allowances=TRIES_PER_ADDRESS, at=at)
    codes.redeem_code(code_id=code_id, purpose=LOGIN, target=phone, code=code, at=at)
    with transaction.atomic():
        user = codes.owner_user(phone=phone)
        by = Caller(user_id=user.pk, employee_id=None, name=f"…{phone[-4:]}")
        record(action="owners.logged_in", by=by, at=at, subject=f"user:{user.pk}")
    return user


def _telling(made: IssuedCode, community_id: int, person_id: int | None, phone: str) -> NewTelling:
    return NewTelling(
        community_id=community_id,
        person_id=person_id,
        purpose=f"code:{made.id}",
        category="code",
        template="code.login",
        values={"code": made.code},
        urgent=True,
        expires_at=made.expires_at,
        address=phone,
    )


def _person_of(phone: str, at: datetime) -> tuple[int, int] | None:
    """Return person and community of a number that somebody with a role today has."""
    roles = Occupancy.objects.filter(lives_on(local_day(at)), person=OuterRef("person"))
    shut = User.objects.filter(phone=OuterRef("number"), is_active=False)
    return (
        Phone.objects.filter(Exists(roles), ~Exists(shut), number=phone)
        .exclude(state=Phone.State.WRONG)
        .order_by("rank", "person_id")
        .values_list("person_id", "person__community_id")
        .first()
    )

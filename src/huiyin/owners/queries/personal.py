"""What is kept of the reader (privacy page); their own, and of nobody else."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huiyin.accounts.models import User
from huiyin.estate.models import Occupancy, Person, Phone, Vehicle
from huiyin.estate.rules import masked
from huiyin.estate.titles import role_title
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters.models import Matter
from huiyin.notices.models import Message
from huiyin.notices.queries import preferences
from huiyin.notices.rules import masked_address
from huiyin.owners import titles
from huiyin.owners.rows import KeptData, KeptPerson, KeptPhone, KeptRole
from huiyin.trail.actions import record


def kept(*, caller: Caller, at: datetime) -> KeptData:
    """Return what is kept of the caller; that it was looked at goes into the trail."""
    user = User.objects.filter(pk=caller.user_id or 0).first()
    if user is None:
        raise NotFound(_("请先登录。"))
    record(action="personal.read", by=caller, at=at, subject=f"user:{user.pk}")
    return KeptData(
        log_in=masked(user.phone) if user.phone else "",
        language=user.language,
        people=people_kept(caller, user.phone or "", full=False),
        addresses=tuple(
            masked_address(one.value)
            for one in preferences(person_ids=sorted(caller.people)).addresses.values()
        ),
        matters=Matter.objects.filter(person__in=caller.people).count(),
        messages=messages_to(caller).count(),
        retention=retention(),
    )


def messages_to(caller: Caller) -> QuerySet[Message]:
    """Return what was said to the caller, on whatever way; codes are kept nowhere."""
    found = Message.objects.filter(person__in=caller.people, telling__isnull=False)
    return found.exclude(telling__category="code").order_by("id")


def people_kept(caller: Caller, log_in: str, *, full: bool) -> tuple[KeptPerson, ...]:
    """Return who the caller is in each roster; numbers in full only for an export."""
    people = Person.objects.filter(pk__in=caller.people).select_related("community").order_by("id")
    phones = list(Phone.objects.filter(person__in=caller.people).order_by("rank", "id"))
    roles = list(
        Occupancy.objects.filter(person__in=caller.people)
        .select_related("house")
        .order_by("house__order_key", "id")
    )
    cars = list(
        Vehicle.objects.filter(house__in=list(caller.households)).values_list("house_id", "plate")
    )
    return tuple(
        KeptPerson(
            community=one.community.name,
            name=one.name,
            birthday=one.birthday,
            phones=tuple(
                KeptPhone(
                    phone.number if full else masked(phone.number),
                    phone.label,
                    str(titles.PHONES[phone.state]),
                    phone.number == log_in,
                )
                for phone in phones
                if phone.person_id == one.pk
            ),
            roles=tuple(
                KeptRole(role.house.code, role_title(role.role), role.from_on, role.until_on)
                for role in roles
                if role.person_id == one.pk
            ),
            plates=tuple(
                plate
                for house_id, plate in cars
                if any(
                    role.house_id == house_id
                    for role in roles
                    if role.person_id == one.pk and caller.households.get(house_id) == role.role
                )
            ),
        )
        for one in people
    )


def retention() -> tuple[str, ...]:
    """Say in sentences how long what is kept stays."""
    return (
        _("您的姓名、电话和房号由服务中心登记,用于办理您的事项和通知您;您搬走后保留在住户档案里。"),
        _("您报的事项和办理记录是服务档案,不会删除;匿名反映的事项不记录您是谁。"),
        _("发给您的通知留有记录,用来查证我们是否告诉过您;登录验证码用过或过期后即清除。"),
        _("资料有误可以申请更正,由前台核实后修改,修改会留下记录。"),
    )

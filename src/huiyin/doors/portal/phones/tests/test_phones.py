"""Numbers an owner may ring, and those they may not see."""

from collections.abc import Callable

from django.test import Client

from huiyin.estate.models import Community
from huiyin.incidents.models import EmergencyContact
from huiyin.matters.tests.cast import Cast
from huiyin.owners.tests.people import TENANT
from huiyin.staff.models import Employee

LogIn = Callable[..., Client]


def test_centre_keeper_and_helpers_one_tap_away(cast: Cast, owner_client: LogIn) -> None:
    Community.objects.filter(code="YG").update(phone="0755-26001234")
    Employee.objects.filter(code=cast.code("keeper")).update(phone="13500001111")
    for service, name, phone in (
        ("lift", "快达电梯", "4008001234"),
        ("police", "王警官", "13611112222"),
        ("other", "公司值班领导", "13633334444"),
    ):
        EmergencyContact.objects.create(
            community=cast.town.community, service=service, name=name, phone=phone
        )
    http = owner_client(TENANT)
    http.post("/my/choose/", {"household": cast.town.other.pk})
    page = http.get("/my/phones/").content.decode()
    for number in ("0755-26001234", "13500001111", "119", "120", "110", "95598", "4008001234"):
        assert f'href="tel:{number}"' in page
    for private in ("王警官", "13611112222", "公司值班领导", "13633334444"):
        assert private not in page


def test_without_numbers_it_says_so(cast: Cast, owner_client: LogIn) -> None:
    Community.objects.update(phone="")
    page = owner_client().get("/my/phones/").content.decode()
    assert "服务中心的电话还没有登记" in page and "tel:119" in page

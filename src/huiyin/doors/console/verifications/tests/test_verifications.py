"""The desk registers a number: who it might be, a search, one word beside each refusal (OWN-05)."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.estate.models import Phone
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices.models import Telling
from huiyin.owners.actions import ask_verification
from huiyin.owners.models import Verification
from huiyin.owners.tests.people import TENANT
from huiyin.trail.models import Entry

NEW = "13700000000"


def ask(phone: str = NEW, house: str = "3-1-1201", name: str = "王丽") -> int:
    """Let somebody ask on the portal; return the id of the request."""
    ask_verification(
        at=AT, phone=phone, name=name, community="YG", house=house, note="换了号码", key=uuid4()
    )
    return Verification.objects.latest("id").pk


@pytest.mark.rule("OWN-05")
def test_the_desk_finds_out_who_it_is_and_registers_the_number(cast: Cast) -> None:
    pk = ask()
    desk = visitor(cast, "receptionist")
    page = text_of(desk.get("/verifications/"))
    assert "137****0000" in page
    assert NEW not in page
    page = text_of(desk.get(f"/verifications/{pk}/"))
    assert NEW in page  # who decides needs the number; that it was read is in the trail
    assert Entry.objects.filter(action="personal.read", subject=f"verification:{pk}").exists()
    assert "王丽 · 3-1-1201" in page
    owner = cast.town.owner
    answer = desk.post(f"/verifications/{pk}/accept/", person_id=owner.pk)
    assert answer["Location"] == "/verifications/"
    assert Phone.objects.filter(person=owner, number=NEW, state="good").exists()
    assert Telling.objects.get(template="account.number_added").address == NEW
    assert "没有等待核实的号码" in text_of(desk.get("/verifications/"))
    assert "王丽" in text_of(desk.get("/verifications/", show="all"))


def test_somebody_else_is_found_by_pinyin_and_chosen(cast: Cast) -> None:
    pk = ask(name="老赵", house="不清楚")
    desk = visitor(cast, "keeper")
    page = text_of(desk.get(f"/verifications/{pk}/"))
    assert "没有人与姓名或房号相符" in page
    tenant = cast.town.tenant
    assert "赵强" in text_of(desk.get(f"/verifications/{pk}/", find="zhaoqiang"))
    answer = desk.post(f"/verifications/{pk}/accept/", person_id=tenant.pk)
    assert answer.status_code == 422  # not among those shown
    assert "重新查找" in text_of(answer)
    answer = desk.post(f"/verifications/{pk}/accept/", person_id=tenant.pk, find="zhaoqiang")
    assert answer.status_code == 302
    assert Phone.objects.filter(person=tenant, number=NEW).exists()


def test_nobody_chosen_and_no_reason_are_said_beside_the_field(cast: Cast) -> None:
    pk = ask()
    desk = visitor(cast, "receptionist")
    answer = desk.post(f"/verifications/{pk}/accept/")
    assert answer.status_code == 422
    assert "请选择这是哪位住户" in text_of(answer)
    answer = desk.post(f"/verifications/{pk}/decline/", reason=" ")
    assert answer.status_code == 422
    assert "请写明没有通过的原因" in text_of(answer)
    assert desk.post(f"/verifications/{pk}/other/").status_code == 404


def test_declined_nobody_is_written_to(cast: Cast) -> None:
    pk = ask()
    desk = visitor(cast, "receptionist")
    assert desk.post(f"/verifications/{pk}/decline/", reason="说不出业主姓名").status_code == 302
    assert not Telling.objects.filter(template="account.number_added").exists()
    assert "说不出业主姓名" in text_of(desk.get(f"/verifications/{pk}/"))
    again = desk.post(f"/verifications/{pk}/accept/", person_id=cast.town.owner.pk)
    assert again.status_code == 409


def test_a_number_that_is_somebodys_already_is_said(cast: Cast) -> None:
    pk = ask(TENANT, name="赵强", house="3-1-1202")
    assert "这个号码已经登记在" in text_of(
        visitor(cast, "receptionist").get(f"/verifications/{pk}/")
    )


def test_the_list_asks_as_often_for_many_as_for_one(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    ask()
    desk.get("/verifications/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/verifications/")
    for number in range(5):
        ask(f"1371111000{number}")
    with CaptureQueriesContext(connection) as many:
        desk.get("/verifications/")
    assert len(many) == len(one)


@pytest.mark.parametrize("post", ["technician", "quality", "guard"])
def test_it_is_for_those_who_keep_the_roster(cast: Cast, post: str) -> None:
    pk = ask()
    somebody = visitor(cast, post)
    assert somebody.get("/verifications/").status_code == 403
    assert somebody.get(f"/verifications/{pk}/").status_code == 403
    assert visitor(cast, "E034").get(f"/verifications/{pk}/").status_code == 404

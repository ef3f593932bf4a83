"""The log of what owners were told: masked, searchable, silent on codes, sent again on failure."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.estate.models import Person
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices import listings
from huiyin.notices.models import Message, Telling
from huiyin.owners.access import owner_caller
from huiyin.owners.actions import raise_request
from huiyin.owners.tests.people import account

NOW = {"X-Huiyin-Now": AT.isoformat()}


def sent(cast: Cast, state: str = "delivered", **given: Any) -> Message:
    """Write a message to 王丽 as the courier would have."""
    person = Person.objects.get(community=cast.town.community, name="王丽")
    category = given.pop("category", "matter")
    telling = Telling.objects.create(
        community=cast.town.community,
        person=person,
        purpose=str(uuid4()),
        category=category,
        template="matter.finished",
        address="13812345678" if category == "code" else "",
        at=AT,
        settled_at=AT,
        state="failed" if state == "failed" else "told",
    )
    return Message.objects.create(
        **{
            "community": cast.town.community,
            "person": person,
            "telling": telling,
            "channel": "sms",
            "address": "13812345678",
            "purpose": telling.purpose,
            "about": "YG-20260316-0001",
            "subject": "您的报事已办好",
            "text": "您报的水管已修好。",
            "state": state,
            "at": AT,
            **given,
        }
    )


@pytest.mark.rule("NOT-01")
def test_every_message_is_in_the_log_with_its_result(cast: Cast) -> None:
    sent(cast)
    sent(cast, "failed", problem="空号", at=AT - timedelta(minutes=5))
    shown = text_of(visitor(cast, "keeper").get("/messages/"))
    assert "已送达" in shown and "没有送到" in shown and "空号" in shown
    assert "王*" in shown and "5678" in shown
    assert "13812345678" not in shown and "王丽" not in shown
    only = text_of(visitor(cast, "keeper").get("/messages/?show=failed"))
    assert "空号" in only and "已送达" not in only
    assert "没有符合条件的消息" in text_of(visitor(cast, "keeper").get("/messages/?text=李"))
    assert "已送达" in text_of(visitor(cast, "keeper").get("/messages/?text=5678"))
    assert "没有符合" in text_of(visitor(cast, "keeper").get("/messages/?text=56"))


def test_the_log_speaks_of_numbers_and_occasions_not_of_codes(cast: Cast) -> None:
    sent(cast, about="announcement:YG-TZ-2026-001")
    sent(cast, category="code", template="code.login", subject="", text="", about="")
    log = text_of(visitor(cast, "manager").get("/messages/"))
    assert "YG-TZ-2026-001" in log and "announcement:" not in log
    assert "登录验证码" in log and "code.login" not in log
    found = text_of(visitor(cast, "manager").get("/messages/?text=yg-tz-2026-001"))
    assert "您的报事已办好" in found


def test_nothing_of_a_code_is_shown(cast: Cast) -> None:
    one = sent(cast, category="code", subject="登录验证码", text="您的验证码是 482913")
    log = text_of(visitor(cast, "manager").get("/messages/"))
    page = text_of(visitor(cast, "manager").get(f"/messages/{one.pk}/"))
    assert "482913" not in log and "482913" not in page
    assert "内容从不显示" in page


def test_an_empty_log_says_so(cast: Cast) -> None:
    assert "还没有给业主发过消息" in text_of(visitor(cast, "keeper").get("/messages/"))


def test_a_failed_message_is_sent_again_by_who_may(cast: Cast) -> None:
    failed, done = sent(cast, "failed"), sent(cast)
    keeper = visitor(cast, "keeper")
    assert "再发一次" in text_of(keeper.get(f"/messages/{failed.pk}/"))
    assert "再发一次" not in text_of(keeper.get(f"/messages/{done.pk}/"))
    assert "再发一次" not in text_of(visitor(cast, "quality").get(f"/messages/{failed.pk}/"))
    told = Telling.objects.filter(messages=failed)
    told.update(state="told")  # by another way
    assert "再发一次" not in text_of(keeper.get(f"/messages/{failed.pk}/"))
    told.update(state="failed")
    assert keeper.http.post(f"/messages/{failed.pk}/resend/", headers=NOW).status_code == 302
    again = Message.objects.exclude(pk__in=[failed.pk, done.pk]).get()
    assert (again.telling_id, again.channel, again.state) == (failed.telling_id, "sms", "queued")


def test_the_list_asks_as_often_for_many_rows_as_for_one(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    def rows() -> int:
        found = listings.sent(
            caller=cast.caller("keeper"), community_id=cast.town.community.pk, limit=20
        )
        return len(found.items)

    caller = cast.caller("keeper")
    sent(cast)
    with django_assert_num_queries(1):
        listings.sent(caller=caller, community_id=cast.town.community.pk)
    for _ in range(24):
        sent(cast)
    with django_assert_num_queries(1):
        page = listings.sent(caller=caller, community_id=cast.town.community.pk, limit=20)
    assert rows() == 20
    rest = listings.sent(
        caller=caller, community_id=cast.town.community.pk, limit=20, cursor=page.next or ""
    )
    assert len(rest.items) == 5 and rest.next is None
    assert not {one.id for one in rest.items} & {one.id for one in page.items}


@pytest.mark.rule("CMP-11")
@pytest.mark.rule("CMP-05")
def test_the_log_does_not_say_who_complained_to_whom_may_not_know(cast: Cast) -> None:
    me = account("13812345678")
    by = owner_caller(me, AT)
    asked: dict[str, Any] = {"by": by, "at": AT, "house_id": cast.town.flat.pk}
    about = cast.employee("receptionist").name
    complaint = raise_request(**asked, kind="complaint", text="保洁没来", key=uuid4())
    attitude = raise_request(
        **asked, kind="complaint.attitude", text="说话难听", about=about, key=uuid4()
    )
    repair = raise_request(**asked, kind="repair", text="水管漏水", key=uuid4())
    for number in (complaint, attitude, repair):
        telling = Telling.objects.get(about=number)
        sent(cast, about=number, text=f"{number}已收到", telling=telling)
    hidden_from = {
        "collector": {complaint, attitude},  # handles neither
        "receptionist": {attitude},  # it is about them
        "supervisor": set(),
    }
    for post, hidden in hidden_from.items():
        shown = text_of(visitor(cast, post).get("/messages/"))
        for number in (complaint, attitude, repair):
            assert (number in shown) == (number not in hidden), (post, number)
    one = Message.objects.get(about=attitude, recipient__isnull=True)
    assert visitor(cast, "receptionist").http.get(f"/messages/{one.pk}/").status_code == 404


@pytest.mark.rule("CMP-11")
def test_a_message_that_names_a_complaint_among_others_is_hidden_too(cast: Cast) -> None:
    lead = sent(cast, about="YG-1", text="YG-1和YG-2").telling
    assert lead is not None
    Telling.objects.create(
        community=cast.town.community,
        person=lead.person,
        purpose="second",
        category="matter",
        template="matter.received",
        about="YG-2",
        at=AT,
        settled_at=AT,
        state="told",
        lead=lead,
    )
    asked: dict[str, Any] = {
        "caller": cast.caller("manager"),
        "community_id": cast.town.community.pk,
    }
    assert len(listings.sent(**asked).items) == 1
    assert listings.sent(**asked, hidden=["YG-2"]).items == ()

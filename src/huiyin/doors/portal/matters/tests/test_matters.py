"""An owner's matters: who has it, by when, what happened, and what the owner can do."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from huiyin.doors.parts.moments import say_span
from huiyin.doors.portal.matters.rows import clock_words, say_left
from huiyin.doors.portal.requests.tests.test_requests import photo
from huiyin.intake.tests.mails import picture
from huiyin.matters import actions as matters
from huiyin.matters.models import Event, Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.owners.tests.people import TENANT, raised

LogIn = Callable[..., Client]
LIST_QUERIES = 10
PAGE_QUERIES = 16
LATER = AT + timedelta(hours=1)


def at(moment: datetime, **more: str) -> dict[str, str]:
    """Ask at a moment."""
    return {"X-Huiyin-Now": moment.isoformat(), **more}


def done(cast: Cast, number: str, moment: datetime = AT + timedelta(minutes=40)) -> None:
    """Let the staff send somebody and finish the work."""
    foreman, technician = cast.caller("maintenance_foreman"), cast.caller("technician")
    start = AT + timedelta(minutes=8)
    matters.assign_matter(by=foreman, at=start, number=number, to=cast.code("technician"))
    matters.arrive_at_matter(by=technician, at=start + timedelta(minutes=12), number=number)
    matters.finish_matter(by=technician, at=moment, number=number, result="更换阀芯,试水不漏")


def act(
    http: Client,
    number: str,
    verb: str,
    given: Mapping[str, Any] | None = None,
    moment: datetime = LATER,
) -> Any:
    """Use a verb as the page does without scripts."""
    return http.post(f"/my/matters/{number}/{verb}/", dict(given or {}), headers=at(moment))


@pytest.mark.rule("OWN-01")
def test_who_has_it_and_by_when(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast, place="厨房")
    fresh = http.get(f"/my/matters/{number}/").content.decode()
    assert "今天 09:10 前安排人员" in fresh and "还有 10 分钟" in fresh and "正在安排" in fresh
    done(cast, number)
    shown = http.get(f"/my/matters/{number}/", headers=at(LATER)).content.decode()
    for word in (
        "许技",
        "维修技工",
        "办结",
        "更换阀芯",
        "人员到了现场",
        "我们收到了",
        "厨房水管漏水",
    ):
        assert word in shown
    late = raised(cast, text="插座没电")
    page = http.get(f"/my/matters/{late}/", headers=at(AT + timedelta(hours=2))).content.decode()
    assert "我们没有做到" in page and "已经晚了 1 小时 50 分" in page


def test_list_shows_what_goes_on_and_what_is_new(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast)
    assert "现在没有在办的事" not in http.get("/my/matters/").content.decode()
    done(cast, number)
    shown = http.get("/my/matters/", headers=at(LATER)).content.decode()
    assert "有新进展" in shown and "已办结,请您评价" in shown
    http.get(f"/my/matters/{number}/", headers=at(LATER))
    assert "有新进展" not in http.get("/my/matters/", headers=at(LATER)).content.decode()
    other = owner_client(TENANT).get("/my/matters/?show=all").content.decode()
    assert "您还没有报过事" in other and number not in other


def test_of_one_house_or_of_all(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast)
    mine, other = cast.town.flat.pk, cast.neighbour.flat.pk
    assert number in http.get(f"/my/matters/?house={mine}").content.decode()
    shown = http.get(f"/my/matters/?house={other}").content.decode()
    assert number not in shown and "CH花园 3-1-1201" in shown
    # A house that is not theirs is none: all of theirs are shown.
    assert number in http.get(f"/my/matters/?house={cast.town.other.pk}").content.decode()


def test_list_pages_and_costs_the_same_however_long(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    for minute in range(23):
        raised(cast, at=AT - timedelta(minutes=minute), text=f"第{minute}件事")
    http.get("/my/matters/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = http.get("/my/matters/")
    assert len(queries) <= LIST_QUERIES, len(queries)
    assert "第19件事" in first.content.decode() and "第20件事" not in first.content.decode()
    rest = http.get(
        f"/my/matters/?cursor={first.context['page'].next}", headers={"HX-Request": "true"}
    ).content.decode()
    assert "第20件事" in rest and "<h1" not in rest and "pm-tabs" not in rest


def test_page_costs_the_same_however_much_happened(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast)
    for hour in range(1, 6):
        act(http, number, "chase", moment=AT + timedelta(hours=hour))
    done(cast, number, AT + timedelta(hours=7))
    http.get(f"/my/matters/{number}/", headers=at(AT + timedelta(hours=8)))
    with CaptureQueriesContext(connection) as queries:
        http.get(f"/my/matters/{number}/", headers=at(AT + timedelta(hours=8)))
    assert len(queries) <= PAGE_QUERIES, len(queries)


@pytest.mark.parametrize("path", ["/my/matters/?show=open", "/my/matters/{}/"])
def test_asking_again_costs_nothing_while_nothing_is_new(
    cast: Cast, owner_client: LogIn, path: str
) -> None:
    http, number = owner_client(), raised(cast)
    path = path.format(number)
    http.get(path)
    mark = http.get(path).headers["ETag"]
    ask = {"HX-Request": "true", "If-None-Match": mark}
    same = http.get(path, headers=ask)
    assert (same.status_code, same.content) == (304, b"")
    done(cast, number)
    news = http.get(path, headers={**ask, **at(LATER)})
    assert news.status_code == 200 and "已办结" in news.content.decode()
    assert news.headers["ETag"] != mark


@pytest.mark.rule("OWN-01")
def test_confirm_rate_and_open_again(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast)
    done(cast, number)
    assert act(http, number, "confirm").status_code == 302
    rated = act(http, number, "rate", {"rate-satisfaction": "2", "rate-comment": "又漏了"})
    assert rated.status_code == 302
    shown = http.get(f"/my/matters/{number}/", headers=at(LATER)).content.decode()
    assert "您确认已办好" in shown and "您评价了 2 分" in shown and "您的评价" in shown
    assert "确认已办好</button>" not in shown
    assert act(http, number, "reopen", {"reopen-reason": "还是滴水"}).status_code == 302
    again = http.get(f"/my/matters/{number}/", headers=at(LATER)).content.decode()
    assert "重新办理,正在安排人员" in again and "还是滴水" in again
    assert Matter.objects.get(number=number).state == "reopened"


def test_chased_once_an_hour(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast)
    assert act(http, number, "chase", {"chase-note": "什么时候来?"}).status_code == 302
    shown = http.get(f"/my/matters/{number}/", headers=at(LATER)).content.decode()
    assert "以后可以再催" in shown and "今天 11:00" in shown and "您催办了" in shown
    again = act(http, number, "chase", {"chase-note": "急!"})
    said = again.content.decode()
    assert again.status_code == 409
    assert "刚刚已经催过" in said and "急!" in said  # what was typed is still there
    assert Event.objects.filter(kind="chased").count() == 1


@pytest.mark.parametrize(
    ("verb", "given", "refusal"),
    [
        ("rate", {}, (422, "请选一个表情")),
        ("reopen", {"reopen-reason": " "}, (422, "请写一句哪里没有解决")),
        ("add", {"add-key": str(uuid.uuid4())}, (422, "请写一句话,或者选一张照片")),
        ("add", {"add-key": "x", "add-text": "还有卫生间"}, (422, "页面已失效")),
        ("chase", {"chase-note": "长" * 201}, (409, "已经办结,不用再催")),
    ],
)
def test_every_refusal_is_a_sentence_beside_what_was_typed(
    cast: Cast, owner_client: LogIn, verb: str, given: dict[str, str], refusal: tuple[int, str]
) -> None:
    http, number = owner_client(), raised(cast)
    done(cast, number)
    answer = act(http, number, verb, given)
    shown = answer.content.decode()
    assert answer.status_code == refusal[0] and refusal[1] in shown
    for typed in given.values():
        assert typed.strip() in shown or typed == given.get("add-key")


def test_another_tab_was_faster(cast: Cast, owner_client: LogIn) -> None:
    """What somebody wrote for a form that is no longer there is still there to be copied."""
    http, number = owner_client(), raised(cast)
    done(cast, number)
    act(http, number, "reopen", {"reopen-reason": "还是滴水"})
    late = act(http, number, "rate", {"rate-satisfaction": "1", "rate-comment": "师傅没带工具"})
    shown = late.content.decode()
    assert late.status_code == 409
    assert "这件事还在办理" in shown and "下面已是最新情况" in shown and "师傅没带工具" in shown


def test_words_and_photos_are_added_once(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast)
    given = {"add-key": str(uuid.uuid4()), "add-text": "楼下也渗水了"}
    taken = picture()
    for _again in range(2):
        sent = act(http, number, "add", {**given, "add-photos": [photo("p.jpg", taken)]})
        assert sent.status_code == 302
    assert Event.objects.filter(kind="added").count() == 1
    shown = http.get(f"/my/matters/{number}/", headers=at(LATER)).content.decode()
    assert "楼下也渗水了" in shown
    (step,) = [one for one in http.get(f"/my/matters/{number}/").context["steps"] if one.photos]
    path = f"/my/matters/{number}/photos/{step.photos[0]}/"
    assert http.get(path)["Content-Type"] == "image/jpeg"
    assert owner_client(TENANT).get(path).status_code == 404


def test_photos_of_a_refused_word_are_kept(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast)
    page = act(http, number, "add", {"add-key": "x", "add-photos": [photo()]})
    assert page.status_code == 422 and 'name="add-kept"' in page.content.decode()


@pytest.mark.rule("OWN-05")
def test_a_stranger_gets_404_whatever_they_try(cast: Cast, owner_client: LogIn) -> None:
    stranger, number = owner_client(TENANT), raised(cast)
    assert stranger.get(f"/my/matters/{number}/").status_code == 404
    for verb in ("chase", "add", "confirm", "rate", "reopen", "nonsense"):
        assert act(stranger, number, verb).status_code == 404
    assert owner_client().post(f"/my/matters/{number}/nonsense/").status_code == 404


def test_the_script_counts_in_the_servers_words() -> None:
    with override("zh-hans"):
        words = clock_words(AT)
        for span in (timedelta(seconds=5), timedelta(minutes=9), timedelta(hours=3, minutes=5)):
            assert say_span(span) in say_left(AT + span, AT)
            assert say_left(AT + span, AT).startswith("还有 ")
            assert say_left(AT - span, AT).startswith("已经晚了 ")
    assert '"left": "还有 %(span)s"' in words and AT.isoformat() in words

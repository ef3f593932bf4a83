"""What becomes of a mail: one matter, a word on its matter, or a machine's noise in sight."""

import threading
from typing import Any

import pytest
from django.db import connection

from huiyin.flows import suggesting
from huiyin.intake import actions, queries, rules
from huiyin.intake.actions import Arrived, Suggested
from huiyin.intake.models import Mailbox, RawMail
from huiyin.intake.rules import MAILS_PER_HOUR
from huiyin.intake.tests.mails import (
    BOUNCE,
    VACATION,
    picture,
    plain,
    raw,
    with_files,
)
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters import actions as matters
from huiyin.matters.models import Event, Matter, Photo
from huiyin.matters.tests.cast import AT, Cast, make_cast
from huiyin.notices.models import Message
from huiyin.trail.models import Entry

US = "fuwu@example.com"
FIRST = "<first@example.com>"


def arrive(cast: Cast, *mails: bytes, start: int = 1, validity: int = 7, **given: Any) -> int:
    """Let mails arrive in YG's mailbox, numbered from ``start``; return how many were new."""
    town = cast.town.community.pk
    actions.open_mailbox(by=SYSTEM, at=AT, community_id=town, uidvalidity=validity)
    new = 0
    for uid, mail in enumerate(mails, start=start):
        arrived = Arrived("box", validity, uid, mail, len(mail), **given)
        new += actions.store_mail(by=SYSTEM, at=AT, community_id=town, arrived=arrived)
    return new


def settle(cast: Cast, *, suggest: Any = suggesting.of_mail) -> None:
    """Read everything that is kept."""
    town = cast.town.community.pk
    while actions.read_next(by=SYSTEM, at=AT, community_id=town, ourselves=US, suggest=suggest):
        pass


def take(cast: Cast, mail: bytes, uid: int = 1, **given: Any) -> RawMail:
    """Let a mail arrive, read it and return it."""
    arrive(cast, mail, start=uid, **given)
    settle(cast)
    return RawMail.objects.select_related("matter").get(uid=uid)


def text_on(number: str, kind: str = "noted") -> str:
    """Return what is written on a matter, all together."""
    rows = Event.objects.filter(matter__number=number, kind=kind).order_by("id")
    return "\n".join(rows.values_list("text", flat=True))


@pytest.mark.rule("REC-06")
def test_a_mail_becomes_a_matter_whose_sender_is_not_guessed(cast: Cast) -> None:
    mail = take(cast, plain("您好,想问一下游泳池几点开门?", subject="游泳池"))
    assert mail.state == "matter" and mail.matter
    matter = mail.matter
    assert (matter.channel, matter.state, matter.kind) == ("email", "received", "enquiry")
    assert matter.text == "游泳池\n\n您好,想问一下游泳池几点开门?"
    assert (matter.caller_name, matter.person, matter.house) == ("王丽", None, None)
    assert (mail.sender, matter.caller_phone) == ("wangli@example.com", "")
    assert "请经办人确认" in text_on(matter.number)
    assert Message.objects.filter(about=matter.number, recipient=matter.owner).exists()


@pytest.mark.rule("REC-06")
def test_kind_is_suggested_and_danger_told_to_the_manager(cast: Cast) -> None:
    mail = take(cast, plain("厨房水龙头漏水,麻烦派师傅来修一下", subject="报修"))
    assert mail.matter and mail.matter.kind == "repair"
    fire = take(cast, plain("3栋楼道着火了,浓烟很大!", subject="快来"), 2).matter
    assert fire and fire.important
    assert fire.kind == "complaint"  # a mail alone does not ring everybody
    assert "请立即核实" in text_on(fire.number)
    assert Message.objects.filter(about=fire.number, recipient=cast.employee("manager")).exists()


@pytest.mark.rule("REC-06")
@pytest.mark.parametrize(("mail", "state"), [(BOUNCE, "bounce"), (VACATION, "auto")])
def test_a_machine_s_mail_makes_no_matter_and_stays_in_sight(
    cast: Cast, mail: bytes, state: str
) -> None:
    assert take(cast, mail).state == state
    assert not Matter.objects.exists()
    (row,) = queries.mails(
        caller=cast.caller("receptionist"), community_id=cast.town.community.pk
    ).items
    assert row.why and row.may_be_taken


def test_a_machine_taken_for_one_by_mistake_is_taken_by_hand(cast: Cast) -> None:
    mail = take(cast, plain(Precedence="bulk"))
    number = actions.take_mail(
        by=cast.caller("receptionist"),
        at=AT,
        community_id=cast.town.community.pk,
        mail_id=mail.pk,
        suggest=suggesting.of_mail,
    )
    mail.refresh_from_db()
    assert mail.matter and mail.matter.number == number
    with pytest.raises(actions.UnableToTakeMail):
        actions.take_mail(
            by=cast.caller("receptionist"),
            at=AT,
            community_id=cast.town.community.pk,
            mail_id=mail.pk,
            suggest=suggesting.of_mail,
        )
    assert Entry.objects.filter(action="intake.mail_taken").count() == 1


# -- once and only once


@pytest.mark.rule("REC-06")
def test_the_same_mail_twice_is_one(cast: Cast) -> None:
    mail = plain(message_id=FIRST)
    assert arrive(cast, mail) == 1
    assert arrive(cast, mail) == 0  # the same number again
    assert arrive(cast, mail, start=9) == 0  # delivered twice
    assert arrive(cast, b"Received: x\r\n" + mail, validity=8) == 0  # numbered anew
    settle(cast)
    assert Matter.objects.count() == 1


def test_a_used_message_id_with_other_words_is_another_mail(cast: Cast) -> None:
    assert arrive(cast, plain("一", message_id=FIRST), plain("二", message_id=FIRST)) == 2
    settle(cast)
    assert Matter.objects.count() == 2


def test_the_cursor_moves_with_the_mail_and_never_back(cast: Cast) -> None:
    town = cast.town.community.pk
    arrive(cast, plain("一"), plain("二"), plain("三"))
    assert Mailbox.objects.get().last_uid == 3
    actions.pass_over(by=SYSTEM, at=AT, community_id=town, uidvalidity=7, uid=2)
    assert Mailbox.objects.get().last_uid == 3
    found = actions.open_mailbox(by=SYSTEM, at=AT, community_id=town, uidvalidity=8)
    assert (found.last_uid, found.uidvalidity) == (0, 8)
    # What another worker still tells under the old numbering moves nothing.
    actions.pass_over(by=SYSTEM, at=AT, community_id=town, uidvalidity=7, uid=99)
    assert Mailbox.objects.get().last_uid == 0


def test_a_crash_while_settling_leaves_nothing_half_done(cast: Cast) -> None:
    def crash(_community_id: int, _text: str) -> Suggested:
        raise RuntimeError("power cut")

    arrive(cast, plain())
    with pytest.raises(RuntimeError):
        settle(cast, suggest=crash)
    assert RawMail.objects.get().state == "stored"
    assert not Matter.objects.exists()
    settle(cast)
    assert Matter.objects.count() == 1


def test_a_mail_that_fails_goes_behind_the_others(cast: Cast) -> None:
    def picky(community_id: int, text: str) -> Suggested:
        if "坏" in text:
            raise RuntimeError
        return suggesting.of_mail(community_id, text)

    town = cast.town.community.pk
    arrive(cast, plain("坏信"), plain("好信"))
    with pytest.raises(RuntimeError):
        settle(cast, suggest=picky)
    actions.count_try(by=SYSTEM, at=AT, community_id=town)
    with pytest.raises(RuntimeError):
        settle(cast, suggest=picky)
    assert [one.state for one in RawMail.objects.order_by("uid")] == ["stored", "matter"]


@pytest.mark.django_db(transaction=True)
def test_two_postmen_settle_each_mail_once() -> None:
    cast = make_cast()
    arrive(cast, *(plain(f"第{n}封") for n in range(6)))
    failed: list[BaseException] = []

    def work() -> None:
        try:
            settle(cast)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    postmen = [threading.Thread(target=work) for _ in range(3)]
    for one in postmen:
        one.start()
    for one in postmen:
        one.join()
    assert not failed
    assert Matter.objects.count() == 6
    assert RawMail.objects.filter(state="matter").values("matter").distinct().count() == 6


# -- replies


def first(cast: Cast, **given: Any) -> Matter:
    """Let the first mail of a thread arrive."""
    matter = take(cast, plain(message_id=FIRST, **given)).matter
    assert matter
    return matter


@pytest.mark.rule("REC-06")
@pytest.mark.parametrize("head", [{"In_Reply_To": FIRST}, {"References": f"<x@y.z> {FIRST}"}, {}])
def test_a_reply_is_written_on_its_matter_and_the_owner_told(
    cast: Cast, head: dict[str, str]
) -> None:
    matter = first(cast)
    subject = "Re: 楼道灯" if head else f"回复:{matter.number} 楼道灯"
    reply = take(cast, plain("已经第四天了。\n> 旧的话", subject=subject, **head), 2)
    assert (reply.state, reply.matter) == ("reply", matter)
    assert Matter.objects.count() == 1
    assert text_on(matter.number).endswith("业主来信:已经第四天了。")
    told = Message.objects.get(purpose=f"{matter.number}:mail:{reply.pk}")
    assert told.recipient == matter.owner


def test_a_reply_keeps_no_clock(cast: Cast) -> None:
    matter = first(cast)
    before = list(matter.promises.order_by("id").values_list("state", "due_at"))
    take(cast, plain("谢谢", In_Reply_To=FIRST), 2)
    assert list(matter.promises.order_by("id").values_list("state", "due_at")) == before


@pytest.mark.rule("CMP-11")
@pytest.mark.parametrize("by_number", [True, False])
def test_a_stranger_is_not_let_into_a_matter(cast: Cast, by_number: bool) -> None:
    matter = first(cast)
    head = {} if by_number else {"In_Reply_To": FIRST}
    subject = matter.number if by_number else "Re"
    other = take(cast, plain("我也看看", sender="x@y.z", subject=subject, **head), 2)
    assert other.state == "matter" and other.matter != matter
    assert other.matter and matter.number in text_on(other.matter.number)
    assert "我也看看" not in text_on(matter.number)


@pytest.mark.rule("REC-06")
def test_a_reply_to_a_closed_matter_suggests_to_re_open_it(cast: Cast) -> None:
    matter = first(cast)
    desk, keeper = cast.caller("supervisor"), cast.code("keeper")
    matters.assign_matter(by=desk, at=AT, number=matter.number, to=keeper)
    matters.finish_matter(by=desk, at=AT, number=matter.number, result="已修")
    Matter.objects.filter(pk=matter.pk).update(state="closed", closed_at=AT)
    reply = take(cast, plain("又坏了", In_Reply_To=FIRST), 2)
    assert reply.state == "reply"
    told = Message.objects.get(purpose=f"{matter.number}:mail:{reply.pk}")
    assert "重新打开" in told.subject
    matter.refresh_from_db()
    assert matter.state == "closed"  # a person decides


def test_a_number_of_another_community_leads_nowhere(cast: Cast) -> None:
    take(cast, plain(subject="Re: CH-20260316-0001"))
    assert Matter.objects.get().community == cast.town.community


# -- loops and lengths


@pytest.mark.rule("REC-06")
def test_a_sender_who_never_stops_is_held_back(cast: Cast) -> None:
    arrive(cast, *(plain(f"第{n}封", subject=f"{n}") for n in range(MAILS_PER_HOUR + 3)))
    settle(cast)
    assert Matter.objects.count() == MAILS_PER_HOUR
    assert RawMail.objects.filter(state="held", why="loop").count() == 3
    assert take(cast, plain(sender="other@example.com"), 99).state == "matter"


def test_a_flood_from_ever_new_senders_is_held_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "ALL_MAILS_PER_HOUR", 3)
    arrive(cast, *(plain(f"第{n}封", sender=f"a{n}@b.cn") for n in range(5)))
    settle(cast)
    assert Matter.objects.count() == 3
    assert RawMail.objects.filter(state="held", why="flood").count() == 2


def test_our_own_mail_is_no_matter(cast: Cast) -> None:
    mail = take(cast, plain(sender=f"服务中心 <{US.upper()}>"))
    assert (mail.state, mail.why) == ("auto", "ourselves")


def test_a_long_mail_is_cut_in_the_matter_and_kept_whole(cast: Cast) -> None:
    mail = take(cast, plain("长" * 9000))
    assert mail.matter and len(mail.matter.text) == 4000
    assert mail.matter.text.endswith("全文见邮件原件)")
    assert len(bytes(mail.raw)) > 9000


def test_of_a_huge_mail_the_head_becomes_the_matter(cast: Cast) -> None:
    head = raw("From: a@example.com\nSubject: 视频", b"")
    mail = take(cast, head, whole=False)
    assert mail.matter and mail.matter.text == "视频"
    assert "邮件太大" in text_on(mail.matter.number)


def test_an_empty_mail_still_gets_an_echo(cast: Cast) -> None:
    mail = take(cast, b"From: a@example.com\r\n\r\n")
    assert mail.matter and "没有文字" in mail.matter.text
    assert mail.matter.caller_name == "a@example.com"


def test_what_the_server_refuses_is_in_sight(cast: Cast) -> None:
    assert arrive(cast, b"", b"", refused=True) == 2
    settle(cast)
    town = cast.town.community.pk
    assert queries.waiting_mails(caller=cast.caller("manager"), community_id=town) == 2


# -- photos


@pytest.mark.rule("REC-06")
def test_pictures_become_photos_and_the_rest_is_named(cast: Cast) -> None:
    mail = take(
        cast,
        with_files(
            ("漏水.jpg", "image/jpeg", picture()),
            ("假.png", "image/png", b"no picture at all" * 99),
            ("合同.pdf", "application/pdf", b"%PDF-1.4"),
        ),
    )
    assert mail.matter
    assert Photo.objects.filter(matter=mail.matter).count() == 1
    note = text_on(mail.matter.number)
    assert "假.png" in note and "合同.pdf" in note and "漏水.jpg" not in note


# -- who reads it


@pytest.mark.rule("CMP-11")
def test_who_reads_the_mail_and_that_it_is_recorded(cast: Cast) -> None:
    town = cast.town.community.pk
    mail = take(cast, plain())
    seen = queries.mail(
        caller=cast.caller("receptionist"), community_id=town, mail_id=mail.pk, at=AT
    )
    assert "楼道灯坏了" in seen.text
    assert "Subject:" in queries.raw_mail(
        caller=cast.caller("manager"), community_id=town, mail_id=mail.pk, at=AT
    )
    told = Entry.objects.filter(subject=f"mail:{mail.pk}").order_by("id")
    assert list(told.values_list("action", flat=True)) == [
        "intake.mail_read",
        "intake.raw_mail_read",
    ]
    for post in ("technician", "collector", "keeper"):
        with pytest.raises(Forbidden):
            queries.mails(caller=cast.caller(post), community_id=town)
    for ask in (queries.mail, queries.raw_mail):
        with pytest.raises(NotFound):
            ask(caller=cast.caller("E031"), community_id=town, mail_id=mail.pk, at=AT)
        with pytest.raises(NotFound):
            ask(
                caller=cast.caller("E031"),
                community_id=cast.neighbour.community.pk,
                mail_id=mail.pk,
                at=AT,
            )


@pytest.mark.rule("CMP-11")
def test_nobody_reads_a_mail_about_themselves(cast: Cast) -> None:
    town = cast.town.community.pk
    mail = take(cast, plain("前台小韩态度恶劣"))
    assert mail.matter
    Matter.objects.filter(pk=mail.matter.pk).update(about_employee=cast.employee("receptionist"))
    about = cast.caller("receptionist")
    assert not queries.mails(caller=about, community_id=town).items
    with pytest.raises(NotFound):
        queries.mail(caller=about, community_id=town, mail_id=mail.pk, at=AT)
    assert queries.mails(caller=cast.caller("manager"), community_id=town).items


def test_a_list_of_mails_costs_the_same_however_long(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    town = cast.town.community.pk
    arrive(cast, *(plain(f"第{n}封", sender=f"a{n}@b.cn") for n in range(8)))
    settle(cast)
    caller = cast.caller("manager")
    with django_assert_num_queries(1):
        page = queries.mails(caller=caller, community_id=town, limit=5)
    assert len(page.items) == 5 and page.next
    rest = queries.mails(caller=caller, community_id=town, limit=5, cursor=page.next)
    assert len(rest.items) == 3

"""Fetching over a real line: a real IMAP server, and servers that are silent, wrong or gone."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from huiyin.doors.clock import postman, sweeper
from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.flows import mailing
from huiyin.intake import actions, boxes, imap, queries, rules
from huiyin.intake.boxes import BadAddress, read_boxes
from huiyin.intake.imap import UnableToFetch
from huiyin.intake.models import Mailbox, RawMail
from huiyin.intake.tests.imap_server import PASSWORD, Server, box_at, server, silent_server
from huiyin.intake.tests.mails import BOUNCE, plain
from huiyin.kernel.caller import SYSTEM
from huiyin.matters.models import Heartbeat, Matter
from huiyin.matters.tests.cast import AT, Cast, make_cast


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """Run one server for the tests of this file; each empties the box it uses."""
    with server() as one:
        yield one


@pytest.fixture
def inbox(running: Server) -> Server:
    """Empty the inbox."""
    with running.open() as box:
        box.delete(box.uids())
    return running


@pytest.fixture
def town(cast: Cast) -> CommunityRow:
    """Return YG as the flows know it."""
    return estate.community(caller=SYSTEM, code="YG")


@pytest.mark.rule("REC-06")
def test_mails_are_fetched_kept_marked_and_settled(inbox: Server, town: CommunityRow) -> None:
    inbox.deliver(plain("第一封"), BOUNCE, plain("第二封"))
    done = mailing.look(inbox.box, town, AT)
    assert (done.new, done.settled, done.problem) == (3, 3, "")
    assert sorted(RawMail.objects.values_list("state", flat=True)) == ["bounce", "matter", "matter"]
    assert Matter.objects.filter(channel="email").count() == 2
    assert inbox.seen() == [True] * 3
    again = mailing.look(inbox.box, town, AT)
    assert (again.new, again.settled) == (0, 0)
    inbox.deliver(plain("第三封"))
    assert mailing.look(inbox.box, town, AT).new == 1


def test_bytes_arrive_as_they_were_sent(inbox: Server, town: CommunityRow) -> None:
    mail = plain("电梯坏了\n.\nFrom 一行\n" + "长" * 5000, subject="测试").replace(b"\n", b"\r\n")
    inbox.deliver(mail)
    mailing.look(inbox.box, town, AT)
    assert bytes(RawMail.objects.get().raw) == mail


def test_what_people_read_before_the_first_look_stays_theirs(
    inbox: Server, town: CommunityRow
) -> None:
    inbox.deliver(plain("旧信"), seen=True)
    inbox.deliver(plain("新信"))
    later = AT + timedelta(days=3650)  # so that the server's own clock lies before it
    assert mailing.look(inbox.box, town, later).new == 1
    inbox.deliver(plain("别人先点开的信"), seen=True)
    Mailbox.objects.update(opened_at=AT - timedelta(days=3650))
    assert mailing.look(inbox.box, town, later).new == 1


@pytest.mark.rule("REC-06")
def test_a_crash_between_fetching_and_keeping_loses_and_repeats_nothing(
    inbox: Server, town: CommunityRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.deliver(*(plain(f"第{n}封") for n in range(4)))
    store, left = actions.store_mail, [2]

    def crash(**given: Any) -> bool:
        if not left[0]:
            raise RuntimeError("power cut")
        left[0] -= 1
        return store(**given)

    monkeypatch.setattr(actions, "store_mail", crash)
    with pytest.raises(RuntimeError):
        mailing.look(inbox.box, town, AT)
    assert RawMail.objects.count() == 2
    left[0] = 99
    assert mailing.look(inbox.box, town, AT).new == 2
    assert Matter.objects.count() == 4


@pytest.mark.rule("REC-06")
def test_a_server_that_numbers_anew_repeats_nothing(cast: Cast, town: CommunityRow) -> None:
    mails = [plain(f"第{n}封") for n in range(3)]
    for _start in range(2):
        with server() as one:
            one.deliver(*mails)
            assert not mailing.look(one.box, town, AT).problem
    assert len(set(Mailbox.objects.values_list("uidvalidity", flat=True))) == 1
    assert RawMail.objects.count() == Matter.objects.count() == 3


def test_of_a_huge_mail_only_the_head_is_fetched(
    inbox: Server, town: CommunityRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MAIL_BYTES", 5000)
    inbox.deliver(plain("长" * 5000, subject="录像"), plain("短信"))
    assert mailing.look(inbox.box, town, AT).new == 2
    huge = RawMail.objects.order_by("uid").first()
    assert huge and not huge.whole
    assert len(bytes(huge.raw)) < 1000 and huge.size > 5000
    assert Matter.objects.count() == 2


# -- what servers do wrong


@pytest.mark.parametrize(
    ("password", "folder", "problem"),
    [("wrong", "INBOX", "login"), (PASSWORD, "没有这个", "folder")],
)
def test_what_is_wrong_is_told_without_the_password(  # noqa: PLR0917
    inbox: Server,
    town: CommunityRow,
    cast: Cast,
    caplog: pytest.LogCaptureFixture,
    password: str,
    folder: str,
    problem: str,
) -> None:
    box = box_at(inbox.port, password, folder)
    with caplog.at_level(logging.DEBUG):
        assert mailing.look(box, town, AT).problem == problem
    told = queries.mailbox(caller=cast.caller("manager"), community_id=town.id)
    assert told.problem
    for text in (caplog.text, told.problem, repr(box), str(box)):
        assert password not in text


def test_nobody_there(town: CommunityRow) -> None:
    with silent_server() as port:
        pass
    assert mailing.look(box_at(port), town, AT).problem == "server"


@pytest.mark.parametrize("greeting", [b"", b"* OK ready\r\n", b"HTTP/1.1 200 OK\r\n", b"\xff" * 9])
def test_a_silent_server_is_given_up(
    town: CommunityRow, monkeypatch: pytest.MonkeyPatch, greeting: bytes
) -> None:
    monkeypatch.setattr(imap, "ANSWER_SECONDS", 0.2)
    began = time.monotonic()
    with silent_server(greeting) as port:
        assert mailing.look(box_at(port), town, AT).problem in ("server", "lost")
    assert time.monotonic() - began < 3


def test_a_server_that_drips_is_cut_off_as_a_whole() -> None:
    began = time.monotonic()
    with silent_server(b"* OK ready\r\n") as port, pytest.raises(UnableToFetch) as told:  # noqa: SIM117
        with imap.look_into(box_at(port), seconds=0.3):
            pass
    assert told.value.code == "server"
    assert time.monotonic() - began < 3


@pytest.mark.rule("REC-06")
@pytest.mark.django_db(transaction=True)
def test_a_hanging_server_never_delays_the_sweeper(settings: Any) -> None:
    make_cast()
    stop = threading.Event()
    with silent_server(b"* OK ready\r\n") as port:
        settings.MAILBOXES = {"YG": box_at(port)}
        began = time.monotonic()
        worker = threading.Thread(target=_work, args=(stop,))
        worker.start()
        while time.monotonic() - began < 5 and not Heartbeat.objects.filter(name="sweeper"):
            time.sleep(0.05)
        assert Heartbeat.objects.filter(name="sweeper").exists()
        assert not Heartbeat.objects.filter(name__startswith="mail").exists()
        stop.set()
        worker.join(5)
    assert not worker.is_alive()
    _join_postmen()


@pytest.mark.django_db(transaction=True)
def test_the_worker_fetches_mail_and_leaves_a_heartbeat(inbox: Server, settings: Any) -> None:
    make_cast()
    inbox.deliver(plain())
    settings.MAILBOXES = {"YG": inbox.box, "NN": box_at(inbox.port)}
    stop = threading.Event()
    worker = threading.Thread(target=_work, args=(stop,))
    worker.start()
    give_up_at = time.monotonic() + 10
    while time.monotonic() < give_up_at and not Heartbeat.objects.filter(name="mail YG"):
        time.sleep(0.05)
    stop.set()
    worker.join(5)
    _join_postmen()
    assert Heartbeat.objects.filter(name="mail YG").exists()
    assert Matter.objects.filter(channel="email").count() == 1


def _work(stop: threading.Event) -> None:
    try:
        sweeper.work(stop, 0.05)
    finally:
        connection.close()


def _join_postmen() -> None:
    """Wait until the postmen's threads have closed their connections."""
    for one in threading.enumerate():
        if one.daemon and one.name.startswith(postman.NAME):
            one.join(20)


# -- addresses


def test_addresses_are_read_from_the_environment() -> None:
    found = read_boxes(
        {
            "HUIYIN_MAIL_YG": "imaps://wu%40ye:p%40ss%2Fw@imap.example.com/%E6%9D%A5%E4%BF%A1",
            "HUIYIN_MAIL_CH": " ",
            "HUIYIN_MAIL_A_1": "imap://u:p@localhost:1143",
            "PATH": "/bin",
        }
    )
    assert set(found) == {"YG", "A_1"}
    box = found["YG"]
    assert (box.user, box.password, box.host, box.port) == (
        "wu@ye",
        "p@ss/w",
        "imap.example.com",
        993,
    )
    assert box.folder == "来信"
    assert (found["A_1"].port, found["A_1"].folder) == (1143, "INBOX")
    assert boxes.code_in_name("A-1") == "A_1"


@pytest.mark.parametrize(
    "text",
    [
        "imap.example.com",
        "http://u:secret@h",
        "imaps://u@h",
        "imaps://u:secret@h:x",
        "imaps://:x@h",
    ],
)
def test_a_bad_address_is_told_without_its_password(text: str) -> None:
    with pytest.raises(BadAddress) as told:
        read_boxes({"HUIYIN_MAIL_YG": text})
    assert "HUIYIN_MAIL_YG" in str(told.value)
    assert "secret" not in str(told.value)

"""The whole way: told, carried, taken by a provider, reported, shown (NOT-01, NOT-04)."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from huiyin.estate.tests.cast import AT
from huiyin.fakes.box import Fate
from huiyin.fakes.run import Running
from huiyin.notices import courier
from huiyin.notices.channels import binding
from huiyin.notices.models import Address, Message
from huiyin.notices.tests.telling import code, news, outside, say, with_email
from huiyin.trail.models import Entry

if TYPE_CHECKING:
    from huiyin.estate.tests.cast import Town

MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(db: None) -> "Town":
    """Build YG with an owner and a tenant."""
    from huiyin.estate.tests.cast import make_town

    return make_town()


def go_round(minutes: int = 15) -> None:
    """Let the courier go round every minute: what is told may wait to be told together."""
    for minute in range(minutes):
        courier.run_once(AT + minute * MINUTE)


def report_all(fakes: Running) -> None:
    """Let the providers tell what became of everything they took."""
    for sent in fakes.box.rows():
        if sent.state == "handed":
            delivered = sent.fate is not Fate.LOST
            fakes.box.reported(sent, delivered=delivered)
            assert fakes.reporter._report(sent, delivered=delivered)


@pytest.mark.rule("NOT-01")
def test_a_short_message_is_shown_as_delivered(fakes: Running, town: "Town") -> None:
    say(news(town))
    go_round()
    assert outside() == [("sms", "sent", "")]
    for _again in range(2):
        for sent in fakes.box.rows():
            fakes.reporter._report(sent, delivered=True)
        assert outside() == [("sms", "delivered", "")]
    (sent,) = fakes.box.rows()
    message = Message.objects.get(channel="sms")
    assert sent.letter.text.startswith("【YG花园】") and sent.letter.reference == str(
        message.reference
    )
    assert (message.provider, message.provider_id) == ("http", sent.provider_id)


@pytest.mark.rule("NOT-04")
def test_silence_is_asked_about_and_nothing_sent_twice(fakes: Running, town: "Town") -> None:
    fakes.box.plan("sms", Fate.SILENT, 1)
    say(news(town))
    go_round()
    assert outside() == [("sms", "sent", "")]
    assert [one.repeats for one in fakes.box.rows()] == [0]


@pytest.mark.rule("NOT-04")
def test_silence_without_memory_is_shown_and_left(fakes: Running, town: "Town") -> None:
    fakes.box.remembers = False
    fakes.box.plan("sms", Fate.SILENT, 1)
    say(news(town))
    go_round(120)
    assert outside() == [("sms", "failed", "unclear")]
    assert len(fakes.box.rows()) == 1


def test_a_busy_gateway_gets_it_later(fakes: Running, town: "Town") -> None:
    fakes.box.plan("sms", Fate.BUSY, 2)
    say(news(town))
    go_round()
    assert outside() == [("sms", "sent", "")]
    assert [one.state for one in fakes.box.rows()] == ["handed", "busy", "busy"]


def test_what_wechat_does_not_bring_goes_by_sms_and_mail(fakes: Running, town: "Town") -> None:
    with_email(town.owner)
    fakes.reporter.scanned(binding.ticket([town.owner.pk], at=AT), "王阿姨")
    say(news(town, "YG-1:received"))
    go_round()
    report_all(fakes)
    assert outside("YG-1:received") == [("wechat", "delivered", "")]
    fakes.box.unfollow(next(iter(fakes.box.followers())))
    fakes.box.plan("sms", Fate.REFUSED, 1)
    say(news(town, "YG-2:received"))
    go_round()
    channels = [(channel, state) for channel, state, _problem in outside("YG-2:received")]
    assert channels == [("wechat", "failed"), ("sms", "failed"), ("email", "sent")]
    assert {one.letter.channel for one in fakes.box.rows()} == {"wechat", "sms", "email"}


def test_who_stops_following_is_told_by_sms(fakes: Running, town: "Town") -> None:
    fakes.reporter.scanned(binding.ticket([town.owner.pk], at=AT), "王阿姨")
    (mine,) = Address.objects.filter(person=town.owner)
    fakes.reporter.left(mine.value)
    fakes.reporter.left(mine.value)  # told twice: nothing more to forget
    assert not Address.objects.exists()
    entries = Entry.objects.filter(action="notices.address_set").order_by("id")
    assert [(one.after or {})["address"] for one in entries][1:] == [""]
    say(news(town))
    go_round()
    assert outside() == [("sms", "sent", "")]


def test_a_code_arrives_and_is_forgotten(fakes: Running, town: "Town") -> None:
    say(code(town, at=AT))
    courier.run_once(AT)
    (sent,) = fakes.box.rows()
    assert "246810" in sent.letter.text and sent.letter.to == "13700001111"
    assert "246810" not in str(Message.objects.values_list("text", "values", "template").get())

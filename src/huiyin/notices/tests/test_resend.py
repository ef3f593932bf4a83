"""Sending once more what did not arrive: by whom, once, in opening hours, to the new number."""

import threading

import pytest
from django.db import connection

from huiyin.estate.models import Phone
from huiyin.estate.tests.cast import AT, Town
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.notices import courier
from huiyin.notices.actions import UnableToResend, resend, withdraw_tellings
from huiyin.notices.models import Message
from huiyin.notices.tests.providers import Provider, played, refused
from huiyin.notices.tests.telling import (
    HOUR,
    MORNING,
    NIGHT,
    code,
    notice,
    outside,
    say,
    told,
    with_email,
)
from huiyin.trail.models import Entry

Ways = dict[str, Provider]


def failed(ways: Ways) -> Message:
    """Return the message that just failed."""
    ways["sms"].faults = [refused(permanent=True)]
    courier.run_once(AT)
    return Message.objects.get(channel="sms")


@pytest.mark.rule("NOT-01")
def test_a_keeper_corrects_the_number_and_sends_it_again(town: Town, ways: Ways) -> None:
    say(notice(town))
    first = failed(ways)
    Phone.objects.filter(person=town.owner, rank=0).update(number="13611112222")
    resend(by=town.caller("keeper"), at=AT + HOUR, message_id=first.pk)
    courier.run_once(AT + HOUR)
    (sms,) = ways["sms"].arrived
    assert sms.to == "13611112222"
    assert sms.reference != str(first.reference)
    assert outside() == [("sms", "failed", "refused"), ("sms", "sent", "")]
    entry = Entry.objects.get(action="notices.resent")
    assert entry.after is not None
    assert entry.after["address"] == "136****2222"


def test_a_failure_is_sent_again_once(town: Town, ways: Ways) -> None:
    say(notice(town))
    first = failed(ways)
    again = resend(by=town.caller("keeper"), at=AT, message_id=first.pk)
    for message in (first.pk, again):
        with pytest.raises(UnableToResend):
            resend(by=town.caller("keeper"), at=AT, message_id=message)
    courier.run_once(AT)
    assert len(ways["sms"].arrived) == 1


def test_what_was_withdrawn_since_is_not_sent_again(town: Town, ways: Ways) -> None:
    ways["sms"].faults = [refused(permanent=True)]
    with_email(town.owner)
    ways["email"].faults = [refused(permanent=False)]
    say(notice(town))
    courier.run_once(AT)
    first = Message.objects.get(channel="sms")
    withdraw_tellings(at=AT, purpose_prefix="announcement:1")
    with pytest.raises(UnableToResend):
        resend(by=town.caller("keeper"), at=AT, message_id=first.pk)


def test_at_night_it_waits_for_the_morning(town: Town, ways: Ways) -> None:
    say(notice(town))
    first = failed(ways)
    resend(by=town.caller("keeper"), at=NIGHT, message_id=first.pk)
    courier.run_once(NIGHT)
    assert not ways["sms"].arrived
    courier.run_once(MORNING)
    assert len(ways["sms"].arrived) == 1


def test_who_may_send_again(town: Town, ways: Ways) -> None:
    say(notice(town))
    first = failed(ways)
    refusals: list[tuple[Caller, type[Exception]]] = [
        (town.caller(), NotFound),
        (town.caller("technician"), Forbidden),
    ]
    for by, refusal in refusals:
        with pytest.raises(refusal):
            resend(by=by, at=AT, message_id=first.pk)
    in_app = Message.objects.get(channel="in_app")
    for message in (in_app.pk, 0):
        with pytest.raises((UnableToResend, NotFound)):
            resend(by=town.caller("keeper"), at=AT, message_id=message)


def test_a_code_is_never_sent_again(town: Town, ways: Ways) -> None:
    say(code(town))
    first = failed(ways)
    with pytest.raises(UnableToResend):
        resend(by=town.caller("keeper"), at=AT, message_id=first.pk)


def test_what_nobody_knows_about_is_shown_and_may_be_sent_again_by_hand(town: Town) -> None:
    sms = Provider("sms", remembers=False, lost_answers=1)
    with played(sms):
        say(notice(town))
        courier.run_once(AT)
        first = Message.objects.get(channel="sms")
        assert (first.state, first.problem) == ("failed", "unclear")
        assert told("announcement:1").state == "ringing"
        resend(by=town.caller("keeper"), at=AT + HOUR, message_id=first.pk)
        courier.run_once(AT + HOUR)
    assert len(sms.arrived) == 2, "a person decided that it is better heard twice than never"


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_send_it_once(ways: Ways) -> None:
    from huiyin.estate.tests.cast import make_town

    town = make_town()
    say(notice(town))
    first = failed(ways)
    both = threading.Barrier(2)
    done: list[str] = []

    def press() -> None:
        both.wait()
        try:
            resend(by=town.caller("keeper"), at=AT, message_id=first.pk)
            done.append("sent")
        except UnableToResend:
            done.append("refused")
        finally:
            connection.close()

    people = [threading.Thread(target=press) for _ in range(2)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(done) == ["refused", "sent"]
    courier.run_once(AT)
    assert len(ways["sms"].arrived) == 1

"""The exchange's own signature on what it tells (REC-01), as Standard Webhooks has it."""

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from standardwebhooks.webhooks import Webhook

from huiyin.desk.actions import make_key
from huiyin.desk.models import Call, Delivery, Exchange
from huiyin.doors.api.tests.cast import STRANGER, Site, make_site
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT
from huiyin.trail.models import Entry

KNOWN = "13812345678"
pytestmark = pytest.mark.django_db


@dataclass
class Signer:
    """A telephone exchange that knows its secret."""

    secret: str
    http: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def tell(self, event: str, *, webhook_id: str = "m1", **given: Any) -> Any:
        """Tell of an event at nine o'clock, signed then; whatever is named may be wrong."""
        at: datetime = given.pop("at", AT)
        signed_at: datetime = given.pop("signed_at", at)
        call = {
            "community": "YG",
            "call_id": "c1",
            "event": event,
            "at": at.isoformat(),
            "number": KNOWN,
            **given,
        }
        body = json.dumps(call)
        return self.send(body, webhook_id=webhook_id, signed_at=signed_at, at=at)

    def send(
        self, body: str, *, webhook_id: str, signed_at: datetime, at: datetime, said: str = ""
    ) -> Any:
        """Send a body under its signature, or what is ``said`` under the signature of another."""
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(signed_at.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(webhook_id, signed_at, body),
            "X-Huiyin-Now": at.isoformat(),
        }
        return self.http.post(
            "/api/v1/calls", said or body, content_type="application/json", headers=headers
        )


@pytest.fixture
def exchange(site: Site) -> Signer:
    """Give YG's exchange a key."""
    return Signer(make_key(by=site.cast.caller("manager"), at=AT, community="YG"))


@pytest.mark.rule("REC-01")
def test_a_signed_message_needs_no_token(exchange: Signer) -> None:
    told = exchange.tell("ringing", extension="8001")
    assert told.status_code == 200, told.content
    assert json.loads(told.content)["extension"] == "8001"
    assert Call.objects.get().number == KNOWN


def test_the_secret_is_kept_nowhere(exchange: Signer) -> None:
    row = Exchange.objects.values().get()
    assert all(exchange.secret.removeprefix("whsec_") not in str(value) for value in row.values())


def test_another_signature_or_body_or_moment_is_refused(site: Site, exchange: Signer) -> None:
    stranger = Signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert stranger.tell("ringing").status_code == 401
    body = json.dumps({"community": "YG", "call_id": "c1", "event": "ringing", "at": str(AT)})
    forged = exchange.send(
        body, webhook_id="m2", signed_at=AT, at=AT, said=body.replace("c1", "c2")
    )
    assert forged.status_code == 401
    for apart in (timedelta(minutes=6), timedelta(minutes=-6)):
        assert exchange.tell("ringing", signed_at=AT + apart).status_code == 401
    assert exchange.tell("ringing", community="CH").status_code == 401  # has no key
    assert exchange.tell("ringing", community="NOWHERE").status_code == 401
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "v1,x"},
        {"webhook-signature": "v1,签", "webhook-id": "m", "webhook-timestamp": "1773622800"},
        {"webhook-signature": "v1,x", "webhook-id": "m", "webhook-timestamp": "9" * 400},
        {"webhook-signature": "", "webhook-id": "m" * 500, "webhook-timestamp": "-1"},
    ],
)
def test_broken_headers_are_no_fault(exchange: Signer, headers: dict[str, str]) -> None:
    body = json.dumps({"community": "YG", "call_id": "c1", "event": "ringing", "at": str(AT)})
    told = exchange.http.post(
        "/api/v1/calls", body, content_type="application/json", headers=headers
    )
    assert told.status_code == 401
    assert told["Content-Type"] == "application/problem+json"
    assert told["WWW-Authenticate"] == "Webhook-Signature"


@pytest.mark.rule("REC-01")
def test_the_same_message_gets_the_same_answer(exchange: Signer) -> None:
    first = exchange.tell("ringing")
    exchange.tell("answered", webhook_id="m2", at=AT + timedelta(seconds=9))
    again = exchange.tell("ringing")  # as if the answer had been lost on the way
    assert again.content == first.content
    other = exchange.tell("abandoned")  # under the id of the first
    assert other.status_code == 409
    assert Call.objects.get().abandoned_at is None


def test_a_new_key_leaves_the_former_one_a_day(site: Site, exchange: Signer) -> None:
    boss = site.cast.caller("manager")
    new = Signer(make_key(by=boss, at=AT, community="YG"))
    assert new.tell("ringing").status_code == 200
    assert exchange.tell("answered", webhook_id="m2").status_code == 200
    later = AT + timedelta(days=1)
    assert exchange.tell("ended", webhook_id="m3", at=later).status_code == 401
    newest = Signer(make_key(by=boss, at=AT, community="YG", keep_former=False))
    assert new.tell("ended", webhook_id="m4").status_code == 401
    assert newest.tell("ended", webhook_id="m4").status_code == 200


def test_the_key_is_the_manager_s_business(site: Site) -> None:
    with pytest.raises(Forbidden):
        make_key(by=site.cast.caller("receptionist"), at=AT, community="YG")
    with pytest.raises(NotFound):
        make_key(by=site.cast.caller(STRANGER), at=AT, community="YG")


def test_an_exchange_gone_mad_is_slowed(exchange: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiyin.desk.actions.exchange.MOST_A_MINUTE", 3)
    told = [exchange.tell("ringing", webhook_id=f"m{n}").status_code for n in range(4)]
    assert told == [200, 200, 200, 429]
    later = AT + timedelta(minutes=1, seconds=1)
    assert exchange.tell("ringing", webhook_id="m9", at=later).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("REC-01")
def test_two_hundred_identical_messages_from_eight_threads_make_one_call() -> None:
    site = make_site()
    secret = make_key(by=site.cast.caller("manager"), at=AT, community="YG")
    told: list[tuple[int, bytes]] = []

    def send() -> None:
        signer = Signer(secret)
        try:
            for _ in range(25):
                response = signer.tell("abandoned")
                told.append((response.status_code, response.content))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 200
    assert len(set(told)) == 1 and told[0][0] == 200, set(told)
    assert Call.objects.count() == Delivery.objects.count() == Matter.objects.count() == 1


@pytest.mark.rule("HR-01")
def test_numbers_stand_in_full_for_posts_that_may_read_them_and_it_is_recorded(
    site: Site, exchange: Signer
) -> None:
    assert exchange.tell("ringing").json()["number"] == KNOWN
    reads = Entry.objects.filter(action="personal.read", subject="calls:YG")
    watching = site.api("quality")
    assert watching.get("/calls", community="YG").body["items"][0]["number"] == "138****5678"
    ended = {"community": "YG", "call_id": "c1", "event": "ended", "at": AT.isoformat()}
    assert watching.post("/calls", ended).body["number"] == "138****5678"
    assert not reads.exists()
    desk = site.api("receptionist")
    assert desk.get("/calls", community="YG").body["items"][0]["number"] == KNOWN
    assert reads.count() == 1

"""Telling owners things through the hours of a day: what rings, when, where and how often."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from huiyin.estate.models import Person, Phone
from huiyin.estate.tests.cast import AT, Town
from huiyin.kernel.caller import SYSTEM
from huiyin.notices import courier, queries
from huiyin.notices.actions import (
    mark_told_read,
    report_delivery,
    set_address,
    set_language,
    set_preference,
    tell,
    withdraw_tellings,
)
from huiyin.notices.models import Message, Telling
from huiyin.notices.routing import route
from huiyin.notices.tests.providers import Provider, played, refused
from huiyin.notices.tests.telling import (
    DAY,
    HOUR,
    MINUTE,
    MORNING,
    NIGHT,
    code,
    news,
    notice,
    outside,
    pass_time,
    say,
    told,
    with_email,
)
from huiyin.notices.wording import BadValues

Ways = dict[str, Provider]


# -- once, in the app and outside


@pytest.mark.rule("NOT-04")
def test_an_owner_is_told_in_the_app_and_by_sms_once(town: Town, ways: Ways) -> None:
    for _again in range(3):
        say(notice(town))
        courier.run_once(AT)
    (sms,) = ways["sms"].arrived
    assert sms.to == "13812345678"
    assert sms.text.startswith("【YG花园】")
    assert "外墙清洗" in sms.text
    (row,) = queries.told(person_ids=[town.owner.pk]).items
    assert (row.subject, row.category, row.read_at) == ("外墙清洗", "notice", None)


def test_what_is_undone_is_never_told(town: Town, ways: Ways) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(tellings=[notice(town)], at=AT)
        raise ZeroDivisionError
    courier.run_once(AT)
    assert not ways["sms"].arrived
    assert not Telling.objects.exists()


def test_telling_is_one_statement(town: Town, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        tell(tellings=[notice(town, f"announcement:{n}") for n in range(50)], at=AT)


def test_routing_costs_as_many_statements_for_many_as_for_one(town: Town, ways: Ways) -> None:
    """One row more must not ask the database once more: ten thousand are told at once."""

    def statements(first: int, last: int) -> int:
        people = [
            Person.objects.create(community=town.community, name=f"业主{number}")
            for number in range(first, last)
        ]
        say(*(notice(town, f"announcement:{first}", person_id=one.pk) for one in people))
        with CaptureQueriesContext(connection) as asked:
            route(at=AT)
        return len(asked)

    assert statements(0, 1) == statements(1, 40)


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": {}},
        {"template": "notice.unknown"},
        {"category": "gossip"},
        {"purpose": "x" * 81},
        {"category": "code"},
    ],
)
def test_a_telling_that_could_not_be_said_is_a_fault(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadValues):
        tell(tellings=[notice(town, **{"purpose": "announcement:1", **wrong})], at=AT)


def test_values_that_are_not_said_are_not_kept_and_long_ones_are_cut(town: Town) -> None:
    say(notice(town, values={"title": "长" * 60, "secret": "身份证号"}))
    assert told("announcement:1").values == {"title": "长" * 39 + "…"}


def test_two_of_one_number_get_one_message(town: Town, ways: Ways) -> None:
    Phone.objects.filter(person=town.tenant).update(number="13812345678")
    say(notice(town), notice(town, person_id=town.tenant.pk))
    courier.run_once(AT)
    assert len(ways["sms"].arrived) == 1
    notes = set(Telling.objects.values_list("note", flat=True))
    assert notes == {"", "same_number"}
    assert queries.unread_told(person_ids=[town.tenant.pk]) == 1


# -- languages and wishes


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "新公告"), ("zh-hant", "業主頁面"), ("en", "announcement")]
)
def test_everybody_is_told_in_their_language(
    town: Town, ways: Ways, language: str, words: str
) -> None:
    set_language(by=SYSTEM, at=AT, person_ids=[town.owner.pk], language=language)
    say(notice(town))
    courier.run_once(AT)
    assert words in ways["sms"].arrived[0].text


@pytest.mark.rule("NOT-04")
def test_the_chosen_channel_comes_first_and_none_means_the_app_alone(
    town: Town, ways: Ways
) -> None:
    with_email(town.owner)
    mine = {"by": SYSTEM, "at": AT, "person_ids": [town.owner.pk]}
    set_preference(**mine, category="notice", channels=("email",))  # type: ignore[arg-type]
    set_preference(**mine, category="greeting", channels=())  # type: ignore[arg-type]
    say(notice(town))
    wish = {"template": "greeting.birthday", "values": {"name": "王丽"}}
    say(notice(town, "birthday:1", category="greeting", **wish))
    courier.run_once(AT)
    assert outside() == [("email", "sent", "")]
    assert told("birthday:1").note == "by_choice"
    assert queries.unread_told(person_ids=[town.owner.pk]) == 2


@pytest.mark.rule("NOT-04")
def test_nothing_goes_to_an_address_nobody_has_proved(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    mine = {"by": SYSTEM, "at": AT, "person_ids": [town.owner.pk]}
    set_preference(**mine, category="notice", channels=("email",))  # type: ignore[arg-type]
    set_address(**mine, channel="email", value="typo@example.org", verified_at=None)  # type: ignore[arg-type]
    say(notice(town))
    courier.run_once(AT)
    assert outside() == [("sms", "sent", "")]


def test_an_emergency_rings_even_at_those_who_chose_nothing(town: Town, ways: Ways) -> None:
    set_preference(by=SYSTEM, at=AT, person_ids=[town.owner.pk], category="notice", channels=())
    say(notice(town, urgent=True), at=NIGHT)
    courier.run_once(NIGHT)
    assert len(ways["sms"].arrived) == 1


def test_who_wants_no_short_messages_sent_at_all_keeps_it_in_the_app(
    town: Town, ways: Ways
) -> None:
    say(notice(town, channels=("in_app",)))
    courier.run_once(AT)
    assert not outside()
    assert told("announcement:1").state == "told"


@pytest.mark.parametrize("state", ["wrong", "out_of_service"])
def test_a_number_known_dead_is_not_tried(town: Town, ways: Ways, state: str) -> None:
    Phone.objects.filter(person=town.owner, rank=0).update(state=state)
    say(notice(town))
    courier.run_once(AT)
    assert not ways["sms"].tried
    assert (told("announcement:1").state, told("announcement:1").note) == ("told", "no_way")
    Phone.objects.create(person=town.owner, number="13900002222", rank=5)
    say(notice(town, "announcement:2"))
    courier.run_once(AT)
    assert [one.to for one in ways["sms"].arrived] == ["13900002222"]


def test_what_is_for_one_number_goes_there_and_nowhere_else(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    mine = {"by": SYSTEM, "at": AT, "person_ids": [town.owner.pk]}
    set_preference(**mine, category="notice", channels=("email",))  # type: ignore[arg-type]
    say(notice(town, address="13700001111"))
    courier.run_once(AT)
    assert [one.to for one in ways["sms"].arrived] == ["13700001111"]
    assert not ways["email"].arrived


# -- quiet hours


@pytest.mark.rule("NOT-04")
def test_nothing_rings_at_night_but_emergencies(town: Town, ways: Ways) -> None:
    say(notice(town), notice(town, "announcement:2", urgent=True), at=NIGHT)
    pass_time(NIGHT, MORNING - MINUTE)
    assert [one.reference for one in ways["sms"].arrived] == [
        str(Message.objects.get(purpose="announcement:2", channel="sms").reference)
    ]
    assert (told("announcement:1").state, told("announcement:1").note) == ("held", "quiet_hours")
    assert queries.unread_told(person_ids=[town.owner.pk]) == 2, "the app makes no noise"
    courier.run_once(MORNING)
    assert len(ways["sms"].arrived) == 2


def test_what_expires_in_the_night_does_not_ring_in_the_morning(town: Town, ways: Ways) -> None:
    say(notice(town, expires_at=MORNING - HOUR), at=NIGHT)
    pass_time(NIGHT, MORNING)
    assert not ways["sms"].arrived
    assert (told("announcement:1").state, told("announcement:1").note) == ("told", "expired")


def test_what_is_late_already_is_not_said_at_all(town: Town, ways: Ways) -> None:
    say(notice(town, expires_at=AT))
    courier.run_once(AT)
    assert not Message.objects.exists()
    assert told("announcement:1").state == "dropped"


# -- bundles


@pytest.mark.rule("NOT-04")
def test_news_about_matters_within_five_minutes_are_one_message(town: Town, ways: Ways) -> None:
    say(news(town, "YG-1:received"))
    courier.run_once(AT)
    assert not ways["sms"].arrived
    say(news(town, "YG-2:received"), at=AT + 4 * MINUTE)
    courier.run_once(AT + 4 * MINUTE)
    courier.run_once(AT + 5 * MINUTE)
    (sms,) = ways["sms"].arrived
    assert "2条新进展(YG-1、YG-2)" in sms.text
    assert queries.unread_told(person_ids=[town.owner.pk]) == 2
    pass_time(AT + 5 * MINUTE, AT + HOUR)
    assert len(ways["sms"].arrived) == 1
    assert {one.note for one in Telling.objects.all()} == {"", "bundled"}
    report(ways, AT + HOUR)
    assert set(Telling.objects.values_list("state", flat=True)) == {"told"}


def test_news_that_no_courier_came_for_are_one_message_as_well(town: Town, ways: Ways) -> None:
    for n in range(3):
        say(news(town, f"YG-{n}:received"), at=AT + n * MINUTE)
    courier.run_once(AT + HOUR)
    (sms,) = ways["sms"].arrived
    assert "3条新进展" in sms.text
    assert queries.unread_told(person_ids=[town.owner.pk]) == 3


def test_an_urgent_one_waits_for_no_bundle(town: Town, ways: Ways) -> None:
    say(news(town), news(town, "YG-2:received", urgent=True))
    courier.run_once(AT)
    assert len(ways["sms"].arrived) == 1
    assert "YG-2" in ways["sms"].arrived[0].text


def test_a_night_of_news_is_one_message_in_the_morning(town: Town, ways: Ways) -> None:
    for n in range(4):
        say(news(town, f"YG-{n}:received"), at=NIGHT + n * HOUR)
    pass_time(NIGHT, MORNING)
    assert len(ways["sms"].arrived) == 1
    assert "4条新进展" in ways["sms"].arrived[0].text


def test_a_bundle_goes_down_the_ladder_whole(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    ways["sms"].faults = [refused(permanent=True)]
    say(news(town, "YG-1:received"), news(town, "YG-2:received"))
    pass_time(AT, AT + 6 * MINUTE, MINUTE)
    assert outside() == [("sms", "failed", "refused"), ("email", "sent", "")]
    (mail,) = ways["email"].arrived
    assert "YG-1" in mail.text
    assert "YG-2" in mail.text
    assert set(Telling.objects.values_list("state", flat=True)) == {"told"}


def test_what_goes_out_with_a_withdrawn_one_goes_on_without_it(town: Town, ways: Ways) -> None:
    ways["sms"].faults = [refused(permanent=False)] * 2
    say(news(town, "YG-1:received"), news(town, "YG-2:received"))
    courier.run_once(AT)
    courier.run_once(AT + 5 * MINUTE)
    assert outside() == [("sms", "queued", "refused")]
    assert withdraw_tellings(at=AT + 5 * MINUTE, about="YG-1") == 1
    ways["sms"].faults.clear()
    pass_time(AT + 6 * MINUTE, AT + 20 * MINUTE, MINUTE)
    (sms,) = ways["sms"].arrived
    assert "YG-2" in sms.text
    assert "YG-1" not in sms.text


# -- caps


@pytest.mark.rule("NOT-04")
def test_a_number_is_not_rung_more_often_than_the_standard_says(town: Town, ways: Ways) -> None:
    for n in range(8):
        say(notice(town, f"announcement:{n}"), at=AT + n * MINUTE)
        courier.run_once(AT + n * MINUTE)
    assert len(ways["sms"].arrived) == 6
    waiting = told("announcement:6")
    assert (waiting.state, waiting.note) == ("held", "hourly_cap")
    assert waiting.due_at == AT + HOUR
    say(notice(town, "announcement:9", urgent=True), at=AT + 9 * MINUTE)
    courier.run_once(AT + 9 * MINUTE)
    assert len(ways["sms"].arrived) == 7, "an emergency knows no cap"
    pass_time(AT + 10 * MINUTE, AT + 2 * HOUR)
    assert len(ways["sms"].arrived) == 9


def test_over_the_cap_of_the_day_it_rings_the_next_morning(town: Town, ways: Ways) -> None:
    for n in range(16):
        say(notice(town, f"announcement:{n}"), at=AT + n * 30 * MINUTE)
        courier.run_once(AT + n * 30 * MINUTE)
    assert len(ways["sms"].arrived) == 15
    assert (told("announcement:15").note, told("announcement:15").due_at) == ("daily_cap", MORNING)
    say(notice(town, "announcement:16", expires_at=NIGHT), at=AT + 9 * HOUR)
    courier.run_once(AT + 9 * HOUR)
    assert (told("announcement:16").state, told("announcement:16").note) == ("told", "daily_cap")
    courier.run_once(MORNING)
    assert len(ways["sms"].arrived) == 16


# -- failing, and the next channel


@pytest.mark.rule("NOT-04")
def test_a_certain_failure_goes_to_the_next_channel(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    ways["sms"].faults = [refused(permanent=True)]
    say(notice(town))
    courier.run_once(AT)
    courier.run_once(AT)
    assert outside() == [("sms", "failed", "refused"), ("email", "sent", "")]
    assert told("announcement:1").state == "told"
    pass_time(AT, AT + 3 * DAY, 6 * HOUR)
    assert len(ways["sms"].tried) == 1, "never the same channel twice"
    assert len(ways["email"].arrived) == 1


@pytest.mark.rule("NOT-01")
def test_without_another_channel_the_failure_stands_there(town: Town, ways: Ways) -> None:
    ways["sms"].faults = [refused(permanent=True)]
    say(notice(town))
    pass_time(AT, AT + 3 * DAY, 6 * HOUR)
    assert (told("announcement:1").state, told("announcement:1").note) == ("failed", "all_failed")
    assert outside() == [("sms", "failed", "refused")]


def test_what_is_refused_for_now_is_tried_again_with_longer_waits(town: Town, ways: Ways) -> None:
    ways["sms"].faults = [refused(permanent=False) for _ in range(3)]
    say(notice(town))
    waits = []
    at = AT
    while not ways["sms"].arrived:
        courier.run_once(at)
        due = Message.objects.get(channel="sms").next_try_at
        if due is not None:
            waits.append(due - at)
            at = due
    assert len(waits) == 3
    for n, wait in enumerate(waits):
        assert timedelta(seconds=22.5) * 2**n <= wait <= timedelta(seconds=30) * 2**n


def test_most_tries_and_then_it_failed(town: Town, ways: Ways) -> None:
    ways["sms"].faults = [refused(permanent=False) for _ in range(50)]
    say(notice(town))
    pass_time(AT, AT + 2 * HOUR, MINUTE)
    assert len(ways["sms"].tried) == 6
    assert outside() == [("sms", "failed", "refused")]
    assert len({one.reference for one in ways["sms"].tried}) == 1


@pytest.mark.rule("NOT-04")
def test_not_delivered_and_not_read_within_a_day_it_goes_to_the_next(
    town: Town, ways: Ways
) -> None:
    with_email(town.owner)
    say(notice(town), notice(town, "announcement:2"))
    courier.run_once(AT)
    second = Message.objects.get(purpose="announcement:2", channel="in_app")
    mark_told_read(at=AT + HOUR, person_ids=[town.owner.pk], message_ids=[second.pk])
    pass_time(AT, AT + DAY - MINUTE, HOUR)
    assert not ways["email"].arrived
    pass_time(AT + DAY, AT + 3 * DAY, HOUR)
    assert [one.subject for one in ways["email"].arrived] == ["外墙清洗"]
    assert outside("announcement:1") == [("sms", "sent", ""), ("email", "sent", "")]
    assert outside("announcement:2") == [("sms", "sent", "")]


def test_a_greeting_that_fails_is_not_sent_on(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    ways["sms"].faults = [refused(permanent=True)]
    wish = {"template": "greeting.birthday", "values": {"name": "王丽"}}
    say(notice(town, "birthday:1", category="greeting", **wish))
    pass_time(AT, AT + 2 * DAY, HOUR)
    assert outside() == [("sms", "failed", "refused")]


def test_words_like_debt_collection_never_go_by_sms(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    say(notice(town, values={"title": "欠费催缴通知"}))
    courier.run_once(AT)
    assert outside() == [("email", "sent", "")]


def test_a_channel_that_is_gone_fails_and_the_next_one_rings(town: Town) -> None:
    with_email(town.owner)
    with played(Provider("sms")):
        say(notice(town))
        from huiyin.notices.routing import route

        route(at=AT)
    mail = Provider("email")
    with played(mail):
        courier.run_once(AT)
        courier.run_once(AT)
    assert outside() == [("sms", "failed", "no_channel"), ("email", "sent", "")]


# -- reports


def report(ways: Ways, at: Any, *, delivered: bool = True, which: int = -1, **given: Any) -> None:
    """Let the provider of short messages report on what it took."""
    reference = ways["sms"].arrived[which].reference
    told_us = {"reference": reference, "provider_id": f"p-{reference}", "problem": "", **given}
    report_delivery(provider="sms", delivered=delivered, at=at, **told_us)
    courier.run_once(at)


@pytest.mark.rule("NOT-01")
def test_a_report_of_delivery_counts_once_by_either_id(town: Town, ways: Ways) -> None:
    say(notice(town))
    courier.run_once(AT)
    told_again: tuple[dict[str, Any], ...] = ({}, {"reference": ""}, {"provider_id": ""}, {})
    for given in told_again:
        report(ways, AT + MINUTE, **given)
    message = Message.objects.get(channel="sms")
    assert (message.state, message.delivered_at) == ("delivered", AT + MINUTE)
    assert told("announcement:1").state == "told"
    report(ways, AT + HOUR, delivered=False, problem="too late")
    message.refresh_from_db()
    assert message.state == "delivered"


def test_a_report_of_failure_goes_to_the_next_channel_once(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    say(notice(town))
    courier.run_once(AT)
    for minutes in range(1, 4):
        report(ways, AT + minutes * MINUTE, delivered=False, problem="空号")
    assert outside() == [("sms", "failed", "空号"), ("email", "sent", "")]
    report(ways, AT + HOUR)
    assert outside()[0] == ("sms", "delivered", ""), "it arrived after all"


def test_a_report_may_be_faster_than_the_answer(town: Town, ways: Ways) -> None:
    def at_once(parcel: Any) -> None:
        report_delivery(
            provider="sms",
            reference="",
            provider_id=f"p-{parcel.reference}",
            delivered=True,
            problem="",
            at=AT,
        )

    ways["sms"].meanwhile = at_once
    say(notice(town))
    courier.run_once(AT)
    assert outside() == [("sms", "delivered", "")]


def test_a_report_about_nobody_we_know_changes_nothing(town: Town, ways: Ways) -> None:
    say(notice(town))
    courier.run_once(AT)
    for reference in ("", "nonsense", "00000000-0000-0000-0000-000000000000"):
        for delivered in (True, False):
            report_delivery(
                provider="sms",
                reference=reference,
                provider_id="somebody-else",
                delivered=delivered,
                problem="",
                at=AT,
            )
    assert outside() == [("sms", "sent", "")]
    assert courier.forget_reports(at=AT + 31 * DAY) == 6


# -- one-time codes


def test_a_code_goes_at_once_by_night_and_is_forgotten(town: Town, ways: Ways) -> None:
    say(code(town, at=NIGHT), at=NIGHT)
    courier.run_once(NIGHT)
    (sms,) = ways["sms"].arrived
    assert sms.to == "13700001111"
    assert "246810" in sms.text
    telling, message = told("code:1"), Message.objects.get()
    assert (telling.state, telling.values) == ("told", {})
    assert (message.state, message.text, message.subject, message.values) == ("sent", "", "", None)
    assert not queries.told(person_ids=[town.owner.pk]).items


def test_codes_are_neither_bundled_nor_capped(town: Town, ways: Ways) -> None:
    say(*(code(town, f"code:{n}") for n in range(20)))
    courier.run_once(AT)
    assert len(ways["sms"].arrived) == 20


def test_a_code_that_could_not_be_sent_in_time_is_dropped_and_forgotten(
    town: Town, ways: Ways
) -> None:
    ways["sms"].faults = [refused(permanent=False) for _ in range(50)]
    say(code(town))
    pass_time(AT, AT + 10 * MINUTE, MINUTE)
    tried = len(ways["sms"].tried)
    assert 0 < tried < 6
    telling, message = told("code:1"), Message.objects.get()
    assert (telling.state, telling.note, telling.values) == ("dropped", "expired", {})
    assert (message.state, message.text, message.values) == ("superseded", "", None)


def test_a_refused_code_is_forgotten_and_goes_nowhere_else(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    ways["sms"].faults = [refused(permanent=True)]
    say(code(town, person_id=town.owner.pk))
    pass_time(AT, AT + 10 * MINUTE, MINUTE)
    assert outside() == [("sms", "failed", "refused")]
    assert (told("code:1").state, told("code:1").values) == ("failed", {})


def test_a_code_by_mail_goes_to_the_address_that_is_being_proved(town: Town, ways: Ways) -> None:
    say(
        code(
            town,
            person_id=town.owner.pk,
            template="account.email_code",
            address="new@example.org",
        )
    )
    courier.run_once(AT)
    assert [one.to for one in ways["email"].arrived] == ["new@example.org"]


def test_a_code_overtakes_whatever_waits(town: Town, ways: Ways) -> None:
    people = [Person.objects.create(community=town.community, name=f"业主{n}") for n in range(30)]
    for n, person in enumerate(people):
        Phone.objects.create(person=person, number=f"138000000{n:02}")
    say(*(notice(town, person_id=one.pk) for one in people))
    say(code(town), at=AT + MINUTE)
    courier.run_once(AT + MINUTE)
    assert "246810" in ways["sms"].arrived[0].text


# -- taken back


def test_what_is_withdrawn_before_it_left_is_not_sent(town: Town, ways: Ways) -> None:
    say(notice(town), notice(town, "announcement:10"), at=NIGHT)
    courier.run_once(NIGHT)
    assert withdraw_tellings(at=NIGHT, purpose_prefix="announcement:10") == 1
    assert withdraw_tellings(at=NIGHT, purpose_prefix="announcement:10") == 0
    courier.run_once(MORNING)
    assert len(ways["sms"].arrived) == 1
    assert withdraw_tellings(at=MORNING, purpose_prefix="announcement:1") == 0
    assert (told("announcement:1").state, told("announcement:1").note) == ("told", "withdrawn")


def test_what_left_and_is_withdrawn_goes_down_no_further_step(town: Town, ways: Ways) -> None:
    with_email(town.owner)
    say(notice(town))
    courier.run_once(AT)
    withdraw_tellings(at=AT + HOUR, purpose_prefix="announcement:1")
    pass_time(AT + HOUR, AT + 3 * DAY, 6 * HOUR)
    assert outside() == [("sms", "sent", "")]


def test_what_is_withdrawn_while_it_is_in_hand_is_not_tried_again(town: Town, ways: Ways) -> None:
    say(notice(town))
    route(at=AT)
    one = courier.claim(at=AT, channel="sms")
    assert one is not None
    withdraw_tellings(at=AT, purpose_prefix="announcement:1")
    busy = courier.Result("queued", "busy", "sms", next_try_at=AT + MINUTE)
    courier.note(one, busy, at=AT)
    pass_time(AT, AT + DAY, HOUR)
    assert outside() == [("sms", "superseded", "withdrawn")]
    assert not ways["sms"].arrived


def test_the_first_of_a_bundle_goes_on_without_what_is_withdrawn(town: Town, ways: Ways) -> None:
    ways["sms"].faults = [refused(permanent=False)]
    say(news(town, "YG-1:received"), news(town, "YG-2:received"), news(town, "YG-3:received"))
    courier.run_once(AT + 5 * MINUTE)
    assert withdraw_tellings(at=AT + 5 * MINUTE, about="YG-2") == 1
    pass_time(AT + 6 * MINUTE, AT + 20 * MINUTE, MINUTE)
    (sms,) = ways["sms"].arrived
    assert "YG-1" in sms.text
    assert "YG-2" not in sms.text
    assert "YG-3" in sms.text
    assert told("YG-2:received").state == "dropped"


# -- what waited for a provider or a courier

EVENING = AT + 11 * HOUR + 29 * MINUTE  # one minute before the quiet hours


@pytest.mark.rule("NOT-04")
def test_what_is_tried_again_does_not_ring_in_the_quiet_hours(town: Town, ways: Ways) -> None:
    ways["sms"].faults = [refused(permanent=False)] * 3
    say(notice(town), at=EVENING)
    pass_time(EVENING, EVENING + HOUR, MINUTE)
    assert not ways["sms"].arrived
    tried = len(ways["sms"].tried)
    pass_time(NIGHT, MORNING - MINUTE, HOUR)
    assert len(ways["sms"].tried) == tried
    courier.run_once(MORNING)
    waiting = Message.objects.get(channel="sms")
    assert (waiting.state, waiting.tries) in {("sent", tried + 1), ("queued", tried + 1)}
    pass_time(MORNING, MORNING + HOUR, MINUTE)
    assert len(ways["sms"].arrived) == 1


@pytest.mark.rule("NOT-04")
@pytest.mark.parametrize(("urgent", "arrived"), [(False, 0), (True, 1)])
def test_a_courier_that_was_away_until_the_night_rings_nobody_up(
    town: Town, ways: Ways, urgent: bool, arrived: int
) -> None:
    say(notice(town, urgent=urgent), at=EVENING)
    route(at=EVENING)
    courier.run_once(NIGHT)
    assert len(ways["sms"].arrived) == arrived
    courier.run_once(MORNING)
    assert len(ways["sms"].arrived) == 1


@pytest.mark.rule("NOT-04")
def test_who_chooses_the_app_alone_while_it_waits_is_not_rung_any_more(
    town: Town, ways: Ways
) -> None:
    with_email(town.owner)
    ways["sms"].faults = [refused(permanent=False)]
    say(notice(town))
    courier.run_once(AT)
    set_preference(by=SYSTEM, at=AT, person_ids=[town.owner.pk], category="notice", channels=())
    pass_time(AT, AT + 20 * MINUTE, 5 * MINUTE)
    assert outside() == [("sms", "superseded", "by_choice")]
    assert (told("announcement:1").state, told("announcement:1").note) == ("told", "by_choice")


@pytest.mark.parametrize(("new", "arrived"), [("13900002222", ["13900002222"]), ("", [])])
def test_a_number_found_wrong_meanwhile_is_not_rung(
    town: Town, ways: Ways, new: str, arrived: list[str]
) -> None:
    ways["sms"].faults = [refused(permanent=False)] * 2
    say(notice(town))
    courier.run_once(AT)
    Phone.objects.filter(person=town.owner).update(state="wrong")
    if new:
        Phone.objects.create(person=town.owner, number=new, rank=5)
    pass_time(AT, AT + 20 * MINUTE, MINUTE)
    assert [one.to for one in ways["sms"].arrived] == arrived
    if not new:
        assert outside() == [("sms", "failed", "no_address")]

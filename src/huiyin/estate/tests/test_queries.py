"""What the desk finds, and what strangers do not."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from huiyin.estate import queries
from huiyin.estate.tests.cast import AT, TODAY, Town, caller_with, make_town
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.trail.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def elsewhere(town: Town) -> Town:
    return make_town("CH")


def found(town: Town, text: str) -> list[tuple[str, str]]:
    hits = queries.find(
        caller=town.caller("receptionist"), community_id=town.community.pk, text=text, on=TODAY
    )
    return [(hit.kind, hit.house_code) for hit in hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("3-1-1201", ("house", "3-1-1201")),
        ("3栋1单元1201室", ("house", "3-1-1201")),
        ("三栋一单元1201", ("house", "3-1-1201")),
        ("3栋1单", ("house", "3-1-1201")),
        ("3-1-12", ("house", "3-1-1201")),
        ("1202", ("house", "3-1-1202")),
        ("B1-001", ("house", "B1-001")),
        ("王", ("person", "3-1-1201")),
        ("王丽", ("person", "3-1-1201")),
        ("wl", ("person", "3-1-1201")),
        ("wangl", ("person", "3-1-1201")),
        ("ZQ", ("person", "3-1-1202")),
        ("13812345678", ("phone", "3-1-1201")),
        ("+86 138 1234 5678", ("phone", "3-1-1201")),
        ("567", ("phone", "3-1-1201")),
        ("粤B·12345", ("plate", "3-1-1201")),
        ("b12345", ("plate", "3-1-1201")),
    ],
)
@pytest.mark.rule("REC-02")
def test_the_one_box_finds(town: Town, elsewhere: Town, text: str, first: tuple[str, str]) -> None:
    assert found(town, text)[0] == first


@pytest.mark.parametrize("text", ["", "  ", "\0", "%", "_", "'; drop", "9-9-999", "没有", "56"])
def test_the_one_box_finds_nothing(town: Town, text: str) -> None:
    assert found(town, text) == []


def test_the_one_box_masks_numbers(town: Town) -> None:
    (hit,) = queries.find(
        caller=town.caller("guard"), community_id=town.community.pk, text="1381234", on=TODAY
    )
    assert hit.phone == "138****5678"
    assert "12345678" not in hit.subtitle


def test_the_one_box_asks_at_most_four_times(
    town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for text in ("3-1-1201", "13812345678", "wl", "粤B12"):
        with django_assert_max_num_queries(4):
            found(town, text)


def test_the_one_box_is_closed_to_strangers(town: Town, elsewhere: Town) -> None:
    with pytest.raises(NotFound):
        queries.find(
            caller=elsewhere.caller("manager"), community_id=town.community.pk, text="王丽"
        )


def test_communities_are_those_one_works_in(town: Town, elsewhere: Town) -> None:
    assert [one.code for one in queries.communities(caller=town.caller("guard"))] == ["YG"]
    company = caller_with(None, "company_service")
    assert [one.code for one in queries.communities(caller=company)] == ["CH", "YG"]
    with pytest.raises(NotFound):
        queries.community(caller=town.caller("guard"), code="CH")
    with pytest.raises(NotFound):
        queries.community(caller=company, code="ZZ")


def card(town: Town, *posts: str, on: date = TODAY, reveal: bool = False) -> queries.HouseCard:
    return queries.house_card(
        caller=town.caller(*posts),
        community_code="YG",
        house_code="3-1-1201",
        on=on,
        reveal=reveal,
        at=AT,
    )


@pytest.mark.rule("REC-02")
def test_the_card_shows_the_household_masked(town: Town) -> None:
    shown = card(town, "technician")
    assert [(one.name, one.role) for one in shown.people] == [("王丽", "owner")]
    assert [(one.number, one.state) for one in shown.people[0].phones] == [
        ("138****5678", "good"),
        ("075526****34", "wrong"),
    ]
    assert (shown.vehicles, shown.spaces) == (("粤B12345",), ("B1-001",))
    assert not shown.may_reveal
    assert not Entry.objects.exists()


def test_the_card_knows_who_lived_there(town: Town) -> None:
    names = [one.name for one in card(town, "keeper", on=date(2024, 12, 31)).people]
    assert names == ["王丽", "赵强"]
    assert [one.name for one in card(town, "keeper", on=date(2025, 1, 1)).people] == ["王丽"]


def test_revealing_numbers_is_recorded(town: Town) -> None:
    shown = card(town, "receptionist", reveal=True)
    assert shown.people[0].phones[0].number == "13812345678"
    entry = Entry.objects.get()
    assert (entry.action, entry.subject) == ("personal.read", f"house:{town.flat.pk}")


@pytest.mark.parametrize("post", ["technician", "guard", "maintenance_foreman", "finance"])
def test_numbers_stay_hidden_from_other_posts(town: Town, post: str) -> None:
    with pytest.raises(Forbidden):
        card(town, post, reveal=True)
    assert not Entry.objects.exists()


def test_the_card_is_not_there_for_strangers(town: Town, elsewhere: Town) -> None:
    with pytest.raises(NotFound):
        queries.house_card(
            caller=elsewhere.caller("manager"), community_code="YG", house_code="3-1-1201", on=TODAY
        )


def test_the_card_asks_six_times(
    town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        card(town, "keeper")


@pytest.mark.parametrize("spelling", ["3-1-1201", "3栋1单元1201室", "3#1-1201", "3-1-1201"])
def test_a_house_in_any_spelling(town: Town, spelling: str) -> None:
    house = queries.house_model(
        caller=town.caller("keeper"), community_id=town.community.pk, code=spelling
    )
    assert house == town.flat


@pytest.mark.parametrize("spelling", ["", "9-9-999", "x\0y", "呵呵", "1" * 500])
def test_an_unknown_house_is_refused_in_words(town: Town, spelling: str) -> None:
    with pytest.raises(NotFound) as refusal:
        queries.house_model(
            caller=town.caller("keeper"), community_id=town.community.pk, code=spelling
        )
    assert refusal.value.field == "house"


def test_houses_page_by_cursor(
    town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    seen: list[str] = []
    cursor = ""
    for _turn in range(3):
        with django_assert_max_num_queries(3):
            page = queries.houses(
                caller=town.caller("keeper"),
                community_code="YG",
                on=TODAY,
                cursor=cursor,
                limit=1,
            )
        seen += [row.code for row in page.items]
        cursor = page.next or ""
    assert seen == ["3-1-1201", "3-1-1202", "B1-001"]
    assert cursor == ""


@pytest.mark.parametrize(
    ("q", "codes"),
    [("1201", ["3-1-1201"]), ("赵强", ["3-1-1202"]), ("3栋", ["3-1-1201", "3-1-1202"])],
)
def test_houses_are_searched(town: Town, q: str, codes: list[str]) -> None:
    page = queries.houses(caller=town.caller("keeper"), community_code="YG", q=q)
    assert [row.code for row in page.items] == codes
    assert page.items[0].people_count == 1


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "é", "WyJcdTAwMDAiLDFd"])
def test_a_broken_cursor_is_refused(town: Town, cursor: str) -> None:
    with pytest.raises(BadInput):
        queries.houses(caller=town.caller("keeper"), community_code="YG", cursor=cursor)


@pytest.mark.rule("REC-02")
def test_callers_are_candidates(town: Town, elsewhere: Town) -> None:
    def codes(phone: str, **more: str) -> list[tuple[str, str, str]]:
        rows = queries.callers(
            caller=caller_with(None, "company_service"), phone=phone, on=TODAY, **more
        )
        return [(row.community, row.house_code, row.phone_state) for row in rows]

    assert codes("138-1234-5678") == [("CH", "3-1-1201", "good"), ("YG", "3-1-1201", "good")]
    assert codes("13812345678", community_code="YG") == [("YG", "3-1-1201", "good")]
    assert codes("26001234", community_code="YG") == [("YG", "3-1-1201", "wrong")]
    assert codes("1381234") == []
    assert codes("hello") == []


def test_callers_stay_within_the_walls(town: Town, elsewhere: Town) -> None:
    rows = queries.callers(caller=town.caller("receptionist"), phone="13812345678", on=TODAY)
    assert [row.community for row in rows] == ["YG"]

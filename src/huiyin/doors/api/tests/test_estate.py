"""The place through the API: communities, houses, who may be calling."""

from huiyin.doors.api.tests.cast import STRANGER, Site
from huiyin.trail.models import Entry


def test_everybody_sees_their_own_communities(site: Site) -> None:
    assert [one["code"] for one in site.api("keeper").get("/communities").body["items"]] == ["YG"]
    assert [one["code"] for one in site.api(STRANGER).get("/communities").body["items"]] == ["CH"]
    everywhere = site.api("general_manager").get("/communities").body
    assert [one["code"] for one in everywhere["items"]] == ["CH", "YG"]
    assert everywhere["next"] is None


def test_houses_are_listed_page_by_page(site: Site) -> None:
    api = site.api("keeper")
    first = api.get("/houses", community="YG", limit="2").body
    assert len(first["items"]) == 2 and first["next"]
    second = api.get("/houses", community="YG", limit="2", cursor=first["next"]).body
    codes = [one["house"] for one in first["items"] + second["items"]]
    assert len(set(codes)) == len(codes) == 4
    (found,) = api.get("/houses", community="YG", q="3栋1单元1201").body["items"]
    assert (found["house"], found["area"]) == ("3-1-1201", "98.50")


def test_a_household_shows_its_people_keeper_and_open_matters(site: Site) -> None:
    number = site.receive()
    card = site.api("receptionist").get("/houses/YG/3-1-1201").body
    assert (card["house"], card["kind"], card["area"]) == ("3-1-1201", "flat", "98.50")
    assert card["keeper"]["code"] == site.code("keeper")
    assert card["balance"] == "0.00"
    (owner,) = card["people"]
    assert (owner["name"], owner["role"]) == ("王丽", "owner")
    assert owner["phones"][0] == {"number": "13812345678", "state": "good"}
    assert [one["number"] for one in card["open_matters"]] == [number]
    assert Entry.objects.filter(action="personal.read").count() == 1


def test_posts_that_may_not_read_numbers_get_them_masked(site: Site) -> None:
    card = site.api("technician").get("/houses/YG/3-1-1201").body
    assert card["people"][0]["phones"][0]["number"] == "138****5678"
    assert not Entry.objects.filter(action="personal.read").exists()


def test_a_house_is_found_in_any_spelling_or_not_at_all(site: Site) -> None:
    api = site.api("keeper")
    assert api.get("/houses/YG/3栋1单元1201室").body["house"] == "3-1-1201"
    for path in ("/houses/YG/9-9-9999", "/houses/XX/3-1-1201", "/houses/CH/3-1-1201"):
        assert api.get(path).status == 404


def test_who_may_be_calling_is_a_list_of_candidates(site: Site) -> None:
    (found,) = site.api("receptionist").get("/callers", phone="138 1234 5678").body["items"]
    assert (found["house"], found["name"], found["role"]) == ("3-1-1201", "王丽", "owner")
    assert site.api("receptionist").get("/callers", phone="10086").body["items"] == []
    both = site.api("general_manager").get("/callers", phone="13812345678").body["items"]
    assert [one["community"] for one in both] == ["CH", "YG"]

"""What every call passes: who, how large, what kind, which parameters, whether a repeat."""

import json
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from huiyin.doors.api.gate import BODY_MOST
from huiyin.doors.api.tests.cast import STRANGER, Api, Site, Told, make_site, new_matter
from huiyin.matters.models import Matter
from huiyin.trail.models import AnsweredCall


def send(api: Api, body: bytes, path: str = "/matters", **how: Any) -> Told:
    """Send raw bytes as JSON."""
    how = {"content_type": "application/json", **how}
    response = api.http.post(
        f"/api/v1{path}", body, headers={"Authorization": f"Bearer {api.token}"}, **how
    )
    return Told(response.status_code, json.loads(response.content), dict(response.headers))


def is_problem(told: Told, status: int, *fields: str) -> bool:
    """Tell whether an answer is a whole problem with a status and errors for these fields."""
    assert told.status == status, told.body
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.body["status"] == status
    assert told.body["type"].startswith("urn:huiyin:problem:")
    assert told.body["title"] and told.body["detail"]
    assert set(told.body.get("errors", {})) == set(fields), told.body
    return True


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer wrong", "Bearer " + "x" * 300]
)
def test_nobody_gets_in_without_a_token(site: Site, header: str) -> None:
    client = Client()
    headers = {"Authorization": header} if header else {}
    for response in (
        client.get("/api/v1/matters", headers=headers),
        client.post("/api/v1/matters", b"{", content_type="text/plain", headers=headers),
    ):
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response["Content-Type"] == "application/problem+json"


def test_a_revoked_token_opens_nothing(site: Site) -> None:
    api = site.api("keeper")
    assert api.get("/communities").status == 200
    user = site.cast.employee("keeper").user
    assert user is not None
    user.tokens.update(revoked_at=user.tokens.get().created_at)
    assert is_problem(api.get("/communities"), 401)


@pytest.mark.parametrize("path", ["/nothing", "/matters/", "/matters/X/fly", "/"])
def test_an_unknown_address_is_a_problem(site: Site, path: str) -> None:
    api = site.api("keeper")
    assert is_problem(api.get(path), 404)
    assert is_problem(api.post(path, {}), 404)


def test_another_version_is_a_problem_too(site: Site) -> None:
    for path in ("/api/", "/api/v2/matters", "/api"):
        response = site.api("keeper").http.get(path)
        assert (response.status_code, response["Content-Type"]) == (
            404,
            "application/problem+json",
        )


def test_a_wrong_method_is_a_problem(site: Site) -> None:
    response = site.api("keeper").http.delete("/api/v1/matters")
    told = Told(response.status_code, json.loads(response.content), dict(response.headers))
    assert is_problem(told, 405)
    assert set(told.headers["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe\x00", b'{"text": ' + b"[" * 100_000, b"nope", b"9" * 5000],
)
def test_a_body_that_is_no_json_is_refused(site: Site, body: bytes) -> None:
    assert is_problem(send(site.api("keeper"), body), 400)


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"1", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(site: Site, body: bytes) -> None:
    assert send(site.api("keeper"), body).status == 422


def test_a_body_of_another_kind_is_refused(site: Site) -> None:
    api = site.api("keeper")
    assert is_problem(send(api, b"{}", content_type="text/plain"), 415)
    assert is_problem(send(api, b"a=1", content_type="application/x-www-form-urlencoded"), 415)


def test_a_body_of_unknown_length_is_refused(site: Site) -> None:
    api = site.api("keeper")
    told = send(api, b"{}", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert is_problem(told, 411)


def test_a_body_too_large_is_refused(site: Site) -> None:
    assert is_problem(send(site.api("keeper"), b" " * (BODY_MOST + 1)), 413)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": "灯\0"}, "text"),
        ({"text": "灯" * 4001}, "text"),
        ({"text": "   "}, "text"),
        ({"text": 5}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"kind": "party"}, "kind"),
        ({"channel": "telepathy"}, "channel"),
        ({"important": "perhaps"}, "important"),
        ({"colour": "red"}, "colour"),
        ({"house": "9-9-9999"}, "house"),
        ({"first_heard_by": "E999"}, "first_heard_by"),
        ({"photos": ["999"]}, "photos"),
        ({"photos": ["999:forged"]}, "photos"),
        ({"photos": [999]}, "photos.0"),
        ({"phone": "1\0"}, "phone"),
        ({"community": None}, "community"),
    ],
)
def test_bad_input_is_named_and_nothing_is_half_written(
    site: Site, given: dict[str, Any], field: str
) -> None:
    told = site.api("receptionist").post("/matters", new_matter(**given))
    assert is_problem(told, 422, field)
    assert not Matter.objects.exists()


def test_what_is_missing_is_named(site: Site) -> None:
    told = site.api("receptionist").post("/matters", {})
    assert is_problem(told, 422, "community", "channel", "kind", "text")


def test_problems_speak_the_language_asked_for(site: Site) -> None:
    api = site.api("receptionist")
    api.http.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    told = api.post("/matters", {})
    assert told.headers["Content-Language"] == "en"


def test_a_query_parameter_nobody_knows_is_refused(site: Site) -> None:
    api = site.api("keeper")
    assert is_problem(api.get("/matters", colour="red"), 422, "colour")
    assert is_problem(api.get("/matters", kind="party"), 422, "kind")
    assert is_problem(api.get("/matters", cursor="x"), 422, "cursor")
    assert is_problem(api.get("/matters", limit="0"), 422, "limit")
    assert is_problem(api.get("/houses"), 422, "community")


def test_another_community_is_not_there(site: Site) -> None:
    api = site.api(STRANGER)
    assert is_problem(api.post("/matters", new_matter()), 404, "community")
    assert is_problem(api.get("/matters", community="YG"), 404, "community")
    assert is_problem(api.get("/houses", community="YG"), 404, "community")
    assert is_problem(api.get("/houses/YG/3-1-1201"), 404, "community")


# -- the same call twice


def test_the_same_key_and_body_give_the_same_answer(site: Site) -> None:
    api = site.api("receptionist")
    first = api.post("/matters", new_matter(), key="k1")
    assert first.status == 201
    again = api.post("/matters", dict(reversed(new_matter().items())), key="k1")
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert Matter.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(site: Site) -> None:
    api = site.api("receptionist")
    number = api.post("/matters", new_matter(), key="k1").body["number"]
    assert is_problem(api.post("/matters", new_matter(text="别的事"), key="k1"), 409)
    assert is_problem(api.post(f"/matters/{number}/accept", key="k1"), 409)
    assert Matter.objects.count() == 1


def test_a_key_belongs_to_one_user(site: Site) -> None:
    first = site.api("receptionist").post("/matters", new_matter(), key="k1")
    other = site.api("dispatcher").post("/matters", new_matter(), key="k1")
    assert first.body["number"] != other.body["number"]


def test_a_refusal_by_state_is_the_same_answer_too(site: Site) -> None:
    api = site.api("keeper")
    number = site.receive()
    refused = api.post(f"/matters/{number}/close", key="k1")
    assert is_problem(refused, 409)
    again = api.post(f"/matters/{number}/close", key="k1")
    assert (again.status, again.body) == (409, refused.body)
    assert again.headers["Content-Type"] == "application/problem+json"


def test_a_body_to_correct_leaves_the_key_free(site: Site) -> None:
    api = site.api("receptionist")
    assert api.post("/matters", new_matter(text=""), key="k1").status == 422
    assert api.post("/matters", new_matter(house="9-9-9999"), key="k1").status == 422
    assert not AnsweredCall.objects.exists()
    assert api.post("/matters", new_matter(), key="k1").status == 201


@pytest.mark.parametrize("key", ["", "k" * 121])
def test_a_key_that_is_none_is_refused(site: Site, key: str) -> None:
    assert is_problem(site.api("receptionist").post("/matters", new_matter(), key=key), 422)


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_time_has_one_effect() -> None:
    api = make_site().api("receptionist")
    told: list[Told] = []

    def call() -> None:
        mine = Api(api.token, api.code, api.caller)
        told.append(mine.post("/matters", new_matter(), key="k1"))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status for one in told} == {201}
    assert len({one.body["number"] for one in told}) == 1
    assert Matter.objects.count() == 1

"""Asking to be verified: one answer for everybody, not too often (OWN-05)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import Cast
from huiyin.owners.models import Verification
from huiyin.owners.tests.people import OWNER

pytestmark = pytest.mark.django_db
ASKED = {"community": "YG", "house": "3-1-1201", "name": "王小丽", "note": "换了号码"}


def ask(phone: str = "13700000000", client: Client | None = None, **given: Any) -> Any:
    form = {**ASKED, "phone": phone, "key": uuid4(), **given}
    return (client or Client()).post("/my/verify/", form)


@pytest.mark.rule("OWN-05")
def test_a_number_on_the_roster_and_one_that_is_not_are_answered_alike(cast: Cast) -> None:
    known, unknown = ask(OWNER), ask()
    nonsense = ask("13700000001", house="99-9-9999", name="谁也不是")
    for answer in (known, unknown, nonsense):
        assert (answer.status_code, answer["Location"]) == (302, "/my/verify/thanks/")
    assert Verification.objects.count() == 3
    page = Client().get("/my/verify/thanks/").content.decode()
    assert "已收到" in page
    assert not re.search(r"YG-\d", page)


def test_the_same_form_twice_is_one_request(cast: Cast) -> None:
    key = uuid4()
    assert ask(key=key).status_code == ask(key=key).status_code == 302
    assert Verification.objects.count() == Matter.objects.count() == 1


def test_it_is_not_asked_too_often(cast: Cast) -> None:
    answers = [ask().status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    answers = [ask(f"1371111{number:04}").status_code for number in range(9)]
    assert answers.count(302) == 6
    assert answers[-1] == 429
    late = ask("13722222222")
    assert int(late["Retry-After"]) > 0
    assert "王小丽" in late.content.decode()  # nothing typed is lost
    assert ask("13722222222", Client(REMOTE_ADDR="10.8.8.8")).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [("community", ""), ("community", "ZZ"), ("house", ""), ("name", ""), ("phone", "0755123")],
)
def test_what_is_missing_is_said_beside_its_field(cast: Cast, field: str, value: str) -> None:
    given: dict[str, Any] = {field: value}
    answer = ask(**given)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert "换了号码" in answer.content.decode()
    assert not Verification.objects.exists()

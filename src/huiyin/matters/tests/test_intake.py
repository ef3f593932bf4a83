"""Reception: what a new matter is given, and what is refused."""

from typing import Any

import pytest

from huiyin.files.models import StoredFile
from huiyin.kernel.errors import BadInput
from huiyin.matters import queries
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_numbers_count_through_the_day_of_the_community(cast: Cast) -> None:
    assert [cast.receive(), cast.receive()] == ["YG-20260316-0001", "YG-20260316-0002"]


def test_the_same_photo_twice_hangs_there_once(cast: Cast) -> None:
    photo = StoredFile.objects.create(
        sha256="0" * 64, size=1, media_type="image/jpeg", created_at=AT
    )
    number = cast.receive(photos=(photo.pk, photo.pk))
    view = queries.matter(caller=cast.caller("receptionist"), number=number, at=AT)
    assert view.photos == (photo.pk,)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"channel": "smoke"}, "channel"),
        ({"kind": "complaint.nothing"}, "kind"),
        ({"text": "  "}, "text"),
        ({"text": "字" * 4001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"photos": tuple(range(10))}, "photos"),
        ({"first_heard_by": "E999"}, "first_heard_by"),
    ],
)
def test_what_cannot_be_taken_is_refused_naming_the_field(
    cast: Cast, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        cast.receive(**given)
    assert refused.value.field == field
    assert not Matter.objects.exists()

"""Photos from a form: never more of a file in memory than a photo may have."""

from typing import Any

import pytest
from django.core.files.uploadedfile import UploadedFile

from huiyin.doors.parts.photos import store
from huiyin.files.rules import MOST_BYTES
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import BadInput
from huiyin.matters.tests.cast import AT


class Endless(UploadedFile):  # type: ignore[type-arg]
    """A file that gives as much as it is asked for, and tells what that was."""

    asked: int | None = None

    def read(self, size: int = -1) -> Any:
        assert size >= 0, "the whole of it"
        self.asked = size
        return b"x" * size


def test_a_huge_file_is_refused_without_reading_all_of_it(db: None) -> None:
    file = Endless(name="film.jpg")
    with pytest.raises(BadInput) as refused:
        store([file], by=SYSTEM, at=AT)
    assert refused.value.field == "photos"
    assert file.asked == MOST_BYTES + 1

"""The thread that files what became final: it goes on whatever happens, and stops when told."""

import threading
from datetime import datetime

import pytest

from huiyin.doors.clock import archivist
from huiyin.flows import papers

PATIENCE = 5.0


def test_it_goes_on_after_a_failure_until_it_is_told_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop, looks = threading.Event(), []

    def look(*, at: datetime) -> int:
        looks.append(at)
        if len(looks) == 1:
            raise RuntimeError("the database is away")
        stop.set()
        return 0

    monkeypatch.setattr(papers, "keep_finals", look)
    archivist.start(stop, every=0.001)
    assert stop.wait(PATIENCE)
    assert len(looks) == 2

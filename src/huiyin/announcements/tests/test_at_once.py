"""Several people press at the same moment: everybody is told once (NOT-04)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from huiyin.announcements import actions
from huiyin.announcements.models import Announcement, Posting
from huiyin.announcements.rules import Facts
from huiyin.announcements.tests.blocks import Blocks, make_blocks
from huiyin.approvals.models import Request
from huiyin.flows import approving
from huiyin.kernel.errors import WrongState
from huiyin.matters.tests.cast import AT, make_cast
from huiyin.notices.models import Telling
from huiyin.trail.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def press(blocks: Blocks, number: str, request_id: int, post: str) -> bool:
    """Release or approve as the holder of a post; tell whether it was in time."""
    by = blocks.cast.caller(post)
    try:
        if post == "supervisor":
            approving.decide(by=by, at=AT, request_id=request_id, verdict="approved", step=0)
        else:
            actions.release(by=by, at=AT, number=number, reason="来不及")
    except WrongState:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.rule("NOT-04")
@pytest.mark.parametrize(
    "posts", [("manager", "assistant"), ("supervisor", "manager"), ("supervisor", "assistant")]
)
def test_released_and_approved_at_once_it_goes_out_once(posts: tuple[str, str]) -> None:
    blocks = make_blocks(make_cast())
    number = blocks.submitted(urgent=True, facts=Facts(area="7栋"))
    request = Request.objects.get()
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda post: press(blocks, number, request.pk, post), posts))
    assert sorted(done) == [False, True]
    assert Announcement.objects.get().state == "published"
    assert Telling.objects.count() == 6
    assert Posting.objects.count() == 4
    assert Entry.objects.filter(action="announcements.published").count() == 1

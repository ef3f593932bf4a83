"""A paper leaves the house only after somebody else has approved it (PLN-04)."""

from datetime import timedelta

import pytest

from huiyin.approvals.actions import UnableToAsk
from huiyin.approvals.models import Request
from huiyin.documents import queries
from huiyin.documents.actions import revise
from huiyin.documents.models import Paper
from huiyin.documents.tests.papers import draft
from huiyin.flows import approving, releasing
from huiyin.kernel.errors import Forbidden
from huiyin.matters.tests.cast import AT, Cast

LATER = AT + timedelta(hours=1)


def handed_in(cast: Cast, pk: int) -> int:
    """Let the receptionist hand a draft in; return the request."""
    return releasing.submit(by=cast.caller("receptionist"), at=AT, paper_id=pk)


def decide(cast: Cast, request_id: int, verdict: str, post: str = "manager") -> None:
    """Decide as the holder of a post."""
    approving.decide(
        by=cast.caller(post),
        at=LATER,
        request_id=request_id,
        verdict=verdict,  # type: ignore[arg-type]
        reason="意见",
    )


@pytest.mark.rule("PLN-04")
def test_approved_it_is_numbered_and_in_force(cast: Cast) -> None:
    pk = draft(cast)
    request_id = handed_in(cast, pk)
    with pytest.raises(Forbidden):
        decide(cast, request_id, "approved", post="receptionist")
    assert Paper.objects.get().number == ""
    decide(cast, request_id, "approved")
    paper = Paper.objects.get()
    assert (paper.state, paper.number, paper.issued_at) == ("issued", "YG-HJ-2026-0001", LATER)
    assert paper.issued_by == cast.employee("manager")
    data, _name = queries.paper_bytes(caller=cast.caller("keeper"), paper_id=pk, at=LATER)
    assert data.startswith(b"%PDF-")


def test_returned_it_goes_back_with_the_reason_and_comes_again(cast: Cast) -> None:
    pk = draft(cast)
    decide(cast, handed_in(cast, pk), "returned")
    paper = Paper.objects.get()
    assert (paper.state, paper.returned_why, paper.number) == ("returned", "意见", "")
    decide(cast, handed_in(cast, pk), "approved")
    assert Paper.objects.get().state == "issued"


def test_taken_back_its_request_ends(cast: Cast) -> None:
    pk = draft(cast)
    request_id = handed_in(cast, pk)
    with pytest.raises(UnableToAsk):
        handed_in(cast, pk)
    releasing.take_back(by=cast.caller("receptionist"), at=LATER, paper_id=pk)
    assert Request.objects.get(pk=request_id).state == "withdrawn"
    assert Paper.objects.get().state == "draft"


@pytest.mark.rule("PLN-04")
def test_a_new_version_replaces_the_old_one_only_when_approved(cast: Cast) -> None:
    pk = draft(cast)
    decide(cast, handed_in(cast, pk), "approved")
    new = revise(by=cast.caller("receptionist"), at=LATER, paper_id=pk)
    request_id = handed_in(cast, new)
    assert Paper.objects.get(pk=pk).state == "issued"
    decide(cast, request_id, "approved")
    states = dict(Paper.objects.values_list("version", "state"))
    assert states == {1: "replaced", 2: "issued"}
    assert set(Paper.objects.values_list("number", flat=True)) == {"YG-HJ-2026-0001"}

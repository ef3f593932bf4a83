"""Which chain counts and who decides: pure rules of approvals (PLN-02)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.approvals import rules
from huiyin.approvals.chains import shipped
from huiyin.approvals.rules import BadChain, Chain
from huiyin.kernel.caller import POSTS
from huiyin.staff.rules import Directory, Duty

STEPS = [["manager", "assistant"], ["company_service", "general_manager"]]
GM, SERVICE, MANAGER, ASSISTANT, SUPERVISOR, FINANCE = 1, 2, 3, 4, 5, 6
POST = {
    GM: "general_manager",
    SERVICE: "company_service",
    MANAGER: "manager",
    ASSISTANT: "assistant",
    SUPERVISOR: "supervisor",
    FINANCE: "finance",
}


def site(
    *away: int, gone: tuple[int, ...] = (), delegates: dict[int, int] | None = None
) -> Directory:
    """Build a staff of one holder a post, some of them away, some not there at all."""
    people = {
        one: Duty(one, f"E{one}", post, (post,), one not in away, (delegates or {}).get(one))
        for one, post in POST.items()
        if one not in gone
    }
    return directory(people)


def directory(people: dict[int, Duty]) -> Directory:
    """Index people by their posts."""
    by_post = {
        post: tuple(one.id for one in people.values() if post in one.posts) for post in POSTS
    }
    return Directory(people, by_post)


def names(found: rules.Standing | None) -> tuple[int, list[int]]:
    """Say where a request waits and for whom, in short."""
    assert found is not None
    return found.step, [one.person.id for one in found.deciders]


@pytest.mark.rule("PLN-02")
def test_the_holders_of_the_step_decide() -> None:
    assert names(rules.standing(STEPS, 0, SUPERVISOR, site())) == (0, [MANAGER, ASSISTANT])
    assert names(rules.standing(STEPS, 1, SUPERVISOR, site())) == (1, [SERVICE, GM])


@pytest.mark.rule("PLN-02")
def test_a_step_that_leaves_only_people_below_the_asker_is_passed_over() -> None:
    assert names(rules.standing(STEPS, 0, MANAGER, site())) == (1, [SERVICE, GM])
    assert names(rules.standing(STEPS, 0, SERVICE, site())) == (1, [GM])
    assert names(rules.standing(STEPS, 0, GM, site())) == (0, [MANAGER, ASSISTANT])
    assert names(rules.standing(STEPS, 0, ASSISTANT, site())) == (0, [MANAGER])


@pytest.mark.rule("PLN-02")
def test_a_step_without_anybody_is_passed_over_but_never_the_last() -> None:
    assert names(rules.standing(STEPS, 0, SUPERVISOR, site(gone=(MANAGER, ASSISTANT))))[0] == 1
    assert (
        rules.standing(STEPS, 0, SUPERVISOR, site(gone=(GM, SERVICE, MANAGER, ASSISTANT))) is None
    )
    assert rules.standing([["manager"]], 0, MANAGER, site()) is None
    assert rules.standing(STEPS, 2, SUPERVISOR, site()) is None


@pytest.mark.rule("PLN-02")
def test_a_delegate_decides_for_who_is_absent() -> None:
    staff = site(MANAGER, delegates={MANAGER: FINANCE})
    found = rules.standing([["manager"]], 0, SUPERVISOR, staff)
    assert names(found) == (0, [FINANCE, MANAGER])
    assert found is not None
    acting = found.decider(FINANCE)
    assert acting is not None and acting.on_behalf_of is not None
    assert acting.on_behalf_of.id == MANAGER
    own = found.decider(MANAGER)
    assert own is not None and own.on_behalf_of is None


@pytest.mark.rule("PLN-02")
def test_the_assistant_acts_for_a_manager_who_named_nobody() -> None:
    found = rules.standing([["manager"]], 0, SUPERVISOR, site(MANAGER))
    assert names(found) == (0, [ASSISTANT, MANAGER])
    assert found is not None
    acting = found.decider(ASSISTANT)
    assert acting is not None and acting.on_behalf_of is not None
    assert names(rules.standing([["manager"]], 0, SUPERVISOR, site(gone=(MANAGER,)))) == (
        0,
        [ASSISTANT],
    )
    present = rules.standing([["manager"]], 0, SUPERVISOR, site())
    assert present is not None and present.decider(ASSISTANT) is None


@pytest.mark.rule("PLN-02")
def test_whoever_the_asker_sends_does_not_decide_for_the_asker() -> None:
    staff = site(MANAGER, delegates={MANAGER: FINANCE})
    assert rules.standing([["manager"]], 0, MANAGER, staff) is None
    assert names(rules.standing(STEPS, 0, MANAGER, staff)) == (1, [SERVICE, GM])
    # and the asker is not the delegate of who should decide
    both = site(MANAGER, delegates={MANAGER: SUPERVISOR})
    assert names(rules.standing([["manager"]], 0, SUPERVISOR, both)) == (0, [MANAGER])


STAFF = st.builds(
    site,
    st.sampled_from(list(POST)),
    gone=st.lists(st.sampled_from(list(POST)), max_size=4).map(tuple),
    delegates=st.dictionaries(st.sampled_from(list(POST)), st.sampled_from(list(POST)), max_size=3),
)
CHAIN = st.lists(
    st.lists(st.sampled_from(list(POST.values())), min_size=1, max_size=3), min_size=1, max_size=4
)


@pytest.mark.rule("PLN-02")
@given(CHAIN, STAFF, st.sampled_from(list(POST)))
def test_the_asker_never_decides(steps: list[list[str]], staff: Directory, asker: int) -> None:
    found = rules.standing(steps, 0, asker, staff)
    if found is None:
        people = {one.id for step in steps for post in step for one in staff.holders(post)}
        assert people <= {asker}
        return
    assert found.deciders
    for one in found.deciders:
        assert one.person.id != asker
        assert one.on_behalf_of is None or one.on_behalf_of.id != asker
    assert len({one.person.id for one in found.deciders}) == len(found.deciders)


@given(CHAIN, STAFF, st.sampled_from(list(POST)), st.sampled_from(list(POST)))
def test_more_people_never_leave_a_request_without_anybody(
    steps: list[list[str]], staff: Directory, asker: int, added: int
) -> None:
    before = rules.standing(steps, 0, asker, staff)
    person = Duty(added, f"E{added}", POST[added], (POST[added],), True)
    after = rules.standing(steps, 0, asker, directory({**staff.people, added: person}))
    assert after is not None or before is None


def test_who_is_on_duty_comes_first() -> None:
    found = rules.deciders(["manager", "assistant"], SUPERVISOR, site(MANAGER))
    assert [one.person.id for one in found] == [ASSISTANT, MANAGER]


def test_somebody_with_two_posts_decides_in_their_own_name() -> None:
    staff = site(MANAGER, delegates={MANAGER: SERVICE})
    found = rules.deciders(["manager", "company_service"], SUPERVISOR, staff)
    mine = next(one for one in found if one.person.id == SERVICE)
    assert mine.on_behalf_of is None


AMOUNTS = st.decimals(0, 10000, places=2)


@pytest.mark.rule("PLN-02")
@given(st.lists(AMOUNTS, max_size=6), AMOUNTS)
def test_the_highest_threshold_reached_counts(thresholds: list[Decimal], amount: Decimal) -> None:
    chains = [Chain("discount", one, ((POSTS[n],),)) for n, one in enumerate(thresholds)]
    found = rules.choose(
        [*chains, Chain("penalty", Decimal(0), (("manager",),))], "discount", amount
    )
    reached = [one for one in thresholds if one <= amount]
    if not reached:
        assert found is None
    else:
        assert found is not None
        assert found.from_amount == max(reached)
        last = max(n for n, one in enumerate(thresholds) if one == max(reached))
        assert found.steps == ((POSTS[last],),)


def test_without_an_amount_the_lowest_chain_counts() -> None:
    chains = [Chain("discount", Decimal(n), (("manager",),)) for n in (0, 100)]
    found = rules.choose(chains, "discount", None)
    assert found is not None and found.from_amount == 0


@pytest.mark.parametrize(
    ("kind", "steps", "code"),
    [
        ("Bad kind", [["manager"]], "bad_kind"),
        ("discount", [], "bad_steps"),
        ("discount", [[]], "bad_steps"),
        ("discount", [["manager"]] * 10, "bad_steps"),
        ("discount", [["king"]], "unknown_post"),
    ],
)
def test_a_chain_that_cannot_be_used_is_refused(
    kind: str, steps: list[list[str]], code: str
) -> None:
    with pytest.raises(BadChain) as bad:
        rules.checked(kind, steps)
    assert bad.value.code == code


def test_the_shipped_chains_can_be_read() -> None:
    kinds = {one.kind: one for one in shipped()}
    assert kinds["incident_report"].steps == tuple(tuple(step) for step in STEPS)
    assert "penalty" in kinds
    assert rules.answers_to(replace(site().people[ASSISTANT]), site().people[GM])

"""The ready-made profiles: every clock of the written rules, with its rule and its source."""

from decimal import Decimal

import pytest

from huiyin.standards.document import Clause, Target, load_profile, profiles

RESIDENTIAL = load_profile("residential")

KINDS = (
    "complaint",
    "complaint.written",
    "complaint.attitude",
    "complaint.emergency",
    "repair",
    "repair.public",
    "home_service",
    "special_service",
    "enquiry",
    "suggestion",
    "praise",
    "help",
    "builder_defect",
    "callback",
    "correction",
)
# Code, rule and limit of every clock that runs for a kind.
CLOCKS = {
    "complaint": {
        ("assign", "CMP-01", "10m"),
        ("answer", "CMP-06", "same day"),
        ("finish", "CMP-07", "24h"),
        ("finish", "REC-03", "as promised"),
        ("keep_in_touch", "CMP-06", "every 7d until finished"),
        ("feedback", "REC-11", "same day"),
        ("visit_back", "CMP-02", "3d"),
        ("close", "STD-03", "every 7d until closed"),
    },
    "complaint.emergency": {
        ("assign", "CMP-01", "10m"),
        ("arrive", "CMP-03", "5m"),
        ("answer", "CMP-06", "same day"),
        ("finish", "CMP-07", "24h"),
        ("finish", "REC-03", "as promised"),
        ("report", "CMP-03", "3wd"),
        ("keep_in_touch", "CMP-06", "every 7d until finished"),
        ("feedback", "REC-11", "same day"),
        ("visit_back", "CMP-02", "3d"),
        ("close", "STD-03", "every 7d until closed"),
    },
    "repair": {
        ("assign", "REC-09", "10m"),
        ("answer", "REC-05", "same day"),
        ("finish", "WO-01", "same day"),
        ("finish", "REC-03", "as promised"),
        ("keep_in_touch", "STD-03", "every 7d until finished"),
        ("feedback", "REC-11", "same day"),
        ("visit_back", "WO-06", "same day"),
        ("close", "STD-03", "every 7d until closed"),
    },
    "builder_defect": {
        ("assign", "REC-09", "10m"),
        ("finish", "REC-03", "as promised"),
        ("keep_in_touch", "REC-04", "every 7d until finished"),
        ("feedback", "REC-11", "same day"),
        ("visit_back", "REC-11", "3d"),
        ("close", "STD-03", "every 7d until closed"),
    },
}


def clocks(kind: str, *, important: bool = False) -> set[tuple[str, str, str]]:
    return {
        (clause.code, clause.rule, str(clause.limit))
        for clause in RESIDENTIAL.clauses_for(kind, important)
    }


@pytest.mark.rule("STD-01")
@pytest.mark.parametrize("kind", CLOCKS)
def test_every_limit_is_data_of_the_profile(kind: str) -> None:
    assert clocks(kind) == CLOCKS[kind]


@pytest.mark.rule("CMP-04")
def test_an_important_written_complaint_has_two_working_days_instead_of_the_same_day() -> None:
    ordinary, important = (clocks("complaint.written", important=flag) for flag in (False, True))
    assert ordinary - important == {("answer", "CMP-04", "same day")}
    assert important - ordinary == {("leader_answer", "CMP-04", "2wd")}


@pytest.mark.rule("WO-01")
def test_repairs_go_to_the_maintenance_and_home_service_to_the_cleaning_foreman() -> None:
    assert RESIDENTIAL.owner_posts("repair")[0] == "maintenance_foreman"
    assert RESIDENTIAL.owner_posts("home_service")[0] == "cleaning_foreman"


def test_complaints_go_to_the_keeper_and_emergencies_to_the_person_in_charge() -> None:
    for kind in ("complaint", "complaint.written", "complaint.attitude"):
        assert RESIDENTIAL.owner_posts(kind) == ("keeper", "assistant", "manager")
    assert RESIDENTIAL.owner_posts("complaint.emergency")[0] == "manager"


@pytest.mark.parametrize("name", profiles())
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_owned_and_never_without_a_running_clock(name: str, kind: str) -> None:
    standard = load_profile(name)
    assert "manager" in standard.owner_posts(kind)
    for important in (False, True):
        repeating = [
            (clause.starts, clause.repeats_until)
            for clause in standard.clauses_for(kind, important)
            if clause.repeats_until
        ]
        working = any("received" in starts for starts, _ in repeating)
        settling = any("closed" in until for _, until in repeating)
        assert working and settling


@pytest.mark.parametrize("name", profiles())
def test_every_clause_and_target_names_its_rule_and_its_source(name: str) -> None:
    standard = load_profile(name)
    items: list[Clause | Target] = [*standard.clauses, *standard.targets]
    for item in items:
        assert item.rule and item.title and item.source.endswith("。")


@pytest.mark.parametrize("name", profiles())
def test_no_clock_is_named_twice_for_one_kind(name: str) -> None:
    for kind in KINDS:
        for important in (False, True):
            pairs = [
                (clause.code, clause.rule)
                for clause in load_profile(name).clauses_for(kind, important)
            ]
            assert len(pairs) == len(set(pairs)), kind


@pytest.mark.rule("CMP-08")
def test_targets_carry_the_figures_of_the_written_rules() -> None:
    figures = {target.code: target.value for target in RESIDENTIAL.targets}
    expected = {
        "complaint_handled": "1",
        "complaint_closed": "0.96",
        "complaint_visited_back": "1",
        "repair_on_time": "1",
        "first_time_pass": "0.95",
        "service_on_time": "0.98",
        "households_asked": "20",
        "satisfied": "0.96",
        "very_satisfied": "0.75",
        "feedback_satisfied": "0.90",
        "survey_satisfied": "0.95",
        "composite_satisfied": "0.85",
        "collected": "0.99",
    }
    assert {code: figures[code] for code in expected} == {
        code: Decimal(value) for code, value in expected.items()
    }


@pytest.mark.rule("STD-02")
def test_profiles_differ_where_their_documents_do_and_the_default_is_the_stricter() -> None:
    friendship, office, group = (load_profile(name) for name in profiles()[1:])
    satisfied = [load_profile(name).target("satisfied") for name in profiles()]
    assert [target.value for target in satisfied if target] == [
        Decimal(value) for value in ("0.96", "0.95", "0.95", "0.95")
    ]
    feedback = friendship.clause("general.feedback")
    assert feedback is not None and str(feedback.limit) == "2h"
    assert office.day_rules.late_after < RESIDENTIAL.day_rules.late_after
    assert office.owner_posts("complaint")[0] == "supervisor"
    assign = group.clause("complaint.assign")
    assert assign is not None and "dispatcher" in assign.ladder[0].to

"""Reading a standards document: what it may say, how it extends another, where it is broken."""

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

import pytest

from huiyin.kernel.limits import Days, Elapsed, Every, SameDay
from huiyin.standards.document import (
    Clause,
    FieldRules,
    Rung,
    Standard,
    load_profile,
    parse,
    profiles,
)
from huiyin.standards.reading import LIMIT_REASONS, SENTENCES, BrokenStandard, find_lines
from huiyin.standards.words import matches
from huiyin.standards.writing import write

SMALL = """\
profile = "small"
title = "小标准"
ladder = [
  { at = "half", to = ["owner"] },
  { at = "due", to = ["superior", "manager"] },
]

[hours]
mon = ["09:00-12:00", "14:00-18:00"]
sat = ["22:00-06:00"]

[days]
late_after = "20:00"
late_until = "12:00"
max_pause = "30d"

[assignment]
"*" = ["keeper"]
"complaint.*" = ["supervisor", "manager"]

[[clause]]
id = "complaint.assign"
code = "assign"
rule = "CMP-01"
title = "派人"
source = "十分钟内派人。"
kinds = ["complaint", "complaint.*"]
starts = ["received"]
kept_by = ["assigned"]
limit = "10m"

[[clause]]
id = "complaint.finish"
code = "finish"
rule = "CMP-07"
title = "办结"
source = "当日办结。"
kinds = ["*"]
not_kinds = ["praise"]
important = true
starts = ["received", "reopened"]
kept_by = ["finished"]
by = ["manager"]
contact = true
pausable = true
limit = "same day"
ladder = [{ at = "5m", to = ["duty_officers"] }]

[[target]]
code = "closed"
rule = "CMP-08"
title = "办结率"
source = "九成六。"
value = 0.96
unit = "ratio"
"""


@pytest.fixture
def small() -> Standard:
    return parse(SMALL)


def test_a_document_is_read_as_written(small: Standard) -> None:
    assert (small.profile, small.title) == ("small", "小标准")
    assert small.week[0] == ((time(9), time(12)), (time(14), time(18)))
    assert small.week[5] == ((time(22), time(6)),)
    assert small.week[6] == ()
    assert small.make_up_hours == small.week[0]
    assert (small.morning, small.max_pause, small.desk.call_rings) == (time(9), Days(30), 3)
    assign = small.clauses[0]
    assert assign.limit == Elapsed(600)
    assert assign.ladder == (Rung("half", ("owner",)), Rung("due", ("superior", "manager")))
    assert (assign.contact, assign.important, assign.by) == (False, None, ())
    finish = small.clause("complaint.finish")
    assert finish is not None
    assert finish.ladder == (Rung(Elapsed(300), ("duty_officers",)),)
    assert (finish.contact, finish.important, finish.by) == (True, True, ("manager",))
    target = small.target("closed")
    assert target is not None
    assert (target.value, target.comparison) == (Decimal("0.96"), ">=")
    assert small.clause("nothing") is None
    assert small.target("nothing") is None


def test_kinds_are_matched_exactly_by_sub_kind_or_all() -> None:
    assert matches("complaint", "complaint")
    assert not matches("complaint", "complaint.written")
    assert matches("complaint.*", "complaint.written")
    assert not matches("complaint.*", "complaint")
    assert not matches("complaint.*", "complaints")
    assert matches("*", "anything")


def test_clauses_hold_for_kind_and_importance(small: Standard) -> None:
    def ids(kind: str, *, important: bool) -> list[str]:
        return [clause.id for clause in small.clauses_for(kind, important)]

    assert ids("complaint.written", important=False) == ["complaint.assign"]
    assert ids("complaint.written", important=True) == ["complaint.assign", "complaint.finish"]
    assert ids("praise", important=True) == []
    assert ids("repair", important=True) == ["complaint.finish"]


def test_the_most_specific_pattern_names_the_owner(small: Standard) -> None:
    assert small.owner_posts("complaint.written") == ("supervisor", "manager")
    assert small.owner_posts("complaint") == ("keeper",)
    assert replace(small, assignment={}).owner_posts("complaint") == ()


# --- extending ----------------------------------------------------------------------------------


def changed(base: Standard, text: str) -> Standard:
    return parse(text, base=base)


def test_an_override_changes_only_what_it_names(small: Standard) -> None:
    new = changed(small, '[[clause]]\nid = "complaint.assign"\nlimit = "5m"\n')
    assert new.clauses == (replace(small.clauses[0], limit=Elapsed(300)), small.clauses[1])
    assert replace(new, clauses=small.clauses) == small


def test_an_override_may_lift_or_set_importance(small: Standard) -> None:
    new = changed(small, '[[clause]]\nid = "complaint.finish"\nimportant = false\n')
    assert new.clauses[1].important is False


def test_hours_days_and_targets_can_be_overridden(small: Standard) -> None:
    new = changed(
        small,
        '[hours]\nmon = []\nmake_up = ["10:00-11:00"]\n'
        '[days]\nlate_after = "18:00"\nmorning = "08:30"\nmax_pause = "7d"\n'
        '[desk]\ncall_rings = 2\nshifts = ["08:00-20:00", "20:00-08:00"]\n'
        'stalled_after = "90m"\n[field]\nlate_facts = "8h"\n'
        '[assignment]\n"*" = ["receptionist"]\n'
        '[[target]]\ncode = "closed"\nvalue = "1"\n',
    )
    assert new.week[0] == ()
    assert new.week[5] == small.week[5]
    assert new.make_up_hours == ((time(10), time(11)),)
    assert (new.day_rules.late_after, new.day_rules.late_until) == (time(18), time(12))
    assert (new.morning, new.max_pause, new.desk.call_rings) == (time(8, 30), Days(7), 2)
    assert new.desk.shifts == ((time(8), time(20)), (time(20), time(8)))
    assert (new.desk.stalled_after, new.desk.nudge_every) == (
        timedelta(minutes=90),
        small.desk.nudge_every,
    )
    assert new.field == FieldRules(timedelta(hours=8), timedelta(minutes=2))
    assert parse(write(new)) == new
    assert new.owner_posts("repair") == ("receptionist",)
    assert new.targets == (replace(small.targets[0], value=Decimal(1)),)


def test_clauses_and_targets_can_be_dropped_and_added(small: Standard) -> None:
    new = changed(
        small,
        '[[clause]]\nid = "complaint.finish"\ndrop = true\n'
        '[[target]]\ncode = "closed"\ndrop = true\n'
        '[[clause]]\nid = "touch"\ncode = "keep_in_touch"\nrule = "CMP-06"\ntitle = "联系"\n'
        'source = "每周。"\nkinds = ["*"]\nstarts = ["received"]\nkept_by = ["replied"]\n'
        'limit = "every 7d until finished or closed"\n',
    )
    assert [clause.id for clause in new.clauses] == ["complaint.assign", "touch"]
    assert new.clauses[1].limit == Every(Days(7), ("finished", "closed"))
    assert new.clauses[1].repeats_until == ("finished", "closed")
    assert new.clauses[1].ladder == small.ladder
    assert new.targets == ()


def test_a_document_may_extend_a_profile() -> None:
    new = parse('extends = "residential"\nprofile = "ours"\ntitle = "我们的"\n')
    residential = load_profile("residential")
    assert replace(new, profile=residential.profile, title=residential.title) == residential


@pytest.mark.rule("STD-02")
def test_profiles_are_ready_made_and_the_default_is_first() -> None:
    assert profiles() == ("residential", "friendship", "office", "group")
    assert [load_profile(name).profile for name in profiles()] == list(profiles())
    with pytest.raises(KeyError):
        load_profile("castle")


# --- broken documents ---------------------------------------------------------------------------

ASSIGN = 'id = "complaint.assign"'
BROKEN = [
    # what is replaced, by what, line, key, problem
    ('title = "小标准"', "title = ", 2, "title", "syntax"),
    ('title = "小标准"', 'title = "a"\ntitle = "b"', 3, "title", "syntax"),
    (SMALL, "profile = [", 1, "profile", "syntax"),
    ('title = "小标准"\n', "", 1, "title", "missing_key"),
    ('title = "小标准"', 'title = "  "', 2, "title", "empty_text"),
    ('title = "小标准"', "title = 3", 2, "title", "wrong_type"),
    ('title = "小标准"', 'title = "a"\ncolour = "red"', 3, "colour", "unknown_key"),
    ('title = "小标准"', 'title = "a"\nextends = "castle"', 3, "extends", "unknown_profile"),
    ('profile = "small"', 'profile = "office"\nextends = "office"', 2, "extends",
     "unknown_profile"),
    ('  { at = "half", to = ["owner"] },', '  { at = "half", to = ["boss"] },',
     3, "ladder[1].to", "unknown_role"),
    ('  { at = "half", to = ["owner"] },', '  { at = "half", to = [] },',
     3, "ladder[1].to", "empty_text"),
    ('  { at = "half", to = ["owner"] },', '  { at = "noon", to = ["owner"] },',
     3, "ladder[1].at", "bad_rung"),
    ('  { at = "half", to = ["owner"] },', '  { at = "3d", to = ["owner"] },',
     3, "ladder[1].at", "bad_rung"),
    ('  { at = "half", to = ["owner"] },', '  { at = "half", to = ["owner"], by = "sms" },',
     3, "ladder[1].by", "unknown_key"),
    ('  { at = "half", to = ["owner"] },', '  "half",', 3, "ladder", "wrong_type"),
    ('mon = ["09:00-12:00", "14:00-18:00"]', 'mon = ["9-12"]', 9, "hours.mon", "bad_hours"),
    ('mon = ["09:00-12:00", "14:00-18:00"]', 'mon = ["14:00-18:00", "09:00-12:00"]',
     9, "hours.mon", "bad_hours"),
    ('mon = ["09:00-12:00", "14:00-18:00"]', 'mon = "09:00-12:00"', 9, "hours.mon", "wrong_type"),
    ('mon = ["09:00-12:00", "14:00-18:00"]', "mon = [9]", 9, "hours.mon", "wrong_type"),
    ('mon = ["09:00-12:00", "14:00-18:00"]\nsat = ["22:00-06:00"]', "sun = []", 8, "hours",
     "never_open"),
    ('"*" = ["keeper"]', "", 17, "assignment.*", "missing_key"),
    ("sat =", "saturday =", 10, "hours.saturday", "unknown_key"),
    ('late_after = "20:00"', 'late_after = "25:00"', 13, "days.late_after", "bad_time"),
    ('late_after = "20:00"', 'late_after = "8 pm"', 13, "days.late_after", "bad_time"),
    ('max_pause = "30d"', 'max_pause = "long"', 15, "days.max_pause", "bad_limit"),
    ('max_pause = "30d"', 'max_pause = "every 7d"', 15, "days.max_pause", "bad_limit"),
    ('max_pause = "30d"\n', "", 12, "days.max_pause", "missing_key"),
    ('max_pause = "30d"', 'max_pause = "30d"\nnoon = 1', 16, "days.noon", "unknown_key"),
    ("[assignment]", "[desk]\ncall_rings = 0\n[assignment]", 18, "desk.call_rings", "out_of_range"),
    ("[assignment]", "[desk]\ncall_rings = true\n[assignment]", 18, "desk.call_rings",
     "wrong_type"),
    ("[assignment]", "[desk]\nbells = 1\n[assignment]", 18, "desk.bells", "unknown_key"),
    ("[assignment]", "[desk]\nshifts = []\n[assignment]", 18, "desk.shifts", "bad_shifts"),
    ("[assignment]", '[desk]\nshifts = ["7-15"]\n[assignment]', 18, "desk.shifts", "bad_shifts"),
    ("[assignment]", '[desk]\nstalled_after = "2wd"\n[assignment]', 18, "desk.stalled_after",
     "bad_limit"),
    ("[assignment]", '[field]\nlate_facts = "soon"\n[assignment]', 18, "field.late_facts",
     "bad_limit"),
    ('"*" = ["keeper"]', '"*" = ["butler"]', 18, "assignment.*", "unknown_post"),
    ('"*" = ["keeper"]', '"*" = []', 18, "assignment.*", "empty_text"),
    ('"*" = ["keeper"]', '"**" = ["keeper"]', 18, "assignment.**", "bad_kind"),
    (ASSIGN, 'id = "Complaint"', 22, "clause[Complaint].id", "bad_id"),
    (ASSIGN, 'name = "x"', 21, "clause[1].id", "missing_key"),
    (ASSIGN, 'id = "complaint.finish"', 33, "clause[complaint.finish].id", "duplicate_id"),
    (ASSIGN, f"{ASSIGN}\ndrop = true", 23, "clause[complaint.assign].drop", "nothing_to_drop"),
    ('code = "assign"', 'code = "assing"', 23, "clause[complaint.assign].code", "unknown_code"),
    ('"CMP-01"', '"CMP-1"', 24, "clause[complaint.assign].rule", "bad_rule"),
    ('kinds = ["complaint", "complaint.*"]', "kinds = []", 27, "clause[complaint.assign].kinds",
     "empty_text"),
    ('kinds = ["complaint", "complaint.*"]', 'kinds = ["Complaint"]', 27,
     "clause[complaint.assign].kinds", "bad_kind"),
    ('starts = ["received"]', "starts = []", 28, "clause[complaint.assign].starts",
     "never_started"),
    ('starts = ["received"]', 'starts = ["recieved"]', 28, "clause[complaint.assign].starts",
     "unknown_event"),
    ('kept_by = ["assigned"]', "kept_by = []", 29, "clause[complaint.assign].kept_by",
     "never_kept"),
    ('limit = "10m"', 'limit = "10 minutes"', 30, "clause[complaint.assign].limit", "bad_limit"),
    ('limit = "10m"', 'limit = "every 7d"', 30, "clause[complaint.assign].limit", "endless"),
    ('limit = "10m"', 'limit = "every 7d until solved"', 30, "clause[complaint.assign].limit",
     "unknown_event"),
    ('limit = "10m"', 'limit = "as promised"', 28, "clause[complaint.assign].starts",
     "promised_only"),
    ('limit = "10m"', 'limit = "10m"\npausable = true', 31, "clause[complaint.assign].pausable",
     "cannot_pause"),
    ('limit = "10m"', 'limit = "10m"\nladder = []', 31, "clause[complaint.assign].ladder",
     "empty_ladder"),
    ('limit = "10m"', 'limit = "10m"\nlader = []', 31, "clause[complaint.assign].lader",
     "unknown_key"),
    ('by = ["manager"]', 'by = ["boss"]', 43, "clause[complaint.finish].by", "unknown_post"),
    ("important = true", 'important = "yes"', 40, "clause[complaint.finish].important",
     "wrong_type"),
    ("value = 0.96", 'value = "much"', 54, "target[closed].value", "bad_number"),
    ("value = 0.96", "value = inf", 54, "target[closed].value", "bad_number"),
    ("value = 0.96", "value = true", 54, "target[closed].value", "wrong_type"),
    ("value = 0.96", "value = [1]", 54, "target[closed].value", "wrong_type"),
    ('unit = "ratio"', 'unit = "ratio"\ncomparison = "=="', 56, "target[closed].comparison",
     "unknown_choice"),
    ('code = "closed"\n', 'code = "closed"\nnote = 1\n', 51, "target[closed].note", "unknown_key"),
    (SMALL, "clause = 3\n" + SMALL.split("[[clause]]", maxsplit=1)[0], 1, "clause", "wrong_type"),
    (SMALL, "clause = [3]\n" + SMALL.split("[[clause]]", maxsplit=1)[0], 1, "clause",
     "wrong_type"),
    (SMALL, "hours = 3\n" + SMALL.split("[hours]", maxsplit=1)[0], 1, "hours", "wrong_type"),
]  # fmt: skip


@pytest.mark.rule("STD-01")
@pytest.mark.parametrize(("old", "new", "line", "key", "problem"), BROKEN)
def test_a_broken_document_is_refused_naming_line_and_key(
    old: str, new: str, line: int, key: str, problem: str
) -> None:
    assert old in SMALL
    with pytest.raises(BrokenStandard) as caught:
        parse(SMALL.replace(old, new, 1))
    broken = caught.value
    assert (broken.line, broken.key, broken.problem) == (line, key, problem)
    assert broken.sentence("zh").startswith(f"第 {line} 行,{key}:")
    assert str(broken).startswith(f"line {line}, {key}: ")
    assert "{" not in broken.sentence("zh-hans").replace("{ ", "")


def test_every_problem_is_told_in_both_languages() -> None:
    for sentences in (*SENTENCES.values(), *LIMIT_REASONS.values()):
        assert all(sentences)
    told = {problem for *_, problem in BROKEN}
    assert told == set(SENTENCES)


def test_a_syntax_error_without_a_key_still_names_its_line() -> None:
    with pytest.raises(BrokenStandard) as caught:
        parse("\n\n???\n")
    assert (caught.value.line, caught.value.key) == (3, "")
    assert str(caught.value).startswith("line 3, -: ")


@pytest.mark.parametrize("text", ["a = " + "[" * 9999, "a = " + "9" * 9999])
def test_what_no_parser_can_hold_is_a_syntax_error(text: str) -> None:
    with pytest.raises(BrokenStandard) as caught:
        parse(text)
    assert (caught.value.line, caught.value.problem) == (1, "syntax")


def test_an_empty_document_names_its_first_missing_key() -> None:
    with pytest.raises(BrokenStandard) as caught:
        parse("")
    assert (caught.value.line, caught.value.key) == (1, "profile")


def test_a_long_text_or_list_does_not_hide_what_comes_after() -> None:
    text = (
        'a = """\n[not.a.table]\nb = 1\n"""\n'
        "c = [ # d = 1 ]\n  'x = \"[',\n]\n"
        '"quoted.key" = 1\n'
        "[e.'f g']\n"
        "h.i = '''one ''' # [x]\n"
        "[[j]]\nk = 1\n[[j]]\nk = 2\n"
    )
    assert find_lines(text) == {
        (): 1,
        ("a",): 1,
        ("c",): 5,
        ("quoted.key",): 8,
        ("e", "f g"): 9,
        ("e", "f g", "h", "i"): 10,
        ("j", 0): 11,
        ("j", 0, "k"): 12,
        ("j", 1): 13,
        ("j", 1, "k"): 14,
    }


def test_a_clause_may_hold_at_any_time_of_the_day() -> None:
    whole = parse(SMALL.replace('"22:00-06:00"', '"00:00-24:00"'))
    assert whole.week[5] == ((time(0), time(0)),)
    clause: Clause = whole.clauses[1]
    assert clause.limit == SameDay()

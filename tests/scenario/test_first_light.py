"""First light: the clocks of the residential profile, told through the API at simulated moments.

Every step is a call with ``X-Huiyin-Now``, every passing of time a tick of the sweeper, and what is
claimed is read back through the API.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from huiyin.doors.api.tests.cast import STRANGER, Site, new_matter
from huiyin.doors.clock import sweeper
from huiyin.matters.tests.cast import moment

MINUTE = timedelta(minutes=1)


def shanghai(text: str) -> str:
    """Write ``"2026-03-16 09:00"`` as the API does."""
    return f"{text.replace(' ', 'T')}:00+08:00"


def ticks(start: str, end: str, every: timedelta = MINUTE) -> None:
    """Let the sweeper look every minute from one moment up to and with another."""
    at, last = moment(start), moment(end)
    while at <= last:
        sweeper.tick(at)
        at += every


@dataclass
class Story:
    """One matter and what is done with it."""

    site: Site
    number: str

    @classmethod
    def begins(cls, site: Site, at: str, **given: Any) -> "Story":
        """Receive the matter."""
        return cls(site, site.receive(at=moment(at), **given))

    def does(self, at: str, verb: str, *, by: str = "supervisor", **words: Any) -> dict[str, Any]:
        """Use a verb; it must be allowed."""
        told = self.site.api(by).post(f"/matters/{self.number}/{verb}", words, at=moment(at))
        assert told.status == 200, told.body
        return dict(told.body)

    def is_assigned(self, at: str, to: str = "keeper") -> dict[str, Any]:
        """Assign it."""
        return self.does(at, "assign", to=self.site.code(to))

    def shown(self, at: str) -> dict[str, Any]:
        """Read it."""
        return dict(self.site.api("manager").get(f"/matters/{self.number}", at=moment(at)).body)

    def promises(self, code: str, at: str) -> list[dict[str, Any]]:
        """Return the promises with a code, oldest first."""
        return [one for one in self.shown(at)["promises"] if one["code"] == code]

    def promise(self, code: str, at: str) -> dict[str, Any]:
        """Return the only promise with a code."""
        (found,) = self.promises(code, at)
        return found

    def rungs(self, code: str, at: str) -> list[tuple[str, int, list[str]]]:
        """Return when which rung of a promise fired and whom it told."""
        return [
            (one["at"], one["rung"], [it["code"] for it in one["to"]])
            for one in self.shown(at)["events"]
            if one["kind"] == "escalated" and one["promise"] == code
        ]

    def messages(self) -> list[dict[str, Any]]:
        """Return the outgoing messages."""
        return list(self.site.api("manager").get("/messages", matter=self.number).body)


# -- somebody within ten minutes


@pytest.mark.rule("CMP-01")
def test_a_complaint_assigned_within_ten_minutes_is_a_promise_kept(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    ticks("2026-03-16 09:01", "2026-03-16 09:07")
    story.is_assigned("2026-03-16 09:08")
    ticks("2026-03-16 09:09", "2026-03-16 10:00")
    promise = story.promise("assign", "2026-03-16 10:00")
    assert promise["rule"] == "CMP-01"
    assert promise["due_at"] == shanghai("2026-03-16 09:10")
    assert (promise["state"], promise["closed_at"]) == ("kept", shanghai("2026-03-16 09:08"))
    reminder = (shanghai("2026-03-16 09:05"), 1, [site.code("keeper")])
    assert story.rungs("assign", "2026-03-16 10:00") == [reminder]


@pytest.mark.rule("CMP-01")
@pytest.mark.rule("REC-09")
@pytest.mark.rule("STD-03")
def test_a_complaint_left_alone_climbs_the_ladder_and_stays_a_failure(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:30")
    ticks("2026-03-16 09:30", "2026-03-16 10:04")
    climbed = [
        (shanghai("2026-03-16 09:35"), 1, [site.code("keeper")]),
        (shanghai("2026-03-16 09:40"), 2, [site.code("supervisor")]),
        (shanghai("2026-03-16 09:50"), 3, [site.code("manager")]),
    ]
    assert story.rungs("assign", "2026-03-16 10:04") == climbed
    story.is_assigned("2026-03-16 10:05")
    ticks("2026-03-17 08:58", "2026-03-17 09:02")
    assert story.rungs("assign", "2026-03-17 09:02") == climbed  # nothing rings after the answer
    story.does("2026-03-17 09:10", "finish", result="已处理")
    story.does("2026-03-17 09:20", "visit-back", satisfaction=5, comment="好")
    story.does("2026-03-17 09:30", "close")
    promise = story.promise("assign", "2026-04-17 09:00")
    assert (promise["state"], promise["closed_at"]) == ("broken", shanghai("2026-03-16 10:05"))


@pytest.mark.rule("REC-09")
def test_what_is_still_left_alone_next_morning_goes_to_the_company(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:30")
    ticks("2026-03-16 09:30", "2026-03-16 09:51")
    ticks("2026-03-16 10:00", "2026-03-17 08:00", timedelta(hours=1))
    ticks("2026-03-17 08:59", "2026-03-17 09:05")
    last = story.rungs("assign", "2026-03-17 09:05")[-1]
    assert last == (shanghai("2026-03-17 09:00"), 4, [site.code("company_service")])
    told = [one for one in story.messages() if ":assign:" in one["purpose"]]
    assert [one["to"] for one in told] == [
        site.code(post) for post in ("keeper", "supervisor", "manager", "company_service")
    ]
    assert {one["state"] for one in told} == {"sent"}
    story.is_assigned("2026-03-17 10:05")
    assert story.promise("assign", "2026-03-17 10:05")["state"] == "broken"


@pytest.mark.rule("CMP-01")
def test_ten_minutes_are_half_open(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    story.is_assigned("2026-03-16 09:10")
    assert story.promise("assign", "2026-03-16 09:10")["state"] == "broken"


# -- contact every week


@pytest.mark.rule("CMP-06")
def test_weekly_contact_is_kept_missed_and_caught_up(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    story.is_assigned("2026-03-16 09:05")
    story.does("2026-03-20 10:00", "progress", text="已联系厂家", via="phone")
    story.does("2026-03-25 10:00", "progress", text="内部商量")
    story.does("2026-03-26 10:00", "progress", text="没人接", via="phone", reached=False)
    story.does("2026-03-26 11:00", "note", text="再等等")
    ticks("2026-03-27 23:58", "2026-03-28 00:01")
    first, second, third = story.promises("keep_in_touch", "2026-03-28 00:01")
    assert (first["state"], first["due_at"]) == ("kept", shanghai("2026-03-24 00:00"))
    assert (second["state"], second["due_at"]) == ("broken", shanghai("2026-03-28 00:00"))
    assert second["closed_at"] is None
    assert (third["state"], third["started_at"]) == ("running", shanghai("2026-03-28 00:00"))
    story.does("2026-03-29 10:00", "progress", text="已告诉业主进展", via="phone")
    first, second, third, fourth = story.promises("keep_in_touch", "2026-03-29 10:00")
    assert (second["state"], second["closed_at"]) == ("broken", shanghai("2026-03-29 10:00"))
    assert third["state"] == "kept"
    assert (fourth["state"], fourth["due_at"]) == ("running", shanghai("2026-04-06 00:00"))


@pytest.mark.rule("REC-04")
def test_the_builder_s_defects_are_called_about_every_week(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00", kind="builder_defect")
    ticks("2026-03-23 23:59", "2026-03-24 00:01")
    missed, running = story.promises("keep_in_touch", "2026-03-24 00:01")
    assert (missed["rule"], missed["state"]) == ("REC-04", "broken")
    assert running["due_at"] == shanghai("2026-03-31 00:00")


# -- answer, finish, visit back


@pytest.mark.rule("CMP-06")
def test_an_ordinary_complaint_is_answered_the_same_day(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    assert story.promise("answer", "2026-03-16 09:00")["due_at"] == shanghai("2026-03-17 00:00")
    story.does("2026-03-16 23:59", "reply", text="明天来修", via="phone")
    assert story.promise("answer", "2026-03-17 09:00")["state"] == "kept"
    late = Story.begins(site, "2026-03-16 20:00")
    assert late.promise("answer", "2026-03-16 20:00")["due_at"] == shanghai("2026-03-17 12:00")
    sweeper.tick(moment("2026-03-17 12:00"))
    assert late.promise("answer", "2026-03-17 12:00")["state"] == "broken"


@pytest.mark.rule("CMP-02")
@pytest.mark.parametrize(
    ("visited", "verdict"),
    [
        ("2026-03-19 10:00", "kept"),
        ("2026-03-19 23:59", "kept"),
        ("2026-03-20 00:00", "broken"),
        ("2026-03-20 10:00", "broken"),
    ],
)
def test_visited_back_on_the_third_day_and_on_the_fourth(
    site: Site, visited: str, verdict: str
) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    story.is_assigned("2026-03-16 09:05")
    story.does("2026-03-16 15:00", "finish", result="已清理")
    assert story.promise("visit_back", "2026-03-16 15:00")["due_at"] == shanghai("2026-03-20 00:00")
    ticks("2026-03-17 00:00", visited, timedelta(hours=3))
    story.does(visited, "visit-back", satisfaction=4, comment="满意")
    promise = story.promise("visit_back", "2026-03-21 09:00")
    assert (promise["state"], promise["closed_at"]) == (verdict, shanghai(visited))
    shown = story.shown("2026-03-21 09:00")
    assert (shown["state"], shown["satisfaction"]) == ("visited_back", 4)


@pytest.mark.rule("CMP-08")
def test_a_complaint_is_not_closed_before_the_visit_back(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    story.is_assigned("2026-03-16 09:05")
    story.does("2026-03-16 15:00", "finish", result="已清理")
    refused = site.api("supervisor").post(
        f"/matters/{story.number}/close", at=moment("2026-03-16 16:00")
    )
    assert refused.status == 409


# -- opened again, called something else, paused


@pytest.mark.rule("STD-03")
def test_a_matter_opened_again_starts_a_new_cycle_and_spoils_the_first_pass(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    story.is_assigned("2026-03-16 09:05")
    assert story.does("2026-03-16 15:00", "finish", result="已清理")["first_time_pass"] is True
    story.does("2026-03-17 09:00", "visit-back", satisfaction=2, comment="还在")
    story.does("2026-03-17 09:30", "close")
    shown = story.does("2026-03-18 10:00", "reopen", reason="又堆上了")
    assert (shown["state"], shown["cycle"], shown["first_time_pass"]) == ("reopened", 2, False)
    first, second = story.promises("assign", "2026-03-18 10:00")
    assert (first["state"], first["cycle"]) == ("kept", 1)
    assert (second["state"], second["cycle"]) == ("running", 2)
    assert second["due_at"] == shanghai("2026-03-18 10:10")
    story.is_assigned("2026-03-18 10:05")
    shown = story.does("2026-03-18 15:00", "finish", result="这次清干净了")
    assert shown["first_time_pass"] is False


@pytest.mark.rule("REC-09")
def test_called_something_else_the_clocks_count_from_reception(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    story.is_assigned("2026-03-16 09:05")
    shown = story.does("2026-03-16 18:00", "reclassify", kind="repair", reason="其实是报修")
    assert shown["kind"] == "repair"
    finishes = {one["rule"]: one for one in story.promises("finish", "2026-03-16 18:00")}
    assert finishes["CMP-07"]["state"] == "void"
    assert finishes["WO-01"]["state"] == "running"
    assert finishes["WO-01"]["due_at"] == shanghai("2026-03-17 00:00")
    assert {one["state"] for one in story.promises("assign", "2026-03-16 18:00")} == {"kept"}


@pytest.mark.rule("STD-03")
def test_called_something_else_too_late_a_failure_stays_one(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    story.is_assigned("2026-03-16 09:05")
    story.does("2026-03-17 10:00", "reclassify", kind="repair", reason="其实是报修")
    finishes = {one["rule"]: one for one in story.promises("finish", "2026-03-17 10:00")}
    assert finishes["CMP-07"]["state"] == "broken"
    assert finishes["WO-01"]["state"] == "broken"


@pytest.mark.rule("STD-01")
def test_paused_over_a_holiday_the_due_moment_moves_by_exactly_the_pause(site: Site) -> None:
    story = Story.begins(site, "2026-04-03 10:00")  # the Friday before Qingming
    story.is_assigned("2026-04-03 10:05")
    assert story.promise("finish", "2026-04-03 10:05")["due_at"] == shanghai("2026-04-04 10:00")
    story.does("2026-04-03 12:00", "pause", reason="业主外出", until=shanghai("2026-04-07 09:00"))
    assert story.promise("finish", "2026-04-05 12:00")["state"] == "paused"
    assert story.promise("keep_in_touch", "2026-04-05 12:00")["state"] == "running"
    assert story.promise("answer", "2026-04-03 12:00")["state"] == "running"
    sweeper.tick(moment("2026-04-07 09:00"))  # it ends by itself
    promise = story.promise("finish", "2026-04-07 09:00")
    assert promise["state"] == "running"
    assert promise["paused_seconds"] == (3 * 24 + 21) * 3600
    assert promise["due_at"] == shanghai("2026-04-08 07:00")
    story.does("2026-04-08 06:59", "finish", result="已处理")
    assert story.promise("finish", "2026-04-08 07:00")["state"] == "kept"


@pytest.mark.rule("REC-03")
def test_a_promised_time_is_kept_by_a_clock(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00")
    story.is_assigned("2026-03-16 09:05")
    story.does("2026-03-16 10:00", "promise", until=shanghai("2026-03-19 18:00"), reason="要等配件")
    promised = [
        one for one in story.promises("finish", "2026-03-16 10:00") if one["rule"] == "REC-03"
    ]
    assert [one["due_at"] for one in promised] == [shanghai("2026-03-19 18:00")]


# -- in writing


@pytest.mark.rule("CMP-04")
def test_an_important_letter_before_national_day_is_due_after_it(site: Site) -> None:
    story = Story.begins(
        site,
        "2026-09-30 16:00",
        kind="complaint.written",
        channel="letter",
        important=True,
        text="物业费说明不清",
    )
    promise = story.promise("leader_answer", "2026-09-30 16:00")
    assert promise["due_at"] == shanghai("2026-10-09 18:00")  # two working days: 8 and 9 October
    assert promise["provisional"] is False
    assert story.shown("2026-09-30 16:00")["owner"]["code"] == site.code("manager")
    story.does("2026-10-08 10:00", "reply", by="keeper", text="在查", via="letter")
    assert story.promise("leader_answer", "2026-10-08 10:00")["state"] == "running"
    story.does("2026-10-09 17:59", "reply", by="manager", text="答复如下", via="letter")
    assert story.promise("leader_answer", "2026-10-10 10:00")["state"] == "kept"


@pytest.mark.rule("CMP-04")
def test_an_ordinary_letter_is_answered_the_same_day(site: Site) -> None:
    story = Story.begins(
        site, "2026-09-30 16:00", kind="complaint.written", channel="letter", text="噪音"
    )
    assert story.promise("answer", "2026-09-30 16:00")["due_at"] == shanghai("2026-10-01 00:00")
    assert story.promises("leader_answer", "2026-09-30 16:00") == []


# -- fire


CALLED = (
    "manager",
    "supervisor",
    "maintenance_foreman",
    "cleaning_foreman",
    "security_foreman",
)


@pytest.mark.rule("CMP-03")
def test_an_emergency_calls_everybody_at_once_and_gives_five_minutes(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 21:50", kind="complaint.emergency", text="3栋12楼起火")
    sweeper.tick(moment("2026-03-16 21:50"))
    at_once = [one for one in story.messages() if one["at"] == shanghai("2026-03-16 21:50")]
    assert {one["to"] for one in at_once} == {site.code(post) for post in CALLED}
    assert len(at_once) == len(CALLED)
    arrive = story.promise("arrive", "2026-03-16 21:50")
    assert arrive["due_at"] == shanghai("2026-03-16 21:55")
    assert "21:55" in arrive["explanation"]
    story.does("2026-03-16 21:54", "arrive", by="security_foreman")
    ticks("2026-03-16 21:55", "2026-03-16 22:10")
    assert story.promise("arrive", "2026-03-16 22:10")["state"] == "kept"
    assert len(story.rungs("arrive", "2026-03-16 22:10")) == 1


@pytest.mark.rule("CMP-03")
def test_nobody_on_site_after_five_minutes_is_told_upwards(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 21:50", kind="complaint.emergency", text="3栋12楼起火")
    ticks("2026-03-16 21:50", "2026-03-16 21:56")
    when, rung, told = story.rungs("arrive", "2026-03-16 21:56")[-1]
    assert (when, rung) == (shanghai("2026-03-16 21:55"), 2)
    assert set(told) == {site.code("manager"), site.code("company_service")}
    story.does("2026-03-16 21:57", "arrive", by="security_foreman")
    assert story.promise("arrive", "2026-03-16 21:57")["state"] == "broken"


@pytest.mark.rule("CMP-03")
def test_the_report_is_written_approved_and_filed_through_the_api(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 21:50", kind="complaint.emergency", text="3栋12楼起火")
    story.does("2026-03-16 21:52", "arrive", by="security_foreman")
    path, at = f"/matters/{story.number}/report", moment("2026-03-17 10:00")
    words = {"course": "21:50 接报", "cause": "充电", "measures": "清理楼道"}
    assert site.api("manager").get(path, at=at).status == 404
    assert site.api("manager").post(path, words, at=at).status == 200
    assert site.api("manager").post(f"{path}/approve", at=at).status == 403
    leader = site.api("general_manager")
    assert leader.post(f"{path}/return", {"opinion": "原因再查"}, at=at).status == 200
    assert leader.post(f"{path}/approve", at=at).status == 409
    assert site.api("manager").post(path, {**words, "losses": "无"}, at=at).status == 200
    filed = leader.post(f"{path}/approve", {"opinion": "同意"}, at=at)
    assert (filed.status, filed.body["state"]) == (200, "filed")
    assert filed.body["file_number"] == "YG-TF-2026-001"
    assert story.promise("report", "2026-03-17 10:00")["state"] == "kept"
    assert site.api(STRANGER).get(path, at=at).status == 404


# -- an attitude


@pytest.mark.rule("CMP-05")
@pytest.mark.rule("CMP-11")
def test_a_complaint_about_an_attitude_runs_its_course_through_the_api(site: Site) -> None:
    story = Story.begins(
        site,
        "2026-03-16 09:00",
        kind="complaint.attitude",
        text="门岗说话难听",
        about_employee=site.code("guard"),
    )
    assert story.promise("answer", "2026-03-16 09:00")["rule"] == "CMP-05"
    path, at = f"/matters/{story.number}/conduct", moment("2026-03-16 10:00")
    manager, guard = site.api("manager"), site.api("guard")
    assert manager.post(path, at=at).status == 200
    assert manager.post(f"{path}/statement", {"text": "当时很忙"}, at=at).status == 200
    named = manager.post(
        f"{path}/correction", {"task": "向3-1-1201道歉", "due_on": "2026-03-18"}, at=at
    )
    assert (named.status, set(named.body["errors"])) == (422, {"task"})
    told = manager.post(f"{path}/correction", {"task": "学习礼仪", "due_on": "2026-03-18"}, at=at)
    correction = told.body["correction"]
    assert manager.post(f"{path}/penalty", {"penalty": "警告"}, at=at).status == 200
    assert manager.post(f"{path}/penalty/approve", at=at).status == 403
    approved = site.api("company_service").post(f"{path}/penalty/approve", at=at)
    assert approved.body["approved_by"]["code"] == site.code("company_service")
    assert guard.get(path, at=at).status == 404
    assert guard.get(f"/matters/{story.number}", at=at).status == 404
    own = guard.get(f"/matters/{correction}", at=at)
    assert own.status == 200 and "3-1-1201" not in str(own.body)


# -- the rest of reception


@pytest.mark.rule("REC-05")
@pytest.mark.parametrize(
    ("kind", "owner"), [("repair", "maintenance_foreman"), ("home_service", "cleaning_foreman")]
)
def test_a_work_order_goes_to_its_department_and_is_answered_the_same_day(
    site: Site, kind: str, owner: str
) -> None:
    story = Story.begins(site, "2026-03-16 09:00", kind=kind)
    assert story.shown("2026-03-16 09:00")["owner"]["code"] == site.code(owner)
    assert story.promise("answer", "2026-03-16 09:00")["rule"] == "REC-05"
    assert story.promise("answer", "2026-03-16 09:00")["due_at"] == shanghai("2026-03-17 00:00")


@pytest.mark.rule("REC-14")
@pytest.mark.parametrize("kind", ["enquiry", "praise", "suggestion", "help"])
def test_enquiries_praise_suggestions_and_help_have_clocks_too(site: Site, kind: str) -> None:
    story = Story.begins(site, "2026-03-16 09:00", kind=kind)
    assert story.promise("answer", "2026-03-16 09:00")["rule"] == "REC-14"


@pytest.mark.rule("REC-11")
def test_a_result_is_told_to_the_owner_the_same_day(site: Site) -> None:
    story = Story.begins(site, "2026-03-16 09:00", kind="repair")
    story.is_assigned("2026-03-16 09:05", to="maintenance_foreman")
    story.does("2026-03-16 11:00", "finish", result="换了灯")
    promise = story.promise("feedback", "2026-03-16 11:00")
    assert (promise["rule"], promise["due_at"]) == ("REC-11", shanghai("2026-03-17 00:00"))
    story.does("2026-03-16 11:30", "reply", text="灯已换好", via="phone")
    assert story.promise("feedback", "2026-03-16 11:30")["state"] == "kept"


@pytest.mark.rule("STD-05")
def test_who_heard_it_first_follows_it(site: Site) -> None:
    story = Story.begins(
        site, "2026-03-16 09:00", channel="walk", first_heard_by=site.code("guard")
    )
    assert story.shown("2026-03-16 09:00")["follower"]["code"] == site.code("guard")


@pytest.mark.rule("CMP-11")
def test_an_anonymous_complaint_keeps_no_name(site: Site) -> None:
    given = new_matter(anonymous=True, caller="王丽")
    told = site.api("receptionist").post("/matters", given)
    assert told.status == 201
    assert (told.body["caller"], told.body["phone"], told.body["anonymous"]) == ("", "", True)

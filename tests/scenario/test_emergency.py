"""An emergency through the API, minute by minute: plan, consent, people on site (CMP-03, EMG)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from huiyin.doors.api.tests.cast import STRANGER, Site
from huiyin.doors.clock import sweeper
from huiyin.matters.tests.cast import moment

AT = moment("2026-03-16 21:50")  # Monday night
MINUTE = timedelta(minutes=1)


@dataclass
class Alarm:
    """One emergency and what programs tell of it."""

    site: Site
    number: str

    def does(self, post: str, path: str, at: datetime, status: int = 200, **told: Any) -> Any:
        """Tell something; it must be answered as expected."""
        path = f"/matters/{self.number}/{path}"
        answer = self.site.api(post).post(path, told, at=at)
        assert answer.status == status, answer.body
        return answer.body

    def shown(self, at: datetime) -> dict[str, Any]:
        """Read it."""
        path = f"/matters/{self.number}/emergency"
        return dict(self.site.api("guard").get(path, at=at).body)

    def promise(self, code: str, at: datetime) -> dict[str, Any]:
        """Read one of its clocks."""
        matter = self.site.api("manager").get(f"/matters/{self.number}", at=at).body
        (found,) = [one for one in matter["promises"] if one["code"] == code]
        return dict(found)

    def messages(self) -> list[dict[str, Any]]:
        """Read whom it told."""
        return list(self.site.api("manager").get("/messages", matter=self.number).body)


def alarm(site: Site, plan: str = "lift", at: datetime = AT, **given: Any) -> Alarm:
    """Press the button as the guard."""
    told = {"community": "YG", "plan": plan, "place": "3栋2号梯", "text": "有人被困", **given}
    answer = site.api("guard").post("/emergencies", told, at=at)
    assert answer.status == 201, answer.body
    return Alarm(site, answer.body["matter"])


def ticks(start: datetime, minutes: int) -> None:
    """Let the sweeper look every minute."""
    for n in range(minutes + 1):
        sweeper.tick(start + n * MINUTE)


@pytest.mark.rule("CMP-03")
@pytest.mark.rule("EMG-01")
def test_everybody_hears_within_the_same_tick_and_somebody_is_there_in_five_minutes(
    site: Site,
) -> None:
    told = alarm(site)
    sweeper.tick(AT)
    sent = [one for one in told.messages() if one["state"] == "sent"]
    reached = {one["to"] for one in sent}
    posts = ("manager", "supervisor", "maintenance_foreman", "cleaning_foreman", "security_foreman")
    assert {site.code(post) for post in (*posts, "guard", "technician")} <= reached
    told.does("technician", "emergency/attend", AT + 4 * MINUTE)
    ticks(AT + MINUTE, 10)
    arrive = told.promise("arrive", AT + 11 * MINUTE)
    assert (arrive["state"], arrive["rule"]) == ("kept", "CMP-03")


@pytest.mark.rule("CMP-03")
def test_nobody_on_site_climbs_to_manager_and_company(site: Site) -> None:
    told = alarm(site)
    ticks(AT, 6)
    upwards = [one["to"] for one in told.messages() if ":rung2" in one["purpose"]]
    assert set(upwards) == {site.code("manager"), site.code("company_service")}
    told.does("guard", "emergency/attend", AT + 7 * MINUTE)
    assert told.promise("arrive", AT + 8 * MINUTE)["state"] == "broken"
    steps = {one["key"]: one for one in told.shown(AT + 8 * MINUTE)["steps"]}
    assert steps["guards"]["late"] and steps["guards"]["done_by"]


@pytest.mark.rule("CMP-03")
@pytest.mark.rule("EMG-07")
def test_the_report_is_owed_for_three_working_days(site: Site) -> None:
    told = alarm(site)
    due = datetime.fromisoformat(told.promise("report", AT)["due_at"])
    assert f"{due:%Y-%m-%d}" == "2026-03-19"  # Monday night; three working days
    words: dict[str, Any] = {"course": "经过", "cause": "原因", "measures": "措施"}
    told.does("guard", "report", AT, 403, **words)
    told.does("manager", "report", AT, 409, **words)  # it is still going on
    sweeper.tick(due - MINUTE)
    assert told.promise("report", due - MINUTE)["state"] == "running"
    sweeper.tick(due)
    assert told.promise("report", due)["state"] == "broken"


@pytest.mark.rule("EMG-02")
def test_the_police_waits_for_a_leader_or_a_reason_the_medics_for_nobody(site: Site) -> None:
    told = alarm(site)
    told.does("guard", "emergency/calls", AT, 422, service="police")
    told.does("guard", "emergency/calls", AT, service="medics")
    told.does("manager", "emergency/calls", AT + MINUTE, service="police")  # agrees by calling
    why: dict[str, Any] = {"service": "fire", "without_consent": "里面有人晕厥"}
    told.does("guard", "emergency/calls", AT + MINUTE, **why)
    calls = {one["service"]: one for one in told.shown(AT + MINUTE)["calls"]}
    assert calls["police"]["consent_by"] and not calls["medics"]["without_consent"]
    assert calls["fire"]["without_consent"] == "里面有人晕厥"
    reached = {one["to"] for one in told.messages() if ":called:" in one["purpose"]}
    assert site.code("general_manager") in reached


@pytest.mark.rule("EMG-05")
def test_after_a_power_cut_the_lift_plan_opens_by_itself_and_what_is_broken_is_repaired(
    site: Site,
) -> None:
    cut = alarm(site, "power_cut", place="全区", text="全区停电")
    path = "emergency/steps/lifts"
    body = cut.does("guard", path, AT + 2 * MINUTE, value="有人被困", note="5栋1号梯")
    (opened,) = body["led_to"]
    lift = Alarm(site, opened).shown(AT + 2 * MINUTE)
    assert (lift["plan"], lift["came_of"], lift["place"]) == ("lift", cut.number, "5栋1号梯")
    cut.does("technician", "emergency/steps/pumps", AT + MINUTE, value="不正常", note="不上水")
    sweeper.tick(AT + 3 * MINUTE)
    listed = site.api("manager").get("/matters", kind="repair.public", at=AT + 4 * MINUTE).body
    assert any("不上水" in one["text"] for one in listed["items"])


def test_a_stranger_finds_nothing(site: Site) -> None:
    told = alarm(site)
    for path in ("emergency/attend", "emergency/steps/closed", "emergency/calls"):
        words: dict[str, Any] = {"value": True} if "steps" in path else {}
        words |= {"service": "lift"} if "calls" in path else {}
        told.does(STRANGER, path, AT, 404, **words)

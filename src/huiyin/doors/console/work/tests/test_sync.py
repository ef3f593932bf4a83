"""The phone's endpoints: a whole day by HTTP, who may, what is no request of ours, 304."""

import io
import json
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from huiyin.doors.console.work import sync
from huiyin.estate.models import House
from huiyin.fieldwork.models import FieldAct
from huiyin.fieldwork.tests.phone import a_job, a_picture, prices
from huiyin.files import rules as files
from huiyin.files.models import StoredFile
from huiyin.files.places import path_of
from huiyin.matters.models import Event, Matter, Photo
from huiyin.matters.tests.cast import AT, Cast
from huiyin.staff.models import PostHolding
from huiyin.trail.models import Entry

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GPS = 0x8825


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    cache.clear()


class Phone:
    """A phone that talks to the endpoints."""

    def __init__(self, cast: Cast, post: str = "technician", *, checks: bool = False) -> None:
        self.http = Client(enforce_csrf_checks=checks)
        user = cast.employee(post).user
        assert user is not None
        self.http.force_login(user)
        self.cast = cast

    def act(self, act: str, number: str, at: datetime = AT, **given: Any) -> dict[str, Any]:
        """Write an act down."""
        key = str(uuid.uuid4())
        return {"key": key, "act": act, "matter": number, "at": at.isoformat(), "given": given}

    def send(self, *acts: dict[str, Any], at: datetime = AT, **more: Any) -> Any:
        """Send a batch."""
        body = {"device": "d1", "sent_at": at.isoformat(), "acts": list(acts), **more}
        return self.http.post(
            "/work/sync/",
            json.dumps(body),
            content_type="application/json",
            headers={"X-Huiyin-Now": at.isoformat()},
        )

    def send_file(self, data: bytes, now: datetime = AT, **fields: Any) -> Any:
        """Send a picture with its act."""
        file = io.BytesIO(data)
        file.name = "p.jpg"
        form = {
            "device": "d1",
            "sent_at": now.isoformat(),
            "at": now.isoformat(),
            "key": str(uuid.uuid4()),
            "file": file,
            **fields,
        }
        headers = {"X-Huiyin-Now": now.isoformat()}
        return self.http.post("/work/sync/photo/", form, headers=headers)

    def jobs(self, at: datetime = AT, tag: str = "") -> Any:
        """Read the day."""
        headers = {"X-Huiyin-Now": at.isoformat(), **({"If-None-Match": tag} if tag else {})}
        return self.http.get("/work/jobs.json", headers=headers)


def results(response: Any) -> list[str]:
    """Return the states of what was sent."""
    assert response.status_code == 200, response.content
    return [one["state"] for one in response.json()["results"]]


def test_a_home_visit_by_http_from_accept_to_slip(cast: Cast) -> None:
    prices(cast)
    number, phone = a_job(cast), Phone(cast)
    day = phone.jobs().json()
    (job,) = day["jobs"]
    assert job["next"][0] == "accept"
    assert [one["key"] for one in job["checklist"]["items"]][:2] == ["greet", "shoe_covers"]
    now = AT + HOUR
    sent = phone.send(
        phone.act("accept", number, AT + MINUTE),
        phone.act("arrive", number, AT + 9 * MINUTE),
        phone.act("mark", number, AT + 10 * MINUTE, item="shoe_covers", value=True),
        phone.act("consent", number, AT + 11 * MINUTE, name="王丽", amount="38.50"),
        phone.act("line", number, AT + 12 * MINUTE, code="M01", quantity="1", price="38.5000"),
        at=now,
    )
    assert results(sent) == ["done"] * 5
    assert (sent.json()["now"], sent.json()["skew_seconds"]) == ("2026-03-16T02:00:00Z", 0)
    told = phone.send_file(
        a_picture(1), now, act="photo", matter=number, stage="before", item="photos_before"
    )
    assert results(told) == ["done"]
    told = phone.send_file(
        a_picture(2), now, act="sign", matter=number, name="王丽", amount="38.50"
    )
    assert told.json()["results"][0]["told"] == "收费单 YG-SF-20260316-0001"
    assert results(phone.send(phone.act("finish", number, now, result="好了"), at=now)) == ["done"]
    (job,) = phone.jobs(now).json()["jobs"]
    assert job["sheet"]["signed"]["amount"] == job["sheet"]["total"] == "38.50"
    assert job["sheet"]["slip"] == "YG-SF-20260316-0001"
    (picture,) = job["photos"]
    assert (picture["stage"], picture["item"]) == ("before", "photos_before")
    marks = {one["key"]: one["mark"] for one in job["checklist"]["items"] if one["mark"]}
    assert marks["shoe_covers"]["value"] is True
    assert job["times"]["arrived"] == "2026-03-16T01:09:00Z"
    assert phone.http.get(picture["url"]).status_code == 200


def test_a_replayed_batch_adds_nothing(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast)
    acts = [phone.act("accept", number), phone.act("arrive", number, AT + MINUTE)]
    assert results(phone.send(*acts, at=AT + HOUR)) == ["done", "done"]
    for again in range(5):
        told = phone.send(*acts, at=AT + HOUR + again * MINUTE)
        assert results(told) == ["again", "again"]
    assert FieldAct.objects.count() == 2


@pytest.mark.slow
def test_a_day_in_airplane_mode_by_http(cast: Cast) -> None:
    phone, acts, pictures = Phone(cast), [], []
    for n in range(20):
        number, start = a_job(cast), AT + HOUR + n * 15 * MINUTE
        acts += [
            phone.act("accept", number, start),
            phone.act("arrive", number, start + 5 * MINUTE),
            phone.act("finish", number, start + 14 * MINUTE, result="修好了"),
        ]
        for m in range(3):
            key, at = str(uuid.uuid4()), (start + (6 + m) * MINUTE).isoformat()
            fields = {"key": key, "at": at, "act": "photo", "matter": number, "stage": "after"}
            pictures.append((a_picture(n * 3 + m), fields))
    now = AT + 8 * HOUR
    assert results(phone.send(*acts, at=now)) == ["done"] * 60
    for data, fields in pictures:
        assert results(phone.send_file(data, now, **fields)) == ["done"]
    written = (Photo, FieldAct, StoredFile, Event, Entry)
    first = [one.objects.count() for one in written]
    assert first[:3] == [60, 120, 60]
    for again in (1, 2):  # five times at the level of the actions
        later = now + again * MINUTE
        assert results(phone.send(*acts, at=later)) == ["again"] * 60
        for data, fields in pictures:
            assert results(phone.send_file(data, later, **fields)) == ["again"]
    assert [one.objects.count() for one in written] == first
    assert Matter.objects.filter(state="finished").count() == 20


def test_a_wrong_clock_is_told(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast)
    act = phone.act("accept", number, AT - 3 * HOUR)
    told = phone.send(act, at=AT, sent_at=(AT - 3 * HOUR).isoformat()).json()
    assert told["skew_seconds"] == 3 * 3600
    assert "手机时间慢 3 小时,已按服务器时间更正" in told["results"][0]["told"]


def test_a_session_that_ended_waits_for_a_log_in(cast: Cast) -> None:
    for path in ("/work/jobs.json", "/work/sync/", "/work/sync/photo/"):
        response = Client().get(path) if path.endswith("json") else Client().post(path)
        assert response.status_code == 401
        assert response.json()["code"] == "login"


def test_a_request_from_elsewhere_is_refused(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast, checks=True)
    told = phone.send(phone.act("accept", number))
    assert (told.status_code, told.json()["code"]) == (403, "csrf")
    token = phone.jobs().json()["csrf"]
    body = {"device": "d", "sent_at": AT.isoformat(), "acts": [phone.act("accept", number)]}
    told = phone.http.post(
        "/work/sync/",
        json.dumps(body),
        content_type="application/json",
        headers={"X-CSRFToken": token, "X-Huiyin-Now": AT.isoformat()},
    )
    assert results(told) == ["done"]


def test_a_colleagues_queue_waits_for_the_colleague(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast)
    told = phone.send(phone.act("accept", number), employee=cast.code("maintenance_foreman"))
    assert (told.status_code, told.json()["code"]) == (409, "employee")
    assert FieldAct.objects.count() == 0
    told = phone.send(phone.act("accept", number), employee=cast.code("technician"))
    assert results(told) == ["done"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ("{}", 422),
        ('{"acts": [], "device": "d", "sent_at": "x"}', 422),
        ('{"acts": [], "device": "", "sent_at": "2026-03-16T09:00:00+08:00"}', 422),
        (json.dumps({"acts": [None] * 201, "device": "d", "sent_at": AT.isoformat()}), 422),
        (" " * (sync.BODY_MOST + 1), 413),
    ],
)
def test_what_is_no_batch_is_answered_with_a_sentence(cast: Cast, body: str, status: int) -> None:
    phone = Phone(cast)
    told = phone.http.post("/work/sync/", body, content_type="application/json")
    assert told.status_code == status
    assert told.json()["told"]


def test_other_types_and_methods_are_refused(cast: Cast) -> None:
    phone = Phone(cast)
    told = phone.http.post("/work/sync/", "x", content_type="text/plain")
    assert told.status_code == 415
    assert phone.http.get("/work/sync/").status_code == 405
    assert phone.http.post("/work/jobs.json").status_code == 405


def test_more_than_any_phone_sends_is_put_off(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "PER_MINUTE", 2)
    phone = Phone(cast)
    assert [phone.jobs().status_code for _ in range(3)] == [200, 200, 429]
    assert phone.jobs(AT + MINUTE).status_code == 200


# -- photos


def a_photo_with_a_place() -> bytes:
    """Take a real JPEG that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(GPS).update({1: "N", 2: (31.0, 14.0, 3.0), 3: "E", 4: (121.0, 28.0, 9.0)})
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (90, 120, 30)).save(out, "JPEG", exif=exif)
    assert b"Exif" in out.getvalue()
    return out.getvalue()


def test_a_photo_forgets_where_it_was_taken_and_is_stored_once(cast: Cast) -> None:
    first, second, phone = a_job(cast), a_job(cast), Phone(cast)
    data = a_photo_with_a_place()
    for number in (first, second):
        told = phone.send_file(data, act="photo", matter=number, stage="after")
        assert results(told) == ["done"]
    file = StoredFile.objects.get()
    assert Photo.objects.count() == 2
    kept = path_of(file.sha256).read_bytes()
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif() and not image.getexif().get_ifd(GPS)
    assert b"Exif" not in kept


def test_what_is_no_photo_or_too_big_is_refused(cast: Cast) -> None:
    number, phone = a_job(cast), Phone(cast)
    told = phone.send_file(b"GIF89a...", act="photo", matter=number)
    assert told.status_code == 422 and "JPEG" in told.json()["told"]
    told = phone.send_file(b"\xff\xd8" + b"x" * files.MOST_BYTES, act="photo", matter=number)
    assert told.status_code in (413, 422) and told.json()["told"]
    assert phone.http.post("/work/sync/photo/", {"device": "d"}).status_code == 422
    assert StoredFile.objects.count() == 0


def test_photos_of_a_day_and_of_a_matter_are_limited(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huiyin.fieldwork.actions import acts

    number, phone = a_job(cast), Phone(cast)
    monkeypatch.setattr(acts, "MOST_A_DAY", 37)
    for n in range(36):
        assert results(phone.send_file(a_picture(n), act="photo", matter=number)) == ["done"]
    told = phone.send_file(a_picture(99), act="photo", matter=number).json()["results"][0]
    assert told["state"] == "refused" and "最多 36 张" in told["told"]
    told = phone.send_file(a_picture(100), act="photo", matter=number)
    assert told.status_code == 429  # the phone keeps it for tomorrow
    known = str(FieldAct.objects.order_by("id")[0].key)  # what was taken already is still answered
    told = phone.send_file(a_picture(0), act="photo", matter=number, key=known)
    assert results(told) == ["again"]
    tomorrow = AT + timedelta(days=1)
    other = a_job(cast, at=tomorrow)
    assert results(phone.send_file(a_picture(100), tomorrow, act="photo", matter=other)) == ["done"]


def test_a_file_is_never_named_by_the_phone(cast: Cast) -> None:
    """A mark or signature that names a stored file's id would open anybody's picture."""
    number, phone = a_job(cast, accepted=True), Phone(cast)
    secret = a_job(cast, house="5-1-101")
    phone.send_file(a_picture(5), act="photo", matter=secret)
    file_id = StoredFile.objects.get().pk
    tries = [
        phone.act("mark", number, item="photos_before", value={"files": [file_id]}),
        phone.act("sign", number, name="x", amount="0", file=file_id),
        phone.act("photo", number, file=file_id),
    ]
    assert results(phone.send(*tries)) == ["refused"] * 3


# -- the day


def test_the_day_is_304_until_something_changes(cast: Cast) -> None:
    prices(cast)
    number, phone = a_job(cast), Phone(cast)
    tag = phone.jobs()["ETag"]
    same = phone.jobs(AT + HOUR, tag)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    phone.send(phone.act("accept", number), at=AT + HOUR)
    fresh = phone.jobs(AT + HOUR, tag)
    assert fresh.status_code == 200 and fresh["ETag"] != tag
    again = Phone(cast)  # another log-in has another token, which a 304 would not tell
    assert again.jobs(AT + HOUR, fresh["ETag"]).status_code == 200


def test_the_day_shows_own_jobs_and_only_what_the_visit_needs(cast: Cast) -> None:
    mine = a_job(cast, caller="王丽", phone="13800000001")
    hidden = a_job(cast, anonymous=True)
    cast.receive(kind="repair", text="别人的事")
    phone = Phone(cast)
    day = phone.jobs().json()
    jobs = {one["number"]: one for one in day["jobs"]}
    assert set(jobs) == {mine, hidden}
    assert jobs[mine]["caller"] == {"name": "王丽", "phone": "13800000001"}
    assert jobs[hidden]["caller"] is None and "sign" not in jobs[hidden]["next"]
    assert day["me"]["code"] == cast.code("technician")
    phone.jobs(AT + HOUR)
    reads = Entry.objects.filter(action="fieldwork.caller_read")
    assert list(reads.values_list("subject", flat=True)) == [f"matter:{mine}"]
    phone.jobs(AT + timedelta(days=1))
    assert reads.count() == 2


def test_the_day_is_walked_building_by_building(cast: Cast) -> None:
    House.objects.filter(code="3-1-1201").update(floor=12)
    House.objects.filter(code="3-1-1202").update(floor=12)
    first = a_job(cast, house="3-1-1201")
    between = a_job(cast, house="5-1-101", at=AT + MINUTE)
    second = a_job(cast, house="3-1-1202", at=AT + 2 * MINUTE)
    day = Phone(cast).jobs(AT + HOUR).json()
    assert [one["number"] for one in day["jobs"]] == [first, second, between]


def test_twenty_jobs_cost_no_more_questions_than_two(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    prices(cast)
    phone = Phone(cast)
    for _ in range(20):
        number = a_job(cast, accepted=True)
        phone.send(phone.act("arrive", number, AT + MINUTE), at=AT + MINUTE)
    phone.jobs(AT + HOUR)
    with django_assert_max_num_queries(22):
        assert len(phone.jobs(AT + HOUR).json()["jobs"]) == 20


def test_the_house_of_an_anonymous_complaint_stays_hidden(cast: Cast) -> None:
    number = a_job(cast, kind="complaint", anonymous=True)
    (job,) = Phone(cast).jobs().json()["jobs"]
    assert (job["number"], job["house"], job["building"]) == (number, "", "")


def test_somebody_without_a_post_has_an_empty_day_and_still_hands_in(cast: Cast) -> None:
    number, phone = a_job(cast, accepted=True), Phone(cast)
    PostHolding.objects.filter(employee=cast.employee("technician")).update(until_on=AT.date())
    assert phone.jobs().json()["jobs"] == []
    assert results(phone.send(phone.act("arrive", number))) == ["conflict"]


def test_whoever_has_no_job_has_an_empty_day(cast: Cast) -> None:
    assert Phone(cast, "guard").jobs().json()["jobs"] == []
    assert Matter.objects.count() == 0


def test_what_is_no_act_or_another_picture_under_a_known_key_fills_no_disk(cast: Cast) -> None:
    number, phone = a_job(cast, accepted=True), Phone(cast)
    key = str(uuid.uuid4())
    assert results(phone.send_file(a_picture(1), matter=number, key=key)) == ["done"]
    kept = StoredFile.objects.count()
    assert results(phone.send_file(a_picture(2), matter=number, key="none")) == ["refused"]
    assert results(phone.send_file(a_picture(3), matter=number, act="nothing")) == ["refused"]
    assert results(phone.send_file(a_picture(4), matter=number, key=key)) == ["refused"]
    assert results(phone.send_file(b"no picture", matter=number, key=key)) == ["refused"]
    assert results(phone.send_file(a_picture(1), matter=number, key=key)) == ["again"]
    assert StoredFile.objects.count() == kept


def test_a_picture_for_what_takes_none_is_refused_and_does_not_come_back(cast: Cast) -> None:
    number, phone = a_job(cast, accepted=True), Phone(cast)
    ticked = phone.act("mark", number, item="shoe_covers", value=True)
    assert results(phone.send(phone.act("arrive", number), ticked)) == ["done", "done"]
    for act in ("photo", "mark"):
        told = phone.send_file(a_picture(5), matter=number, act=act, item="shoe_covers")
        assert results(told) == ["refused"]  # not "held", which the phone would send for ever

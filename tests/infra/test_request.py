"""What happens around every request: policy, language, moment, log line."""

import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from huiyin.config.logs import HIDDEN, hide_personal
from huiyin.config.middleware import ChosenLanguage, TimeTravel
from huiyin.kernel import clock


def test_every_answer_forbids_inline_script_and_foreign_content(client: Client) -> None:
    response = client.get("/healthz")
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in response["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Request-Id"]


def speak(path: str, *, cookie: str = "", header: str = "") -> str:
    request = RequestFactory().get(path, headers={"Accept-Language": header} if header else {})
    if cookie:
        request.COOKIES["huiyin_language"] = cookie

    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(translation.get_language())

    response = ChosenLanguage(view)(request)
    assert response["Content-Language"] == response.content.decode()
    return response.content.decode()


def test_pages_speak_chinese_unless_another_language_was_chosen() -> None:
    assert speak("/") == "zh-hans"
    assert speak("/", header="en") == "zh-hans"
    assert speak("/", cookie="en") == "en"
    assert speak("/", cookie="zh-hant", header="en") == "zh-hant"
    assert speak("/", cookie="xx") == "zh-hans"


def test_the_api_hears_the_header() -> None:
    assert speak("/api/v1/matters") == "zh-hans"
    assert speak("/api/v1/matters", header="en-GB,en;q=0.8") == "en"
    assert speak("/api/v1/matters", cookie="en") == "zh-hans"


def tell_time(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(clock.now().isoformat())


def test_a_request_is_answered_at_the_moment_it_names() -> None:
    request = RequestFactory().get("/", headers={"X-Huiyin-Now": "2026-10-01T00:00:00+08:00"})
    before = clock.now()
    assert TimeTravel(tell_time)(request).content == b"2026-09-30T16:00:00+00:00"
    assert clock.now() == before
    assert TimeTravel(tell_time)(RequestFactory().get("/")).content.decode() == before.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-10-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-10:00",
    ],
)
def test_what_is_no_moment_is_refused_in_one_sentence(text: str) -> None:
    request = RequestFactory().get("/", headers={"X-Huiyin-Now": text})
    response = TimeTravel(tell_time)(request)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert b"2026-03-16T09:00:00+08:00" in response.content


def test_a_log_line_tells_the_route_and_nothing_personal(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="huiyin.request"):
        client.get("/i18n/setlang/", {"phone": "13800138000"})
    (line,) = [str(record.msg) for record in caplog.records if record.name == "huiyin.request"]
    assert "'route': 'i18n/setlang/'" in line
    assert "13800138000" not in line


def test_a_body_too_long_for_any_form_is_refused_unread(client: Client) -> None:
    response = client.post("/desk/new/", CONTENT_LENGTH=str(10**10))
    assert response.status_code == 413
    assert response["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_made_up_method_is_not_counted_under_its_own_name(client: Client) -> None:
    client.generic("X-SECRET-1", "/healthz")
    counted = client.get("/metrics").content.decode()
    assert 'method="other"' in counted
    assert "X-SECRET-1" not in counted


def test_secrets_and_numbers_are_masked() -> None:
    line = hide_personal(None, "info", {"event": "call from 13800138000", "api_token": "abc"})
    assert line == {"event": f"call from {HIDDEN}", "api_token": HIDDEN}

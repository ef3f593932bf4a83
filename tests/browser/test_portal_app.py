"""The owners' app in a phone's browser: log-in by code, no signal, nothing of anybody kept."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, expect

from huiyin.matters.tests.cast import AT, Cast, make_cast
from huiyin.notices.channels import registry
from huiyin.notices.models import Telling
from huiyin.owners.tests.people import OWNER, account, raised
from tests.browser.test_first_light import SIZES, Screen

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      found.push([new URL(request.url).pathname, await answer.text()]);
    }
  }
  return found;
}"""


@pytest.fixture
def cast(db: None) -> Cast:
    """Build the standing cast."""
    return make_cast()


@pytest.fixture
def phone(browser: Browser, cast: Cast) -> Iterator[BrowserContext]:
    """Open the browser of a phone."""
    width, height = SIZES["phone"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def screen(phone: BrowserContext, live_server: Any) -> Screen:
    """Look at the phone and listen to what the console says."""
    page = phone.new_page()
    seen = Screen(page, live_server.url)
    page.on("console", seen.hear)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.at(AT)
    return seen


@pytest.mark.rule("OWN-01")
def test_a_code_is_typed_and_without_signal_there_is_a_page_of_nobody(
    cast: Cast, phone: BrowserContext, screen: Screen
) -> None:
    number = raised(cast, text="厨房水管漏水")
    page = screen.page
    screen.go("/my/matters/")
    page.get_by_label("手机号").fill("138 1234 5678")
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_role("heading", name="填写验证码")).to_be_visible()
    expect(page.get_by_role("button", name="秒后可重新发送")).to_be_disabled()
    # The sixth figure sends it; the page that was wanted comes.
    page.locator("input[name=code]").press_sequentially(
        Telling.objects.get(category="code").values["code"]
    )
    expect(page.get_by_text("厨房水管漏水")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    screen.go("/my/")
    expect(page.get_by_text("王丽,早上好")).to_be_visible()
    kept = page.evaluate(KEPT)
    assert "/my/offline/" in [path for path, _text in kept]
    assert all(path.startswith(("/static/", "/my/offline/")) for path, _text in kept)
    for _path, text in kept:
        for secret in (number, "王丽", OWNER, "厨房水管漏水", "csrfmiddlewaretoken"):
            assert secret not in text
    assert not screen.complaints
    phone.set_offline(True)
    page.goto(f"{screen.address}/my/matters/")
    expect(page.get_by_role("heading", name="没有连上网络")).to_be_visible()
    assert "厨房水管漏水" not in page.content()
    phone.set_offline(False)
    page.get_by_role("link", name="再试一次").click()
    expect(page.get_by_text("王丽,早上好")).to_be_visible()


PAGES = (
    "",
    "me/",
    "me/homes/",
    "me/help/",
    "me/birthday/",
    "me/email/",
    "me/channels/",
    "me/privacy/",
    "me/privacy/correction/",
)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_page_of_the_account_fits_and_is_accessible(
    cast: Cast,
    phone: BrowserContext,
    screen: Screen,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setattr(registry, "ready", lambda _community: ("sms", "email", "wechat"))
    raised(cast, text="厨房水管漏水,地上都是水,麻烦尽快来看看")
    chosen: Any = {"name": "huiyin_language", "value": language, "url": screen.address}
    phone.add_cookies([chosen])
    for page in ("login/", "verify/", "verify/thanks/", "offline/"):
        screen.go(f"/my/{page}")
    visitor = Client()
    visitor.force_login(account(OWNER))
    session = visitor.cookies["sessionid"].value
    phone.add_cookies([{"name": "sessionid", "value": session, "url": screen.address}])
    for size in SIZES:
        screen.resize(size)
        for page in PAGES:
            screen.go(f"/my/{page}")

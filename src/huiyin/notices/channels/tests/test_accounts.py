"""Accounts are read from the environment, or refused in a sentence that shows no secret."""

from importlib.machinery import ModuleSpec

import pytest

from huiyin.notices.channels import accounts as module
from huiyin.notices.channels import registry
from huiyin.notices.channels.accounts import Accounts, BadAccount, read_accounts

GATEWAY = {
    "HUIYIN_SMS_PROVIDER": "http",
    "HUIYIN_SMS_URL": "https://sms.example.com/messages",
    "HUIYIN_SMS_TOKEN": "geheim-token",
    "HUIYIN_SMS_SIGNATURE": "阳光物业",
}
VENDOR = {
    "HUIYIN_SMS_KEY": "AKID",
    "HUIYIN_SMS_SECRET": "geheim",
    "HUIYIN_SMS_SIGNATURE": "阳光物业",
}
WECHAT = {"HUIYIN_WECHAT_APP_ID": "wx1", "HUIYIN_WECHAT_SECRET": "geheim"}
WECOM = {
    "HUIYIN_WECOM_CORP_ID": "ww1",
    "HUIYIN_WECOM_SECRET": "geheim",
    "HUIYIN_WECOM_AGENT": "1000002",
}
MAIL = "smtp://fuwu%40example.com:geheim@mail.example.com?from=%E9%98%B3%E5%85%89+%3Cfuwu%40example.com%3E"


def house(environment: dict[str, str], *, production: bool = True) -> Accounts:
    return read_accounts(environment, production=production)[""]


def test_without_settings_there_is_no_channel() -> None:
    assert house({"HUIYIN_ENV": "production", "HUIYIN_SMS_URL": "  "}) == Accounts()


def test_all_channels_of_the_house() -> None:
    found = house({**GATEWAY, **WECHAT, **WECOM, "HUIYIN_EMAIL_URL": MAIL})
    assert found.sms and found.sms.provider == "http" and found.sms.remembers
    assert found.wechat and found.wechat.url == "https://api.weixin.qq.com"
    assert found.wecom and found.wecom.agent == 1000002 and found.wecom.kind == "app"
    assert found.email and found.email.user == "fuwu@example.com"
    assert (found.email.port, found.email.starttls, found.email.tls) == (587, True, False)
    assert found.email.sender.endswith("<fuwu@example.com>")


def test_no_secret_shows_in_a_text() -> None:
    found = house({**GATEWAY, **WECHAT, **WECOM, "HUIYIN_EMAIL_URL": MAIL})
    assert "geheim" not in repr(found)


def test_a_community_replaces_what_it_has_of_its_own() -> None:
    both = read_accounts(
        {**GATEWAY, "HUIYIN_SMS_SIGNATURE_YG": "阳光花园", "HUIYIN_EMAIL_URL_LAKE_1": MAIL},
        production=True,
    )
    assert both["YG"].sms and both["YG"].sms.signature == "阳光花园"
    assert both["YG"].sms.url == GATEWAY["HUIYIN_SMS_URL"]
    assert both["LAKE_1"].sms == both[""].sms and both["LAKE_1"].email
    assert both[""].email is None


def test_a_community_may_do_without(settings: object) -> None:
    settings.CHANNELS = read_accounts(  # type: ignore[attr-defined]
        {**GATEWAY, "HUIYIN_SMS_PROVIDER_YG": "none"}, production=True
    )
    assert registry.get("sms", "YG") is None and registry.ready("YG") == ()
    other = registry.get("sms", "HU")
    assert other is not None and other.name == "sms" and registry.ready("HU") == ("sms",)
    assert registry.provider("sms", "HU") == "http" and registry.provider("email", "HU") == ""
    assert registry.get("letter", "HU") is None


def test_the_code_of_a_community_is_spelt_as_variables_are(settings: object) -> None:
    settings.CHANNELS = read_accounts(  # type: ignore[attr-defined]
        {"HUIYIN_EMAIL_URL_LAKE_1": MAIL}, production=True
    )
    assert registry.ready("lake-1") == ("email",) and registry.ready("YG") == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({**GATEWAY, "HUIYIN_SMS_PROVIDER": "pigeon"}, "HUIYIN_SMS_PROVIDER"),
        ({**GATEWAY, "HUIYIN_SMS_TOKEN": ""}, "HUIYIN_SMS_TOKEN"),
        ({**GATEWAY, "HUIYIN_SMS_URL": "sms.example.com"}, "HUIYIN_SMS_URL"),
        ({**GATEWAY, "HUIYIN_SMS_URL": "https://a:geheim@sms.example.com"}, "HUIYIN_SMS_URL"),
        ({**GATEWAY, "HUIYIN_SMS_URL": "http://sms.example.com"}, "https"),
        ({**GATEWAY, "HUIYIN_SMS_URL_YG": "http://sms.example.com"}, "HUIYIN_SMS_URL_YG"),
        ({**GATEWAY, "HUIYIN_SMS_REMEMBERS": "geheim"}, "HUIYIN_SMS_REMEMBERS"),
        ({**GATEWAY, "HUIYIN_SMS_REPORT_SECRET": "geheim"}, "whsec_"),
        ({"HUIYIN_SMS_TOKNE": "geheim"}, "HUIYIN_SMS_TOKNE"),
        ({"HUIYIN_EMAIL_URL": "smtp://fuwu@example.com:geheim@mail.example.com"}, "%40"),
        ({"HUIYIN_EMAIL_URL": "smtp://mail.example.com:geheim/?from=a@b"}, "HUIYIN_EMAIL_URL"),
        ({"HUIYIN_EMAIL_URL": "imap://mail.example.com?from=a@b"}, "HUIYIN_EMAIL_URL"),
        ({"HUIYIN_WECHAT_APP_ID": "wx1"}, "HUIYIN_WECHAT_SECRET"),
        ({**WECHAT, "HUIYIN_WECHAT_URL": "http://api.example.com"}, "HUIYIN_WECHAT_URL"),
        ({**WECOM, "HUIYIN_WECOM_AGENT": "geheim"}, "HUIYIN_WECOM_AGENT"),
        ({**WECOM, "HUIYIN_WECOM_KIND": "geheim"}, "HUIYIN_WECOM_KIND"),
    ],
)
def test_what_cannot_be_used_is_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(BadAccount) as refusal:
        read_accounts(given, production=True)
    assert told in str(refusal.value) and "geheim" not in str(refusal.value)


def test_plain_http_stays_on_this_machine() -> None:
    assert house({**GATEWAY, "HUIYIN_SMS_URL": "http://127.0.0.1:8001/sms"}).sms
    assert house({**GATEWAY, "HUIYIN_SMS_URL": "http://sms.lan/sms"}, production=False).sms


@pytest.mark.parametrize("provider", ["alibaba", "tencent"])
def test_a_vendor_needs_its_library(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**VENDOR, "HUIYIN_SMS_PROVIDER": provider, "HUIYIN_SMS_APP": "1400"}
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(BadAccount, match=rf"pip install huiyin\[{provider}\]"):
        house(given)
    monkeypatch.setattr(module, "find_spec", lambda name: ModuleSpec(name, None))
    found = house(given).sms
    assert (
        found and found.provider == provider and not found.remembers and "geheim" not in repr(found)
    )


@pytest.mark.parametrize("secret", ["short", "geheim/geheim/geheim", "geheim geheim geheim"])
def test_a_vendors_secret_fits_into_an_address(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: ModuleSpec(name, None))
    given = {**VENDOR, "HUIYIN_SMS_PROVIDER": "alibaba"}
    with pytest.raises(BadAccount, match="HUIYIN_SMS_REPORT_SECRET") as refusal:
        house({**given, "HUIYIN_SMS_REPORT_SECRET": secret})
    assert secret not in str(refusal.value)
    assert house({**given, "HUIYIN_SMS_REPORT_SECRET": "a-long-word-of-letters"}).sms


def test_tencent_needs_an_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: ModuleSpec(name, None))
    with pytest.raises(BadAccount, match="HUIYIN_SMS_APP"):
        house({**VENDOR, "HUIYIN_SMS_PROVIDER": "tencent"})

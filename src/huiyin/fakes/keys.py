"""What the providers here and Huiyin both know, under the names of Huiyin's settings."""

import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

TEMPLATE = "notice:thing1=subject,thing2=text"
PREFIXES = ("HUIYIN_SMS_", "HUIYIN_EMAIL_", "HUIYIN_WECHAT_", "HUIYIN_WECOM_")


def _word() -> str:
    return secrets.token_urlsafe(18)


def _signing() -> str:
    """Return a secret that signs, and that can also stand in an address."""
    return "whsec_" + b64encode(secrets.token_bytes(24), altchars=b"AB").decode()


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets of one run; none of them opens anything outside this machine."""

    sms_token: str = field(default_factory=_word, repr=False)
    report_secret: str = field(default_factory=_signing, repr=False)
    wechat_app: str = "wxfake"
    wechat_secret: str = field(default_factory=_word, repr=False)
    wechat_token: str = field(default_factory=_word, repr=False)
    wecom_corp: str = "wwfake"
    wecom_secret: str = field(default_factory=_word, repr=False)


NAMES = {
    "sms_token": "HUIYIN_SMS_TOKEN",
    "report_secret": "HUIYIN_SMS_REPORT_SECRET",
    "wechat_app": "HUIYIN_WECHAT_APP_ID",
    "wechat_secret": "HUIYIN_WECHAT_SECRET",
    "wechat_token": "HUIYIN_WECHAT_TOKEN",
    "wecom_corp": "HUIYIN_WECOM_CORP_ID",
    "wecom_secret": "HUIYIN_WECOM_SECRET",
}


def from_environment(environment: Mapping[str, str] = os.environ) -> Keys:
    """Return the keys an environment names; what it leaves out is made."""
    given = {one.name: environment.get(NAMES[one.name], "") for one in fields(Keys)}
    return Keys(**{name: text for name, text in given.items() if text})


def environment(keys: Keys, *, port: int, smtp_port: int) -> dict[str, str]:
    """Return the settings with which Huiyin sends everything here."""
    here = f"http://127.0.0.1:{port}"
    return {
        "HUIYIN_SMS_PROVIDER": "http",
        "HUIYIN_SMS_URL": f"{here}/sms/messages",
        "HUIYIN_EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}?from=fuwu%40huiyin.example",
        "HUIYIN_WECHAT_URL": here,
        "HUIYIN_WECHAT_TEMPLATE": TEMPLATE,
        "HUIYIN_WECOM_URL": here,
        "HUIYIN_WECOM_AGENT": "1000002",
        **{NAMES[one.name]: getattr(keys, one.name) for one in fields(Keys)},
    }

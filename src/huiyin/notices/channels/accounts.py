"""Accounts with providers: given by the machine, never rows, for the whole house or one community.

``HUIYIN_SMS_URL`` holds for everybody; ``HUIYIN_SMS_URL_YG`` replaces it for the community with the
code YG. What is wrong with one is told without showing it, for many hold secrets.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from importlib.util import find_spec
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PROVIDERS = ("none", "http", "alibaba", "tencent")
# What the vendors' extras bring, and the name of the extra.
EXTRAS = {"alibaba": "alibabacloud_dysmsapi20170525", "tencent": "tencentcloud"}
KINDS = ("app", "external")
MAIL_PORTS = {"smtp": 587, "smtps": 465}
WECHAT = "https://api.weixin.qq.com"
WECOM = "https://qyapi.weixin.qq.com"
_IN_ADDRESS = re.compile(r"[A-Za-z0-9_-]{16,100}")  # a secret that vendors call us with
SIGNED = "whsec_"  # how a secret of Standard Webhooks begins

# Every variable without its prefix: one may carry the code of a community after its name.
KNOWN = {
    "HUIYIN_SMS_": (
        "PROVIDER",
        "URL",
        "TOKEN",
        "KEY",
        "SECRET",
        "APP",
        "REGION",
        "SIGNATURE",
        "REPORT_SECRET",
        "REMEMBERS",
    ),
    "HUIYIN_EMAIL_": ("URL",),
    "HUIYIN_WECHAT_": ("APP_ID", "SECRET", "TOKEN", "URL", "TEMPLATE"),
    "HUIYIN_WECOM_": ("CORP_ID", "SECRET", "AGENT", "KIND", "URL"),
}


class BadAccount(ValueError):
    """An account cannot be used; the sentence names the variable, never its value."""


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An account with a gateway or a vendor of short messages."""

    provider: str
    url: str
    signature: str
    key: str = ""
    app: str = ""
    region: str = ""
    remembers: bool = True
    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    report_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A server that takes mail from us, and who it is from."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    tls: bool = False


@dataclass(frozen=True, slots=True)
class WechatAccount:
    """A WeChat official account; ``template`` is used for whatever has no template of its own."""

    app_id: str
    url: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    template: str = ""


@dataclass(frozen=True, slots=True)
class WecomAccount:
    """An app of a WeCom company; ``kind`` says whether members or outside contacts are told."""

    corp_id: str
    url: str
    agent: int
    secret: str = field(repr=False)
    kind: str = "app"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of a community, or of the house for all that have none of their own."""

    sms: SmsAccount | None = None
    email: MailAccount | None = None
    wechat: WechatAccount | None = None
    wecom: WecomAccount | None = None


def spelt(code: str) -> str:
    """Return a community's code as the name of a variable spells it."""
    return re.sub(r"[^A-Z0-9]", "_", code.upper())


def read_accounts(environment: Mapping[str, str], *, production: bool) -> dict[str, Accounts]:
    """Return the accounts an environment names, by community code as spelt there; "" is the house.

    In production a provider on another machine is spoken to in TLS only.
    """
    given = _sorted_by_community(environment)
    house = given.get("", {})
    return {
        code: _accounts(_Reader({**house, **own}, own, code, production))
        for code, own in {"": house, **given}.items()
    }


def _sorted_by_community(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the variables of each community, under their names without the code."""
    given: dict[str, dict[str, str]] = {}
    for name, text in sorted(environment.items()):
        prefix = next((one for one in KNOWN if name.startswith(one)), None)
        if prefix is None or not text.strip():
            continue
        word = name.removeprefix(prefix)
        base = next((one for one in KNOWN[prefix] if word == one or word.startswith(f"{one}_")), "")
        if not base:
            raise BadAccount(f"{name}: there is no such setting; see docs/operations.md")
        code = word.removeprefix(base).lstrip("_")
        given.setdefault(code, {})[prefix + base] = text.strip()
    return given


@dataclass(frozen=True, slots=True)
class _Reader:
    """The variables of one community, which say who wrote what is wrong."""

    values: Mapping[str, str]
    own: Mapping[str, str]
    code: str
    production: bool

    def name(self, name: str) -> str:
        """Return a variable's name as it stands in the environment."""
        return f"{name}_{self.code}" if self.code and name in self.own else name

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "") or default

    def needed(self, name: str, why: str) -> str:
        if not (text := self.text(name)):
            raise BadAccount(f"{name}: is missing, {why} needs it")
        return text

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        if (text := self.text(name, default)) not in choices:
            raise BadAccount(f"{self.name(name)}: should be one of {', '.join(choices)}")
        return text

    def flag(self, name: str, *, default: bool) -> bool:
        if (text := self.text(name, "1" if default else "0")) not in {"0", "1"}:
            raise BadAccount(f"{self.name(name)}: should be 1 or 0")
        return text == "1"

    def url(self, name: str, default: str = "") -> str:
        """Return an address of http(s); plain http to another machine only outside production."""
        text = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(text)
            host, _port = parts.hostname, parts.port
        except ValueError:
            host, parts = None, SplitResult("", "", "", "", "")
        if parts.scheme not in {"http", "https"} or not host or parts.query or parts.username:
            raise BadAccount(f"{self.name(name)}: should be an address such as https://host/path")
        if self.production and parts.scheme == "http" and host not in LOOPBACK:
            raise BadAccount(f"{self.name(name)}: production speaks https to other machines")
        return text


def _accounts(given: _Reader) -> Accounts:
    return Accounts(
        sms=_sms(given), email=_email(given), wechat=_wechat(given), wecom=_wecom(given)
    )


def _sms(given: _Reader) -> SmsAccount | None:
    provider = given.choice("HUIYIN_SMS_PROVIDER", PROVIDERS, "none")
    if provider == "none":
        return None
    return _gateway(given) if provider == "http" else _vendor(given, provider)


def _gateway(given: _Reader) -> SmsAccount:
    why = "HUIYIN_SMS_PROVIDER=http"
    given.needed("HUIYIN_SMS_URL", why)
    secret = given.text("HUIYIN_SMS_REPORT_SECRET")
    if secret and not secret.startswith(SIGNED):
        raise BadAccount(f"{given.name('HUIYIN_SMS_REPORT_SECRET')}: should begin with {SIGNED}")
    return SmsAccount(
        provider="http",
        url=given.url("HUIYIN_SMS_URL"),
        token=given.needed("HUIYIN_SMS_TOKEN", why),
        signature=given.text("HUIYIN_SMS_SIGNATURE"),
        report_secret=secret,
        remembers=given.flag("HUIYIN_SMS_REMEMBERS", default=True),
    )


def _vendor(given: _Reader, provider: str) -> SmsAccount:
    why = f"HUIYIN_SMS_PROVIDER={provider}"
    if find_spec(EXTRAS[provider]) is None:
        raise BadAccount(
            f"{why}: install the vendor's library first, pip install huiyin[{provider}]"
        )
    app = given.needed("HUIYIN_SMS_APP", why) if provider == "tencent" else ""
    secret = given.text("HUIYIN_SMS_REPORT_SECRET")
    if secret and not _IN_ADDRESS.fullmatch(secret):
        raise BadAccount(
            f"{given.name('HUIYIN_SMS_REPORT_SECRET')}: should be 16 or more letters and digits"
        )
    return SmsAccount(
        provider=provider,
        url=given.url("HUIYIN_SMS_URL") if given.text("HUIYIN_SMS_URL") else "",
        key=given.needed("HUIYIN_SMS_KEY", why),
        secret=given.needed("HUIYIN_SMS_SECRET", why),
        signature=given.needed("HUIYIN_SMS_SIGNATURE", why),
        app=app,
        region=given.text("HUIYIN_SMS_REGION"),
        report_secret=secret,
        remembers=False,
    )


def _email(given: _Reader) -> MailAccount | None:
    name = "HUIYIN_EMAIL_URL"
    if not (text := given.text(name)):
        return None
    wanted = f"{given.name(name)}: should be smtp://user:password@host:port?from=fuwu@example.com"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadAccount(wanted) from None
    asked = parse_qs(parts.query)
    title, address = parseaddr(asked.get("from", [""])[0])
    if parts.scheme not in MAIL_PORTS or not parts.hostname or "@" not in address:
        raise BadAccount(f"{wanted}; signs such as @ in a password are written %40")
    here = parts.hostname in LOOPBACK
    return MailAccount(
        host=parts.hostname,
        port=port or MAIL_PORTS[parts.scheme],
        sender=formataddr((title, address)) if title else address,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp" and not here,
        tls=parts.scheme == "smtps",
    )


def _wechat(given: _Reader) -> WechatAccount | None:
    if not (app_id := given.text("HUIYIN_WECHAT_APP_ID")):
        return None
    why = "HUIYIN_WECHAT_APP_ID"
    return WechatAccount(
        app_id=app_id,
        secret=given.needed("HUIYIN_WECHAT_SECRET", why),
        token=given.text("HUIYIN_WECHAT_TOKEN"),
        template=given.text("HUIYIN_WECHAT_TEMPLATE"),
        url=given.url("HUIYIN_WECHAT_URL", WECHAT),
    )


def _wecom(given: _Reader) -> WecomAccount | None:
    if not (corp_id := given.text("HUIYIN_WECOM_CORP_ID")):
        return None
    why = "HUIYIN_WECOM_CORP_ID"
    agent = given.needed("HUIYIN_WECOM_AGENT", why)
    if not agent.isdigit():
        raise BadAccount(f"{given.name('HUIYIN_WECOM_AGENT')}: should be a whole number")
    return WecomAccount(
        corp_id=corp_id,
        secret=given.needed("HUIYIN_WECOM_SECRET", why),
        agent=int(agent),
        kind=given.choice("HUIYIN_WECOM_KIND", KINDS, "app"),
        url=given.url("HUIYIN_WECOM_URL", WECOM),
    )

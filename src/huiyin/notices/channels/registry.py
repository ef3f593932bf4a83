"""Which channels there are for a community: what its accounts in the settings allow."""

from collections.abc import Callable
from functools import cache

from django.conf import settings

from huiyin.notices.channels import Channel
from huiyin.notices.channels.accounts import Accounts, SmsAccount, spelt
from huiyin.notices.channels.email import Email
from huiyin.notices.channels.sms_alibaba import AlibabaSms
from huiyin.notices.channels.sms_http import HttpSms
from huiyin.notices.channels.sms_tencent import TencentSms
from huiyin.notices.channels.wechat import Wechat
from huiyin.notices.channels.wecom import Wecom

NAMES = ("sms", "email", "wechat", "wecom")
_SMS: dict[str, Callable[[SmsAccount], Channel]] = {
    "http": HttpSms,
    "alibaba": AlibabaSms,
    "tencent": TencentSms,
}


def get(name: str, community_code: str) -> Channel | None:
    """Return a channel of a community, None when it has no account for it."""
    return _channel(name, accounts_of(community_code))


def ready(community_code: str) -> tuple[str, ...]:
    """Return the names of the channels that are set up for a community."""
    accounts = accounts_of(community_code)
    return tuple(name for name in NAMES if getattr(accounts, name) is not None)


def provider(name: str, community_code: str) -> str:
    """Return who carries a channel of a community ("http", "alibaba", "smtp" …), "" for nobody."""
    account = getattr(accounts_of(community_code), name, None)
    if isinstance(account, SmsAccount):
        return account.provider
    return "" if account is None else {"email": "smtp"}.get(name, name)


def accounts_of(community_code: str) -> Accounts:
    """Return the accounts of a community: its own where it has some, else those of the house."""
    known: dict[str, Accounts] = settings.CHANNELS
    return known.get(spelt(community_code)) or known.get("", Accounts())


def wechat(community_code: str) -> Wechat | None:
    """Return the official account of a community, for codes that lead to it."""
    account = accounts_of(community_code).wechat
    return Wechat(account) if account else None


def sms_accounts(provider_name: str) -> tuple[SmsAccount, ...]:
    """Return every account with a provider of short messages, each once."""
    found = (one.sms for one in settings.CHANNELS.values())
    return tuple({one: None for one in found if one and one.provider == provider_name})


@cache
def _channel(name: str, accounts: Accounts) -> Channel | None:
    if name == "sms" and accounts.sms:
        return _SMS[accounts.sms.provider](accounts.sms)
    if name == "email" and accounts.email:
        return Email(accounts.email)
    if name == "wechat" and accounts.wechat:
        return Wechat(accounts.wechat)
    if name == "wecom" and accounts.wecom:
        return Wecom(accounts.wecom)
    return None

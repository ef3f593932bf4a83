"""Alibaba and Tencent: their codes, their templates, and their own libraries where installed."""

import importlib.util
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from huiyin.fakes.run import Running
from huiyin.notices.channels import (
    Channel,
    Handed,
    Unclear,
    Undeliverable,
    sms_alibaba,
    sms_tencent,
    vendors,
)
from huiyin.notices.channels.accounts import EXTRAS, SmsAccount
from huiyin.notices.channels.sms_alibaba import AlibabaSms
from huiyin.notices.channels.sms_tencent import TencentSms
from huiyin.notices.channels.tests.conftest import free_port, parcel
from huiyin.notices.channels.vendor_templates import Filled, fill

CODE: dict[str, Any] = {"template": "SMS_1:code", "values": {"code": "482915", "minutes": "5"}}
KINDS: dict[str, Callable[[SmsAccount], Channel]] = {"alibaba": AlibabaSms, "tencent": TencentSms}


def account(provider: str, url: str = "") -> SmsAccount:
    return SmsAccount(provider, url, "回音", key="AKID", app="1400", secret="geheim-secret")


# -- templates


def test_a_template_takes_every_value_under_its_name() -> None:
    filled = fill(parcel(template="SMS_1"))
    assert filled == Filled("SMS_1", {"number": "YG-20260316-0001", "who": "刘师傅"})


def test_a_template_says_which_values_in_which_order() -> None:
    filled = fill(parcel(template="9:who, number"))
    assert list(filled.blanks.values()) == ["刘师傅", "YG-20260316-0001"]
    filled = fill(parcel(), spare="abc:thing1=subject,thing2=who")
    assert filled == Filled("abc", {"thing1": "您的报修已派人", "thing2": "刘师傅"})


@pytest.mark.parametrize("template", ["", " ", ":who", "SMS_1:nobody"])
def test_a_template_that_cannot_be_filled_is_in_vain(template: str) -> None:
    with pytest.raises(Undeliverable) as refusal:
        fill(parcel(template=template))
    assert refusal.value.permanent


# -- codes


@pytest.mark.parametrize(
    ("sets", "code", "permanent"),
    [
        (sms_alibaba, "isv.MOBILE_NUMBER_ILLEGAL", True),
        (sms_alibaba, "isv.SMS_TEMPLATE_ILLEGAL", True),
        (sms_alibaba, "isv.BUSINESS_LIMIT_CONTROL", False),
        (sms_alibaba, "isv.AMOUNT_NOT_ENOUGH", False),
        (sms_alibaba, "Throttling.User", False),
        (sms_alibaba, "InvalidAccessKeyId.NotFound", False),
        (sms_alibaba, "isp.SYSTEM_ERROR", None),
        (sms_alibaba, "isv.SOMETHING_NEW", None),
        (sms_alibaba, "ServiceUnavailable", None),
        (sms_tencent, "FailedOperation.PhoneNumberInBlacklist", True),
        (sms_tencent, "InvalidParameterValue.IncorrectPhoneNumber", True),
        (sms_tencent, "InvalidParameterValue.SdkAppIdNotExist", False),
        (sms_tencent, "LimitExceeded.PhoneNumberDailyLimit", False),
        (sms_tencent, "LimitExceeded.PhoneNumberCountLimit", True),
        (sms_tencent, "FailedOperation.InsufficientBalanceInSmsPackage", False),
        (sms_tencent, "AuthFailure.SignatureFailure", False),
        (sms_tencent, "InternalError.Timeout", None),
        (sms_tencent, "InternalError", None),
        (sms_tencent, "FailedOperation.OtherError", None),
    ],
)
def test_a_vendors_code_is_sorted(sets: Any, code: str, permanent: bool | None) -> None:
    found = vendors.outcome(code, "", in_vain=sets.IN_VAIN, not_now=sets.NOT_NOW)
    if permanent is None:
        assert isinstance(found, Unclear)
    else:
        assert isinstance(found, Undeliverable) and found.permanent is permanent
    assert code in str(found)


@pytest.mark.parametrize("sets", [sms_alibaba, sms_tencent])
def test_no_code_means_two_things(sets: Any) -> None:
    assert not sets.IN_VAIN & sets.NOT_NOW


# -- the line


def test_a_refused_connection_never_left() -> None:
    try:
        try:
            raise ConnectionRefusedError
        except OSError as behind:
            raise RuntimeError("the library's own") from behind
    except RuntimeError as error:
        found = vendors.broken_line(error)
    assert isinstance(found, Undeliverable) and not found.permanent


def test_a_line_that_broke_later_is_unclear() -> None:
    error = RuntimeError(TimeoutError("read timed out"))
    error.__cause__ = error  # a circle ends, too
    assert isinstance(vendors.broken_line(error), Unclear)


# -- the libraries, played by a few lines in the shape of their interfaces


class Refused(Exception):
    """What both libraries raise: an error with a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def play_alibaba(monkeypatch: pytest.MonkeyPatch, answer: Callable[[Any], Any]) -> None:
    def send(asked: Any, _patience: Any) -> Any:
        return SimpleNamespace(body=answer(asked))

    client = SimpleNamespace(send_sms_with_options=send)
    shape = SimpleNamespace(
        SendSmsRequest=SimpleNamespace,
        RuntimeOptions=SimpleNamespace,
        Config=SimpleNamespace,
        TeaException=Refused,
        Client=lambda _config: client,
    )
    monkeypatch.setattr(sms_alibaba, "library", lambda _module, _extra: shape)
    sms_alibaba._client.cache_clear()


def play_tencent(monkeypatch: pytest.MonkeyPatch, answer: Callable[[Any], Any]) -> None:
    shape = SimpleNamespace(
        SendSmsRequest=SimpleNamespace,
        HttpProfile=SimpleNamespace,
        ClientProfile=SimpleNamespace,
        Credential=lambda *_given: None,
        SmsClient=lambda *_given: SimpleNamespace(SendSms=answer),
        TencentCloudSDKException=Refused,
    )
    monkeypatch.setattr(sms_tencent, "library", lambda _module, _extra: shape)
    sms_tencent._client.cache_clear()


def test_alibaba_is_asked_by_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def answer(given: Any) -> Any:
        asked.append(given)
        return SimpleNamespace(code="OK", message="OK", biz_id="9006^0")

    play_alibaba(monkeypatch, answer)
    sms = AlibabaSms(account("alibaba"))
    assert sms.send(parcel(**CODE)) == Handed("9006^0")
    assert asked[0].template_param == '{"code": "482915"}' and asked[0].sign_name == "回音"
    assert asked[0].out_id == parcel().reference and asked[0].template_code == "SMS_1"
    with pytest.raises(Unclear):
        sms.ask("r")
    sms_alibaba._client.cache_clear()


def test_alibaba_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(given: Any) -> Any:
        raise Refused(given.template_code)

    told = SimpleNamespace(code="isv.AMOUNT_NOT_ENOUGH", message="13800138000", biz_id=None)
    play_alibaba(monkeypatch, lambda _given: told)
    with pytest.raises(Undeliverable) as refusal:
        AlibabaSms(account("alibaba")).send(parcel(**CODE))
    assert not refusal.value.permanent and "13800138000" not in refusal.value.problem
    play_alibaba(monkeypatch, raising)
    with pytest.raises(Undeliverable, match=r"Throttling"):
        AlibabaSms(account("alibaba")).send(parcel(template="Throttling.User"))
    with pytest.raises(Unclear):
        AlibabaSms(account("alibaba")).send(parcel(template="InternalError"))
    sms_alibaba._client.cache_clear()


def test_tencent_is_asked_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def answer(given: Any) -> Any:
        asked.append(given)
        status = SimpleNamespace(Code="Ok", Message="send success", SerialNo="2640:1")
        return SimpleNamespace(SendStatusSet=[status])

    play_tencent(monkeypatch, answer)
    sms = TencentSms(account("tencent"))
    words: dict[str, Any] = {"template": "7:minutes,code", "values": CODE["values"]}
    assert sms.send(parcel(**words)) == Handed("2640:1")
    assert asked[0].TemplateParamSet == ["5", "482915"] and asked[0].TemplateId == "7"
    assert asked[0].PhoneNumberSet == ["+8613800138000"] and asked[0].SmsSdkAppId == "1400"
    with pytest.raises(Unclear):
        sms.ask("r")
    sms_tencent._client.cache_clear()


def test_tencent_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(given: Any) -> Any:
        raise Refused(given.TemplateId)

    play_tencent(monkeypatch, lambda _given: SimpleNamespace(SendStatusSet=[]))
    with pytest.raises(Unclear):
        TencentSms(account("tencent")).send(parcel(**CODE))
    play_tencent(monkeypatch, raising)
    for code, kind in (("AuthFailure", Undeliverable), ("ClientNetworkError", Unclear)):
        with pytest.raises(kind):
            TencentSms(account("tencent")).send(parcel(template=code))
    sms_tencent._client.cache_clear()


# -- the libraries themselves, against providers on this machine

installed = {name: importlib.util.find_spec(module) is not None for name, module in EXTRAS.items()}


@pytest.fixture(params=sorted(KINDS))
def vendor(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if not installed[name]:
        pytest.skip(f"the vendor's library is not installed here: pip install huiyin[{name}]")
    return name


def test_the_library_hands_over(vendor: str, providers: Running) -> None:
    sms = KINDS[vendor](account(vendor, f"http://127.0.0.1:{providers.port}"))
    handed = sms.send(parcel(**CODE))
    (sent,) = providers.box.rows()
    assert handed == Handed(sent.provider_id) and sent.letter.reference == parcel().reference
    assert "482915" in sent.letter.text and sent.letter.to == "13800138000"


@pytest.mark.parametrize(
    ("to", "permanent"), [("13800130000", True), ("13800130002", False), ("13800130003", None)]
)
def test_the_library_tells_why_not(
    vendor: str, providers: Running, to: str, permanent: bool | None
) -> None:
    sms = KINDS[vendor](account(vendor, f"http://127.0.0.1:{providers.port}"))
    with pytest.raises(Unclear if permanent is None else Undeliverable) as refusal:
        sms.send(parcel(to, **CODE))
    if isinstance(refusal.value, Undeliverable):
        assert refusal.value.permanent is permanent


def test_the_library_finds_nobody(vendor: str) -> None:
    sms = KINDS[vendor](account(vendor, f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(Undeliverable) as refusal:
        sms.send(parcel(**CODE))
    assert not refusal.value.permanent


def test_a_missing_library_is_told_clearly() -> None:
    with pytest.raises(vendors.MissingExtra, match=r"pip install huiyin\[alibaba\]"):
        vendors.library("no_such_library_of_a_vendor", "alibaba")

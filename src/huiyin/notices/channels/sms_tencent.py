"""Short messages through Tencent Cloud (API 2021-01-11), with its library (extra ``tencent``).

Blanks of its templates have numbers instead of names: they are filled in order. The vendor does
not remember our reference; its delivery reports carry its own number only.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from huiyin.notices.channels import Handed, Parcel, Unclear, Undeliverable
from huiyin.notices.channels.accounts import SmsAccount
from huiyin.notices.channels.vendor_templates import fill
from huiyin.notices.channels.vendors import broken_line, library, outcome
from huiyin.notices.channels.wire import READ_SECONDS

SDK = "tencentcloud.sms.v20210111"
COMMON = "tencentcloud.common"
ENDPOINT = "sms.tencentcloudapi.com"
REGION = "ap-guangzhou"
MAINLAND = "+86"

# By full name, or by what stands before the dot.
IN_VAIN = frozenset(
    {
        "FailedOperation.ContainSensitiveWord",
        "FailedOperation.FailResolvePacket",
        "FailedOperation.JsonParseFail",
        "FailedOperation.MissingSignature",
        "FailedOperation.MissingSignatureList",
        "FailedOperation.MissingTemplateList",
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.PhoneNumberParseFail",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIdNotExist",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "InvalidParameter",
        "InvalidParameterValue",
        "LimitExceeded.AppCountryOrRegionInBlacklist",
        "LimitExceeded.PhoneNumberCountLimit",
        "MissingParameter",
        "UnsupportedOperation",
    }
)
NOT_NOW = frozenset(
    {
        "AuthFailure",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.MarketingSendTimeConstraint",
        "InternalError.RequestTimeException",
        "InternalError.SigFieldMissing",
        "InternalError.SigVerificationFail",
        "InvalidParameterValue.SdkAppIdNotExist",
        "IpInBlacklist",
        "IpNotInWhitelist",
        "LimitExceeded",
        "RequestLimitExceeded",
        "ResourceInsufficient",
        "UnauthorizedOperation",
    }
)
# The library's own words for a line that broke.
LINE = frozenset({"ClientNetworkError"})


@dataclass(frozen=True, slots=True)
class TencentSms:
    """Short messages of Tencent Cloud."""

    account: SmsAccount
    name: str = "sms"
    provider: str = "tencent"
    remembers: bool = False

    def send(self, parcel: Parcel) -> Handed:
        """Hand the parcel over; raise Undeliverable or Unclear."""
        filled = fill(parcel)
        asked = library(f"{SDK}.models", "tencent").SendSmsRequest()
        asked.PhoneNumberSet = [parcel.to if parcel.to.startswith("+") else MAINLAND + parcel.to]
        asked.SmsSdkAppId = self.account.app
        asked.SignName = self.account.signature
        asked.TemplateId = filled.id
        asked.TemplateParamSet = list(filled.blanks.values())
        asked.SessionContext = parcel.reference
        errors = library(f"{COMMON}.exception.tencent_cloud_sdk_exception", "tencent")
        try:
            told = _client(self.account).SendSms(asked)
        except errors.TencentCloudSDKException as error:
            raise _refusal(error) from None
        status = told.SendStatusSet[0] if told.SendStatusSet else None
        if status is None:
            raise Unclear(_("服务商没有答复。"))
        if status.Code != "Ok":
            raise outcome(status.Code, status.Message, in_vain=IN_VAIN, not_now=NOT_NOW)
        return Handed(str(status.SerialNo or ""))

    def ask(self, reference: str) -> Handed | None:
        """Raise Unclear: the vendor finds messages by number and time only."""
        raise Unclear(_("腾讯云不能按我们的编号查询。"))


def _refusal(error: Any) -> Undeliverable | Unclear:
    if error.code in LINE:
        return broken_line(error)
    return outcome(str(error.code), "", in_vain=IN_VAIN, not_now=NOT_NOW)


@cache
def _client(account: SmsAccount) -> Any:
    """Return the library's client of an account: short timeouts, no second try of its own."""
    parts = urlsplit(account.url)
    http = library(f"{COMMON}.profile.http_profile", "tencent").HttpProfile(
        protocol=parts.scheme or "https",
        endpoint=parts.netloc or ENDPOINT,
        reqTimeout=int(READ_SECONDS),
    )
    profile = library(f"{COMMON}.profile.client_profile", "tencent").ClientProfile(httpProfile=http)
    key = library(f"{COMMON}.credential", "tencent").Credential(account.key, account.secret)
    client = library(f"{SDK}.sms_client", "tencent").SmsClient
    return client(key, account.region or REGION, profile)

"""Short messages through Alibaba Cloud (Dysmsapi), with the vendor's library (extra ``alibaba``).

The vendor does not remember our reference: ``OutId`` only comes back with the delivery report.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from huiyin.notices.channels import Handed, Parcel, Unclear, Undeliverable
from huiyin.notices.channels.accounts import SmsAccount
from huiyin.notices.channels.vendor_templates import fill
from huiyin.notices.channels.vendors import broken_line, library, outcome
from huiyin.notices.channels.wire import CONNECT_SECONDS, READ_SECONDS

SDK = "alibabacloud_dysmsapi20170525"
TEA = "alibabacloud_tea_openapi"
ENDPOINT = "dysmsapi.aliyuncs.com"
REGION = "cn-hangzhou"

# Number, template, signature or values: the same request would be refused again.
IN_VAIN = frozenset(
    {
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.CUSTOMER_REFUSED",
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
        "isv.ERROR_SIGN_NOT_MODIFY",
        "isv.EXTEND_CODE_ERROR",
        "isv.INVALID_JSON_PARAM",
        "isv.INVALID_PARAMETERS",
        "isv.MOBILE_COUNT_OVER_LIMIT",
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.NO_AVAILABLE_SHORT_URL",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL",
        "isv.SIGN_STATE_ILLEGAL",
        "isv.SIGNATURE_BLACKLIST",
        "isv.SMS_CONTENT_ILLEGAL",
        "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.TEMPLATE_COUNT_OVER_LIMIT",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
        "isv.TEMPLATE_PARAMS_URL",
        "isv.UNSUPPORTED_CONTENT",
        "InvalidParameter",
        "MissingParameter",
        "MissingPhoneNumbers",
        "MissingSignName",
        "MissingTemplateCode",
    }
)
# Refused for now: money, rights, keys, or too many at once.
NOT_NOW = frozenset(
    {
        "Forbidden",
        "InvalidAccessKeyId",
        "InvalidAccessKeySecret",
        "InvalidTimeStamp",
        "SignatureDoesNotMatch",
        "SignatureNonceUsed",
        "Throttling",
        "isp.RAM_PERMISSION_DENY",
        "isv.ACCOUNT_ABNORMAL",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.BUSINESS_LIMIT_CONTROL",
        "isv.DAY_LIMIT_CONTROL",
        "isv.DENY_IP_RANGE",
        "isv.MONTH_LIMIT_CONTROL",
        "isv.OUT_OF_SERVICE",
        "isv.PRODUCT_UNSUBSCRIBE",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.USER_NOT_EXIST",
    }
)


@dataclass(frozen=True, slots=True)
class AlibabaSms:
    """Short messages of Alibaba Cloud."""

    account: SmsAccount
    name: str = "sms"
    provider: str = "alibaba"
    remembers: bool = False

    def send(self, parcel: Parcel) -> Handed:
        """Hand the parcel over; raise Undeliverable or Unclear."""
        filled = fill(parcel)
        models = library(f"{SDK}.models", "alibaba")
        errors = library("Tea.exceptions", "alibaba")
        asked = models.SendSmsRequest(
            phone_numbers=parcel.to,
            sign_name=self.account.signature,
            template_code=filled.id,
            template_param=json.dumps(dict(filled.blanks), ensure_ascii=False),
            out_id=parcel.reference,
        )
        client = _client(self.account)
        try:
            told = client.send_sms_with_options(asked, _patience()).body
        except errors.TeaException as error:
            raise _refusal(error) from None
        if told.code != "OK":
            raise outcome(str(told.code), told.message, in_vain=IN_VAIN, not_now=NOT_NOW)
        return Handed(str(told.biz_id or ""))

    def ask(self, reference: str) -> Handed | None:
        """Raise Unclear: the vendor finds messages by number and day only, not by our reference."""
        raise Unclear(_("阿里云不能按我们的编号查询。"))


def _refusal(error: Any) -> Undeliverable | Unclear:
    """Sort what the vendor refused; the library's own trouble with the line has no code."""
    if not error.code:
        return broken_line(error)
    return outcome(str(error.code), "", in_vain=IN_VAIN, not_now=NOT_NOW)


@cache
def _client(account: SmsAccount) -> Any:
    """Return the library's client of an account; it keeps no connection that matters."""
    parts = urlsplit(account.url)
    config = library(f"{TEA}.utils_models", "alibaba").Config(
        access_key_id=account.key,
        access_key_secret=account.secret,
        region_id=account.region or REGION,
        endpoint=parts.netloc or ENDPOINT,
        protocol=parts.scheme or "https",
    )
    return library(f"{SDK}.client", "alibaba").Client(config)


def _patience() -> Any:
    """Return short timeouts and no second try: whether to try again is for us to say."""
    options = library("darabonba.runtime", "alibaba").RuntimeOptions
    return options(
        autoretry=False,
        max_attempts=1,
        connect_timeout=int(CONNECT_SECONDS * 1000),
        read_timeout=int(READ_SECONDS * 1000),
    )

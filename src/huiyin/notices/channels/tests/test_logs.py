"""What leaves the house is in no log: no number, no code, no secret, at any level (NOT-04)."""

import logging
from typing import Any

import pytest

from huiyin.fakes.run import Running
from huiyin.notices.channels import Unclear, Undeliverable, registry
from huiyin.notices.channels.tests.conftest import parcel

OPENID = "oWang"
REACHED = {
    "sms": ("13800138000", "13800130000", "13800130003"),
    "email": ("wang@example.com", "bounce@example.com", "silent@example.com"),
    "wechat": (OPENID, "oNobody"),
    "wecom": ("WangLi",),
}


@pytest.mark.parametrize("name", sorted(REACHED))
def test_nothing_personal_is_logged(
    providers: Running, caplog: pytest.LogCaptureFixture, settings: Any, name: str
) -> None:
    providers.box.follow(OPENID, "王阿姨")
    channel = registry.get(name, "YG")
    assert channel is not None
    words = {"text": "验证码 482915,五分钟内有效。", "values": {"code": "482915"}}
    with caplog.at_level(logging.DEBUG):
        for to in REACHED[name]:
            try:
                channel.send(parcel(to, **words))
            except (Undeliverable, Unclear) as refusal:
                logging.getLogger("huiyin.notices").warning("%s", refusal)
    # the mail server of the tests runs in this process and tells what it was told; it is not ours
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    secrets = [
        text for key, text in providers.environment.items() if key.endswith(("SECRET", "TOKEN"))
    ]
    for hidden in ("482915", *REACHED[name], *secrets):
        assert hidden not in ours

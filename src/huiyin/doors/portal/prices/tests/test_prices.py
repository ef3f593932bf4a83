"""Owners read what their community charges."""

from collections.abc import Callable

from django.test import Client

from huiyin.billing.tests.cast import make_estate
from huiyin.matters.tests.cast import Cast

LogIn = Callable[..., Client]


def test_an_owner_reads_prices_and_grounds(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    assert "收费标准还没有公布" in http.get("/my/prices/").content.decode()
    make_estate(cast)
    http.post("/my/choose/", {"household": str(cast.town.flat.pk)})
    shown = http.get("/my/prices/").content.decode()
    assert "2.80" in shown and "合同第 8 条" in shown and "服务中心前台" in shown
    assert 'href="/my/prices/"' in http.get("/my/me/").content.decode()

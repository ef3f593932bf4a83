"""The price board in public: approved prices, nobody's data, and a page when there is none."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from huiyin.billing.tests.cast import make_estate
from huiyin.matters.tests.cast import AT, Cast


def read(code: str = "YG") -> Any:
    return Client().get(f"/p/{code}/prices/", headers={"X-Huiyin-Now": AT.isoformat()})


def test_anybody_reads_what_is_approved(cast: Cast, django_assert_max_num_queries: Any) -> None:
    estate = make_estate(cast)
    unseen = estate.items["parking"]
    unseen.tariffs.create(
        price=999,
        from_on=date(2027, 1, 1),
        basis="还没批准",
        drafted_by=cast.employee("finance"),
        drafted_at=AT,
    )
    page = read()
    shown = page.content.decode()
    assert page.status_code == 200 and "2.80" in shown and "合同第 8 条" in shown
    assert "代收代付" in shown and "999" not in shown
    for secret in ("王丽", "3-1-1201", "阳光置业"):
        assert secret not in shown
    with django_assert_max_num_queries(6):
        read()


@pytest.mark.parametrize("code", ["YG", "nowhere", "%00", "💥", "9" * 4000])
def test_without_prices_it_says_whom_to_ask(cast: Cast, code: str) -> None:
    page = read(code)
    assert page.status_code == 404 and "没有公示的收费标准" in page.content.decode()

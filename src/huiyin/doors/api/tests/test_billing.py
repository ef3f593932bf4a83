"""Charges through the API: a run from draft to posted, accounts, arrears, bills (BIL-06)."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from huiyin.billing.models import Bill, Run
from huiyin.billing.tests.bills import ahead, billed, offset
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.test_accounts import due
from huiyin.doors.api.tests.cast import STRANGER, Site
from huiyin.estate.models import House

NEW = {"community": "YG", "charge_group": "A", "period": "2026Q1"}


@pytest.fixture
def estate(site: Site) -> Estate:
    """Build the estate with its books, charges and households."""
    return make_estate(site.cast)


@pytest.mark.rule("BIL-06")
def test_a_run_is_drafted_looked_at_and_posted(site: Site, estate: Estate) -> None:
    begun = site.api("collector").post("/billing/runs", NEW)
    assert begun.status == 201, begun.body
    run = begun.body
    assert (run["state"], run["period"], run["charge_group"]) == ("drafted", "2026Q1", "A")
    assert (run["from"], run["to"], run["held"]) == ("2026-01-01", "2026-03-31", 1)
    (item,) = [one for one in run["totals"] if one["item"] == "management"]
    assert item["amount"] == run["amount"] and Decimal(run["amount"]) > 0
    (check,) = [one for one in run["checks"] if one["blocking"]]
    assert (check["code"], check["houses"]) == ("no_area", 1)
    (wrong,) = [one for one in run["exceptions"] if one["blocking"]]
    assert wrong["house"] == "3-1-1301" and "面积" in wrong["text"]

    path = f"/billing/runs/{run['id']}"
    assert site.api("collector").post(f"{path}/post").status == 403
    lines = site.api("keeper").get(f"{path}/lines", house="3-1-1201").body["items"]
    (line,) = lines
    assert line["amount"] == "827.40" and line["payer"] == "王丽" and line["steps"]
    posted = site.api("finance").post(f"{path}/post")
    assert (posted.status, posted.body["state"]) == (200, "posted")
    again = site.api("finance").post(f"{path}/post")
    assert again.status == 200 and Bill.objects.count() == run["houses"]
    assert site.api("keeper").get(path).body["amount"] == run["amount"]


def test_after_the_repair_only_what_was_missing_is_billed(site: Site, estate: Estate) -> None:
    finance = site.api("finance")
    first = finance.post("/billing/runs", NEW).body
    finance.post(f"/billing/runs/{first['id']}/post")
    House.objects.filter(code="3-1-1301").update(area="80.00")
    second = finance.post("/billing/runs", NEW).body
    assert (second["houses"], second["amount"]) == (1, "672.00")
    finance.post(f"/billing/runs/{second['id']}/post")
    third = finance.post("/billing/runs", NEW)
    assert third.status == 409 and "已经全部计费" in third.body["detail"]


def test_the_same_key_is_one_run_and_another_body_a_conflict(site: Site, estate: Estate) -> None:
    api, key = site.api("collector"), str(uuid4())
    first = api.post("/billing/runs", NEW, key=key)
    second = api.post("/billing/runs", NEW, key=key)
    assert first.body == second.body and second.headers["Idempotent-Replay"] == "1"
    assert api.post("/billing/runs", {**NEW, "period": "2026Q2"}, key=key).status == 409
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"charge_group": "Z"}, "charge_group"),
        ({"period": "2026-13"}, "period"),
        ({"period": "2036Q1"}, "period"),
        ({"kind": "extra"}, "kind"),
        ({"amount": "1"}, "amount"),
    ],
)
def test_what_names_nothing_is_refused_on_its_field(
    site: Site, estate: Estate, changed: dict[str, str], field: str
) -> None:
    told = site.api("finance").post("/billing/runs", {**NEW, **changed})
    assert told.status == 422 and field in told.body["errors"]


def test_a_large_difference_waits_for_a_second_person(site: Site, estate: Estate) -> None:
    path = f"/billing/runs/{site.api('collector').post('/billing/runs', NEW).body['id']}"
    Run.objects.update(deviation="0.5000")
    assert site.api("manager").get(path).body["needs_confirmation"] is True
    refused = site.api("manager").post(f"{path}/post")
    assert refused.status == 409 and "复核" in refused.body["detail"]
    assert site.api("manager").post(f"{path}/confirm").body["needs_confirmation"] is False
    assert site.api("finance").post(f"{path}/post").body["state"] == "posted"


@pytest.mark.rule("BIL-14")
def test_a_run_is_taken_back_by_two(site: Site, estate: Estate) -> None:
    path = f"/billing/runs/{site.api('finance').post('/billing/runs', NEW).body['id']}"
    assert site.api("finance").post(f"{path}/ask-reversal", {"reason": "错"}).status == 409
    site.api("finance").post(f"{path}/post")
    assert site.api("finance").post(f"{path}/ask-reversal", {}).status == 422
    assert site.api("finance").post(f"{path}/ask-reversal", {"reason": "错"}).status == 200
    assert site.api("finance").post(f"{path}/agree-reversal").status == 403
    assert site.api("manager").post(f"{path}/agree-reversal").body["state"] == "reversed"
    statement = site.api("finance").get("/houses/YG/3-1-1201/statement").body
    assert statement["balance"] == "0.00"


def test_a_draft_is_dropped_or_drafted_again(site: Site, estate: Estate) -> None:
    api = site.api("collector")
    path = f"/billing/runs/{api.post('/billing/runs', NEW).body['id']}"
    House.objects.filter(code="3-1-1301").update(area="80.00")
    assert api.post(f"{path}/redraft").body["held"] == 0
    assert api.post(f"{path}/drop").body["state"] == "dropped"
    assert api.post(f"{path}/redraft").status == 409
    listed = api.get("/billing/runs", community="YG").body
    assert [one["state"] for one in listed["items"]] == ["dropped"] and listed["next"] is None


def test_a_statement_tells_bills_and_the_balance_they_leave(site: Site, estate: Estate) -> None:
    finance = site.api("finance")
    run = finance.post("/billing/runs", NEW).body
    finance.post(f"/billing/runs/{run['id']}/post")
    told = finance.get("/houses/YG/3-1-1201/statement", to="2026-12-31").body
    (bill,) = told["bills"]
    assert (bill["amount"], bill["open"], bill["state"]) == ("827.40", "827.40", "open")
    assert (told["opening"], told["balance"], told["payments"]) == ("0.00", "827.40", [])
    assert [one["debit"] for one in told["rows"]] == ["827.40"]
    whole = finance.get(f"/bills/{bill['number']}").body
    (line,) = whole["lines"]
    assert line["amount"] == "827.40" and line["price"] == "2.8000" and line["steps"]
    assert finance.get("/houses/YG/3-1-1201").body["balance"] == "827.40"
    assert site.api("technician").get("/houses/YG/3-1-1201").body["balance"] is None
    backwards: dict[str, Any] = {"from": "2026-05-01", "to": "2026-01-01"}
    assert finance.get("/houses/YG/3-1-1201/statement", **backwards).status == 422
    assert finance.get("/houses/YG/9-9-9/statement").status == 404


def test_arrears_are_paged_and_narrowed(site: Site, estate: Estate) -> None:
    offset(estate, billed(estate, amount="300.00", **due(40)), "100.00")
    billed(estate, "shop", "company", amount="500.00", **due(10))
    billed(estate, "let", "tenant", amount="41.00", **due(-5))
    ahead(estate, "flat", "owner", "7.00")
    api = site.api("keeper")
    first = api.get("/arrears", community="YG", limit="1").body
    assert [one["house"] for one in first["items"]] == ["S-01"]
    assert (first["total"], first["late"]) == ("741.00", "700.00")
    assert first["ageing"]["not_due"] == "41.00" and first["ageing"]["to_90"] == "200.00"
    (second,) = api.get("/arrears", community="YG", limit="1", cursor=first["next"]).body["items"]
    assert (second["house"], second["owed"], second["days"]) == ("3-1-1201", "200.00", 40)
    assert (second["prepaid"], second["phone"]) == ("7.00", "138****5678")
    late = api.get("/arrears", community="YG", min_days="30").body["items"]
    assert [one["house"] for one in late] == ["3-1-1201"]
    everything = api.get("/arrears", community="YG", min_days="0").body
    assert everything["households"] == len(everything["items"]) == 3
    strange: tuple[dict[str, Any], ...] = (
        {"min_days": "-1"},
        {"item": "x"},
        {"cursor": "x"},
        {"klass": "A"},
    )
    for wrong in strange:
        assert api.get("/arrears", community="YG", **wrong).status == 422
    assert site.api(STRANGER).get("/arrears", community="YG").status == 404
    assert site.api("technician").get("/arrears", community="YG").status == 403

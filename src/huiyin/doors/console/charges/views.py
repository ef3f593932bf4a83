"""The pages of the catalogue: groups and their days, items, prices, terms, the price board."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.billing.access import BILLERS, POSTERS, admit_to_bill, admit_to_post, admit_to_read
from huiyin.billing.actions import catalogue as actions
from huiyin.billing.actions import seeding, tariffs
from huiyin.billing.queries import assignments
from huiyin.billing.queries import catalogue as queries
from huiyin.billing.queries.catalogue import GroupRow, ItemRow, TariffView
from huiyin.doors.console.charges.forms import (
    GroupForm,
    ItemForm,
    OpenForm,
    TariffForm,
    TermsForm,
)
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.flows.reactions import react
from huiyin.kernel.money import say_price
from huiyin.ledger.access import KEEPERS
from huiyin.staff.queries import local_day

# What a community does first, in this order.
SETUP = (
    ("books", gettext_lazy("账簿"), gettext_lazy("开账,有了科目才能入账")),
    ("groups", gettext_lazy("批次"), gettext_lazy("哪些费用一起出账,什么时候出")),
    ("items", gettext_lazy("项目"), gettext_lazy("收什么,怎么算")),
    ("prices", gettext_lazy("标准"), gettext_lazy("单价,两个人批准才生效")),
    ("houses", gettext_lazy("对象"), gettext_lazy("哪些房屋收,谁付款")),
)
NEW_GROUP = {
    "months": 3,
    "draft_after": -15,
    "issue_after": -10,
    "due_after": 9,
    "offset_after": 0,
    "debit_after": "9,19",
    "in_use": True,
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def charges(request: StaffRequest) -> HttpResponse:
    """Show the catalogue; on an empty one offer to set the usual one up."""
    place = request.community
    today = local_day(request.moment, place.zone)
    form = OpenForm(request.POST or None, initial={"opened_on": today.replace(month=1, day=1)})
    if request.method == "POST":
        admit_to_bill(request.caller, place.id)
        if form.is_valid() and form.tries(
            lambda: seeding.seed_usual(
                by=request.caller,
                at=request.moment,
                community_id=place.id,
                **form.cleaned_data,
            )
        ):
            messages.success(request, _("已建好常用的收费项目。请逐项核对标准,再提交审批。"))
            return redirect("charges")
    found = queries.catalogue(caller=request.caller, community_id=place.id, on=today)
    context = {
        "catalogue": found,
        "setup": _setup(found.setup),
        "form": form,
        "bare": assignments.bare_count(caller=request.caller, community_id=place.id, on=today)
        if found.setup.items
        else 0,
        "may_bill": _may_bill(request),
        "may_open": found.setup.books or request.caller.holds(place.id, *KEEPERS),
    }
    status = 422 if form.errors else 200
    return render(request, "charges/charges.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def group(request: StaffRequest, code: str = "") -> HttpResponse:
    """Write a group of charges with its calendar."""
    place = request.community
    admit_to_bill(request.caller, place.id)
    found = None
    if code:
        found = queries.group(
            caller=request.caller,
            community_id=place.id,
            code=code,
            on=local_day(request.moment, place.zone),
        )
    form = GroupForm(request.POST or None, initial=_of_group(found) if found else NEW_GROUP)
    if form.is_valid() and form.tries(
        lambda: actions.save_group(
            by=request.caller,
            at=request.moment,
            community_id=place.id,
            group_id=found.id if found else None,
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("已保存批次“%(name)s”。") % form.cleaned_data)
        return redirect("charge_group", form.cleaned_data["code"])
    status = 422 if form.errors else 200
    context = {"form": form, "group": found}
    return render(request, "charges/group.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new_item(request: StaffRequest) -> HttpResponse:
    """Write a new item."""
    admit_to_bill(request.caller, request.community.id)
    form = _item_form(request, None)
    if _saved(request, form, None):
        return redirect("charge_item", form.cleaned_data["code"])
    status = 422 if form.errors else 200
    return render(request, "charges/item_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def item(request: StaffRequest, code: str) -> HttpResponse:
    """Show an item with its prices through time; draft a price, or change the item."""
    place = request.community
    today = local_day(request.moment, place.zone)
    found = queries.item(caller=request.caller, community_id=place.id, code=code, on=today)
    refused: dict[str, DoorForm] = {}
    if request.method == "POST":
        admit_to_bill(request.caller, place.id)
        step = request.POST.get("step")
        if step == "save":
            form: DoorForm = _item_form(request, found.row, sent=True)
            if _saved(request, form, found.row):
                return redirect("charge_item", form.cleaned_data["code"])
        elif step == "draft":
            draft = TariffForm(request.POST, prefix="draft", is_metered=found.row.way == "metered")
            form = draft
            made: list[int] = []
            if draft.is_valid() and draft.tries(
                lambda: made.extend(
                    tariffs.draft_tariff(
                        by=request.caller,
                        at=request.moment,
                        item_id=found.row.id,
                        **draft.arguments(),
                    )
                )
            ):
                messages.success(request, _("草稿已保存。核对无误后请提交审批。"))
                return redirect("charge_tariff", made[0])
        else:
            raise Http404
        refused = {str(step): form}
    context = {
        "item": found,
        "draft": refused.get("draft")
        or TariffForm(prefix="draft", is_metered=found.row.way == "metered"),
        "save": refused.get("save") or _item_form(request, found.row),
        "open": next(iter(refused), ""),
        "may_bill": _may_bill(request),
    }
    return render(request, "charges/item.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def tariff(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one price beside the one before; submit, take back, change or drop it."""
    place = request.community
    today = local_day(request.moment, place.zone)
    found = queries.tariff(caller=request.caller, tariff_id=pk, on=today, at=request.moment)
    step = request.POST.get("step", "")
    form: DoorForm = _tariff_form(request, found, sent=step == "change")
    refused = form if step == "change" else DoorForm(request.POST or None)
    if request.method == "POST":
        if _done(request, step, pk, refused):
            react(request.moment)
            return redirect("charge_tariff", pk)
        found = queries.tariff(caller=request.caller, tariff_id=pk, on=today, at=request.moment)
    state = found.row.state
    context = {
        "tariff": found,
        "form": form,
        "refused": refused if refused is not form else None,
        "is_open": step == "change",
        "may_bill": _may_bill(request),
        "may_change": state in {"draft", "returned"},
        "may_drop": state in {"draft", "returned", "in_review"},
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "charges/tariff.html", context, status=status)


def _done(request: StaffRequest, step: str, pk: int, form: DoorForm) -> bool:
    """Do one step about a price; False where it was refused and the form says why."""
    given: dict[str, Any] = {"by": request.caller, "at": request.moment, "tariff_id": pk}
    if isinstance(form, TariffForm):
        done = form.is_valid() and form.tries(
            lambda: tariffs.change_tariff(**given, **form.arguments())
        )
        said = _("已修改。核对无误后请提交审批。")
    elif step in STEPS:
        act, words = STEPS[step]
        done = form.is_valid() and form.tries(lambda: act(**given))
        said = str(words)
    else:
        raise Http404
    if done:
        messages.success(request, said)
    return done


STEPS: dict[str, tuple[Any, Any]] = {
    "submit": (tariffs.submit_tariff, gettext_lazy("已提交审批。批准以后自动生效。")),
    "take_back": (tariffs.take_tariff_back, gettext_lazy("已撤回,可以修改后再提交。")),
    "drop": (tariffs.drop_tariff, gettext_lazy("草稿已作废。")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def terms(request: StaffRequest) -> HttpResponse:
    """Say who answers for unsold houses and how owners may pay."""
    place = request.community
    found = queries.terms(caller=request.caller, community_id=place.id)
    form = TermsForm(
        request.POST or None,
        initial={"developer_id": found.developer_id, "ways": found.ways},
        developers=queries.developers(caller=request.caller, community_id=place.id),
    )
    if request.method == "POST":
        admit_to_post(request.caller, place.id)
    if form.is_valid() and form.tries(
        lambda: actions.save_terms(
            by=request.caller, at=request.moment, community_id=place.id, **form.cleaned_data
        )
    ):
        messages.success(request, _("已保存。"))
        return redirect("charge_terms")
    context = {
        "form": form,
        "terms": found,
        "may_write": request.caller.holds(place.id, *POSTERS),
    }
    status = 422 if form.errors else 200
    return render(request, "charges/terms.html", context, status=status)


@require_safe
@staff_page
def board(request: StaffRequest) -> HttpResponse:
    """Show the price board as owners read it, to be printed and hung up (公示)."""
    place = request.community
    admit_to_read(request.caller, place.id)
    today = local_day(request.moment, place.zone)
    context = {
        "board": queries.price_board(community_id=place.id, on=today),
        "place": place,
        "today": today,
        "address": request.build_absolute_uri(reverse("public_prices", args=[place.code])),
    }
    return render(request, "charges/board.html", context)


def _may_bill(request: StaffRequest) -> bool:
    return request.caller.holds(request.community.id, *BILLERS)


def _setup(found: queries.Setup) -> list[dict[str, Any]]:
    """Return the steps of setting up, the first one not done marked as next."""
    done = [getattr(found, code) for code, _title, _hint in SETUP]
    following = done.index(False) if False in done else len(done)
    return [
        {"code": code, "title": title, "hint": hint, "done": done[at], "next": at == following}
        for at, (code, title, hint) in enumerate(SETUP)
    ]


def _of_group(found: GroupRow) -> dict[str, Any]:
    fields = ("code", "name", "months", "draft_after", "issue_after", "due_after", "offset_after")
    return {
        **{field: getattr(found, field) for field in fields},
        "debit_after": ",".join(str(one) for one in found.debit_after),
        "in_use": found.in_use,
    }


def _item_form(request: StaffRequest, row: ItemRow | None, *, sent: bool = False) -> ItemForm:
    """Make the form of an item, with the groups and accounts there are."""
    place = request.community
    groups = queries.groups(caller=request.caller, community_id=place.id)
    accounts = queries.accounts(caller=request.caller, community_id=place.id)
    fields = (
        "code",
        "name",
        "group_id",
        "way",
        "phase",
        "split",
        "unit",
        "meter_kind",
        "account",
        "agency",
        "prepayable",
        "order",
        "matters",
        "in_use",
    )
    return ItemForm(
        request.POST if request.method == "POST" and (row is None or sent) else None,
        prefix="save",
        initial={field: getattr(row, field) for field in fields} if row else {},
        groups=groups,
        accounts=[(one.code, f"{one.code} {one.name}") for one in accounts],
    )


def _saved(request: StaffRequest, form: DoorForm, row: ItemRow | None) -> bool:
    """Save an item from its form; False where nothing was sent or it was refused."""
    if not (
        form.is_valid()
        and form.tries(
            lambda: actions.save_item(
                by=request.caller,
                at=request.moment,
                community_id=request.community.id,
                item_id=row.id if row else None,
                **form.cleaned_data,
            )
        )
    ):
        return False
    messages.success(request, _("已保存项目“%(name)s”。") % form.cleaned_data)
    return True


def _tariff_form(request: StaffRequest, found: TariffView, *, sent: bool) -> TariffForm:
    row = found.row
    bounds = [bound for bound, _price in row.tiers]
    prices = [price for _bound, price in row.tiers]
    initial = {
        "price": say_price(row.price),
        "least": row.least or "",
        "from_on": row.from_on,
        "until_on": row.until_on,
        "basis": row.basis,
        "bound_1": bounds[0] if bounds else "",
        "price_2": say_price(prices[1]) if len(prices) > 1 else "",
        "bound_2": bounds[1] if len(bounds) > 1 and bounds[1] is not None else "",
        "price_3": say_price(prices[2]) if len(prices) > 2 else "",  # noqa: PLR2004
    }
    return TariffForm(
        request.POST if sent else None,
        prefix="change",
        initial=initial,
        is_metered=row.way == "metered",
        is_new=False,
    )

"""Every address of the site tried as nobody, as a stranger, in the wrong post and as it is meant.

The addresses are walked from the resolver: a new page fails here until it is classified.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from huiyin.approvals.actions import ask
from huiyin.checklists.actions import mark_item, save_template, start_run
from huiyin.doors.api.tests.cast import STRANGER, Site
from huiyin.doors.console.tests.visit import words_of
from huiyin.fieldwork import actions as fieldwork
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.files.actions import store_photo
from huiyin.incidents.actions import raise_alarm
from huiyin.intake import queries
from huiyin.intake.actions import make_stickers
from huiyin.intake.tests.mails import plain
from huiyin.intake.tests.test_mail import arrive, settle
from huiyin.knowledge.actions import keep_answer
from huiyin.matters.actions import add_photos
from huiyin.matters.tests.cast import AT
from tests.house import announcement_things, billing_things, desk_things, meter_things
from tests.house.test_walls_api import SECRET, a_photo, received, reported

OPEN = {  # read by machines, or before anybody is known
    "healthz",
    "readyz",
    "metrics",
    "i18n/setlang/",
    "^api(?:/|$)",  # nothing: the API's own 404
    "accounts/login/",
    "accounts/signup/",
    "accounts/logout/",
    "accounts/inactive/",
    "accounts/2fa/authenticate/",
    "sw.js",  # kept by a phone, whoever holds it: nothing of anybody is in these three
    "manifest.webmanifest",
    "work/shell/",
    # What a scanned sticker opens: doors/public/tests hold it to its walls.
    "r/<str:token>/",
    "r/<str:token>/thanks/",
    "p/<str:code>/",  # what a community promises in public; doors/public/tests
    "p/<str:code>/prices/",  # what it charges; doors/public/tests
}
PHONE = {"work/jobs.json", "work/sync/", "work/sync/photo/"}  # JSON for a phone's queue: below
OWN_ACCOUNT = ("accounts/",)  # one's own password and second factor: no colleague's row
WALKED_ELSEWHERE = ("api/v1/", "my/")  # by test_walls_api and test_walls_portal


@dataclass(frozen=True)
class Page:
    """How a page is meant to be used, and by whom not."""

    place: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] | None = None  # sent by POST when there is one
    right: str = "manager"
    wrong: str = ""  # a colleague who gets 403
    own: bool = False  # a stranger gets a page about what is their own


RUN = {"group": "A", "period": "2026Q1", "kind": "regular"}
MATTER = {"number": "*"}
REASON = {"reason": "年度调整"}
AT_TEN = "2026-03-16T10:00"
VISITOR = {"visitor": "张建国", "host": "E001", "purpose": "商量维修", "wished_at": AT_TEN}
WORDS = {"zh-hans-subject": "好了", "zh-hans-text": "{number}好了", "zh-hans-short": "{number}好了"}
LADDER = "half: owner\ndue: superior\ntwice: manager\nmorning: company_service"
VERIFICATION = {"pk": "verification"}
DESK_PAGES: dict[str, tuple[Page, ...]] = {
    "verifications/": (
        Page(wrong="technician", own=True),
        Page(asked={"show": "all"}, wrong="quality", own=True),
    ),
    "verifications/<int:pk>/": (
        Page(VERIFICATION, wrong="technician"),
        Page(VERIFICATION, {"find": "wangli"}, wrong="guard"),
    ),
    "verifications/<int:pk>/<str:step>/": (
        Page(
            {**VERIFICATION, "step": "decline"},
            form={"reason": "说不出业主姓名"},
            wrong="technician",
        ),
    ),
    "calls/": (Page(wrong="technician", own=True), Page(asked={"outcome": "open"}, own=True)),
    "calls/seat/": (Page(form={"number": "8001"}, wrong="technician", own=True),),
    "calls/write/": (
        Page(
            form={"moment": "2026-03-16T08:50", "rings": "2", "answered": "yes"},
            wrong="technician",
            own=True,
        ),
    ),
    "calls/key/": (Page(form={}, wrong="receptionist", own=True),),
    "calls/ringing/": (Page(own=True),),
    "calls/<int:pk>/": (Page({"pk": "call"}, wrong="technician"),),
    "calls/<int:pk>/away/": (Page({"pk": "call"}, form={}, wrong="technician"),),
    "calls/<int:pk>/number/": (Page({"pk": "call"}, form={}, wrong="quality"),),
    "calls/<int:pk>/matter/": (Page({"pk": "call"}, form={}, wrong="technician"),),
    "duty/": (Page(wrong="technician", own=True),),
    "duty/in/": (Page(form={}, wrong="technician", own=True),),
    "duty/history/": (Page(wrong="technician", own=True),),
    "duty/<int:pk>/": (
        Page({"pk": "shift"}, wrong="technician"),
        Page({"pk": "shift"}, form={"step": "note", "note-about": "shift", "note-text": "平安"}),
        Page({"pk": "handed"}, form={"step": "sign", "sign-opinion": "已阅"}, wrong="dispatcher"),
    ),
    "duty/<int:pk>/paper/": (Page({"pk": "shift"}, wrong="technician"),),
    "duty/items/<int:pk>/accept/": (Page({"pk": "item"}, form={}, wrong="receptionist"),),
    "together/": (
        Page(own=True),
        Page(asked={"show": "gatherings"}, own=True),
        Page(asked={"show": "board"}, own=True),
    ),
    "together/surveys/new/": (Page(wrong="technician", own=True),),
    "together/surveys/<int:pk>/": (
        Page({"pk": "survey"}),
        Page({"pk": "survey"}, form={"step": "open"}, wrong="guard"),
    ),
    "together/gatherings/new/": (Page(wrong="technician", own=True),),
    "together/gatherings/<int:pk>/": (
        Page({"pk": "gathering"}),
        Page({"pk": "gathering"}, form={"why": "下雨"}, wrong="guard"),
    ),
    "together/board/<int:pk>/": (Page({"pk": "thread"}),),
    "together/board/<int:pk>/<str:step>/": (
        Page(
            {"pk": "thread", "step": "reply"},
            form={"key": str(uuid4()), "text": "收到"},
            wrong="guard",
        ),
    ),
    "messages/": (Page(wrong="technician", own=True),),
    "messages/<int:pk>/": (Page({"pk": "message"}, wrong="technician"),),
    "messages/<int:pk>/resend/": (Page({"pk": "message"}, form={}, wrong="quality"),),
    "wordings/": (Page(wrong="technician", own=True),),
    "wordings/<str:code>/": (
        Page({"code": "matter.finished"}, wrong="receptionist", own=True),
        Page({"code": "matter.finished"}, form=WORDS, right="keeper", wrong="guard", own=True),
    ),
    "wordings/<str:code>/preview/": (
        Page({"code": "matter.finished"}, form=WORDS, wrong="receptionist", own=True),
    ),
    "visitors/": (Page(wrong="technician", own=True),),
    "visitors/new/": (
        Page(wrong="technician", own=True),
        Page(asked={"here": "1"}, own=True),
        Page(form=VISITOR, wrong="technician", own=True),
    ),
    "visitors/<int:pk>/": (Page({"pk": "visit"}, wrong="technician"),),
    "visitors/<int:pk>/<str:step>/": (
        Page({"pk": "visit", "step": "arrive"}, form={}, wrong="technician"),
        Page(
            {"pk": "visit", "step": "decide"},
            form={"outcome": "declined", "reason": "出差"},
            wrong="cleaning_foreman",
        ),
    ),
}
ANNOUNCED = {"number": "announcement"}
ANNOUNCEMENT: dict[str, Any] = {
    "category": "general",
    "title": "通知",
    "body": "请查收",
    "audience": "all",
    "channels": ["app"],
    "starts_on": "2026-03-16",
    "ends_on": "2099-12-31",
}
PROOF = {"photos": announcement_things.Photo()}
ANNOUNCEMENT_PAGES: dict[str, tuple[Page, ...]] = {
    "announcements/": (Page(own=True), Page(asked={"show": "drafts"}, own=True)),
    "announcements/new/": (
        Page(wrong="technician", own=True),
        Page(form=ANNOUNCEMENT, wrong="technician", own=True),
    ),
    "announcements/count/": (Page(form={"audience": "all"}, wrong="technician", own=True),),
    "announcements/<str:number>/": (
        Page(ANNOUNCED),
        Page({"number": "announcement_draft"}, wrong="technician"),
        Page(
            {"number": "announcement_draft"},
            form={"step": "submit"},
            right="keeper",
            wrong="supervisor",
        ),
        Page(
            {"number": "emergency_draft"},
            form={"step": "release", "release-reason": "急"},
            wrong="supervisor",
        ),
        Page(ANNOUNCED, form={"step": "withdraw", "withdraw-reason": "取消"}, wrong="keeper"),
    ),
    "announcements/<str:number>/edit/": (
        Page({"number": "announcement_draft"}, right="keeper", wrong="manager"),
        Page({"number": "announcement_draft"}, form=ANNOUNCEMENT, right="keeper", wrong="manager"),
    ),
    "announcements/<str:number>/posters/": (
        Page(ANNOUNCED),
        Page({"number": "announcement_draft"}, wrong="technician"),
    ),
    "announcements/<str:number>/<str:kind>/": (
        Page({**ANNOUNCED, "kind": "letter"}, wrong="technician"),
    ),
    "announcements/<str:number>/<str:kind>/print/": (
        Page({**ANNOUNCED, "kind": "door"}, wrong="technician"),
    ),
    "announcements/<str:number>/<str:kind>/<int:pk>/": (
        Page(
            {**ANNOUNCED, "kind": "door", "pk": "door"},
            form={"step": "door", **PROOF},
            wrong="technician",
        ),
        Page(
            {**ANNOUNCED, "kind": "letter", "pk": "letter"},
            form={"step": "sent", "ems_number": "EA123456789CN"},
            wrong="technician",
        ),
    ),
    "postings/": (Page(own=True),),
    "postings/print/": (Page({"made": "posting"}, wrong="technician", own=True),),
    "postings/<int:pk>/up/": (Page({"pk": "posting"}, form=PROOF, wrong="technician"),),
    "postings/<int:pk>/down/": (Page({"pk": "hung"}, form={}, wrong="technician"),),
    "postings/<int:pk>/photo/": (Page({"pk": "hung"}),),
    "doors/<int:pk>/photo/": (Page({"pk": "posted_door"}, wrong="technician"),),
}
METERED = {"made": meter_things.CODE}
ON_THE_WALK = {"route": meter_things.ROUTE}
METER_PAGES: dict[str, tuple[Page, ...]] = {
    "meters/": (Page(METERED, wrong="guard", own=True),),
    "meters/list/": (
        Page(METERED, wrong="guard", own=True),
        Page(METERED, {"q": meter_things.CODE}, wrong="keeper", own=True),
    ),
    "meters/new/": (
        Page(
            form={
                "code": "N-1",
                "kind": "water",
                "factor": "1",
                "digits": "5",
                "from_on": "2026-03-16",
                "house": "3-1-1202",
            },
            right="collector",
            wrong="technician",
            own=True,
        ),
    ),
    "meters/held/": (
        Page(METERED, right="technician", wrong="keeper", own=True),
        Page(METERED, wrong="guard", own=True),
    ),
    "meters/order/": (Page(METERED, ON_THE_WALK, right="collector", wrong="technician"),),
    "meters/walk/": (Page(METERED, ON_THE_WALK, right="technician", wrong="guard"),),
    "meters/walk/read/": (
        Page(
            METERED,
            form={
                **ON_THE_WALK,
                "meter": meter_things.CODE,
                "key": "3f0c1f0e-6a0b-4f7e-9d80-0d6f3c0a7a11",
                "value": "112",
                "read_on": "2026-03-16",
            },
            right="technician",
            wrong="guard",
        ),
    ),
    "meters/walk/skip/": (
        Page(
            METERED,
            form={
                **ON_THE_WALK,
                "meter": meter_things.CODE,
                "skipped_on": "2026-03-16",
                "reason": "家中无人",
            },
            right="technician",
            wrong="guard",
        ),
    ),
    "meters/import/<str:what>/": (
        Page({"what": "readings"}, right="collector", wrong="technician", own=True),
        Page({"what": "meters"}, right="finance", wrong="guard", own=True),
    ),
    "meters/import/<str:what>/confirm/": (
        Page({"what": "readings"}, form={"token": "x"}, wrong="technician", own=True),
    ),
    "meters/import/<str:what>/template/": (
        Page({"what": "readings", **METERED}, wrong="technician", own=True),
    ),
    "meters/readings/<int:pk>/photo/": (
        Page({"pk": "reading"}, right="technician", wrong="guard"),
    ),
    "meters/of/<str:code>/": (
        Page({"code": meter_things.CODE}, right="technician", wrong="guard"),
    ),
}
PAGES: dict[str, tuple[Page, ...]] = {
    **DESK_PAGES,
    **METER_PAGES,
    **ANNOUNCEMENT_PAGES,
    "": (Page(own=True),),
    "community/": (Page(form={"community": "YG"}),),
    "desk/": (
        Page(asked={"house": "3-1-1201"}, own=True),
        Page(asked={"done": "*"}),
    ),
    "desk/find/": (Page(asked={"find": "3-1-1201"}, own=True), Page(asked={"find": "*"}, own=True)),
    "desk/house/<str:code>/": (
        Page({"code": "5-1-101"}),
        Page({"code": "5-1-101"}, {"reveal": "1"}, wrong="technician"),
    ),
    "desk/new/": (
        Page(
            form={"kind": "complaint", "text": "灯坏了", "channel": "phone"},
            own=True,
        ),
    ),
    "desk/sweep/": (Page(own=True),),
    "desk/suggest/": (Page(form={"text": "水管漏水"}, own=True),),
    "desk/guide/": (Page(asked={"channel": "phone"}, own=True),),
    "knowledge/": (Page(own=True),),
    "knowledge/find/": (Page(asked={"text": "停车"}, own=True),),
    "knowledge/new/": (
        Page(asked={"from": "*"}, wrong="technician"),
        Page(form={"question": "几点下班", "answer": "六点。"}, wrong="technician", own=True),
    ),
    "knowledge/<int:pk>/": (Page({"pk": "answer"}),),
    "knowledge/<int:pk>/<str:verb>/": (
        Page({"pk": "answer", "verb": "retire"}, form={}, wrong="technician"),
        Page({"pk": "answer", "verb": "confirm"}, form={}, wrong="receptionist"),
    ),
    "guides/": (Page(own=True),),
    "guides/edit/": (Page(wrong="receptionist", own=True),),
    "suggestions/": (Page(own=True),),
    "suggestions/edit/": (Page(wrong="receptionist", own=True),),
    "me/": (Page(own=True),),
    "matters/": (Page(own=True), Page(asked={"state": "all", "q": "*"}, own=True)),
    "matters/counts/": (Page(own=True),),
    "matters/owners/": (Page(own=True),),
    "matters/<str:number>/": (Page(MATTER),),
    "matters/<str:number>/incident/": (Page(MATTER),),
    "matters/<str:number>/incident/paper/": (Page({"number": "report"}),),
    "matters/<str:number>/conduct/": (Page(MATTER, wrong="receptionist"),),
    "matters/<str:number>/photos/<int:photo>/": (Page({**MATTER, "photo": "*"}),),
    "matters/<str:number>/linkable/": (Page(MATTER, asked={"link-to": "水管"}),),
    "matters/<str:number>/<str:verb>/": (
        Page({**MATTER, "verb": "note"}, form={"note-text": "备注"}),
        Page(
            {**MATTER, "verb": "assign"},
            form={"assign-to": "E008"},
            wrong="collector",
        ),
    ),
    "matters/<str:number>/sheet/": (Page(MATTER),),
    "matters/<str:number>/sheet/paper/": (Page(MATTER), Page(MATTER, right="keeper")),
    "matters/<str:number>/sheet/signature/<int:file>/": (
        Page({**MATTER, "file": "*"}),
        Page({**MATTER, "file": "*"}, right="keeper"),
    ),
    "prices/": (
        Page(own=True),
        Page(
            form={
                "step": "add",
                "add-code": "M02",
                "add-name": "灯泡",
                "add-kind": "material",
                "add-unit": "个",
                "add-price": "12",
                "add-from_on": "2026-03-16",
                "add-reason": "新增",
            },
            wrong="technician",
            own=True,
        ),
    ),
    "prices/<str:code>/": (
        Page({"code": "M01"}),
        Page(
            {"code": "M01"},
            form={
                "step": "change",
                "change-price": "40",
                "change-from_on": "2026-03-17",
                "change-reason": "涨价",
            },
            wrong="keeper",
        ),
    ),
    "stock/": (Page(own=True),),
    "stock/<str:code>/": (
        Page({"code": "M01"}),
        Page(
            {"code": "M01"},
            form={"step": "receive", "receive-quantity": "5", "receive-reason": "采购"},
            wrong="technician",
        ),
    ),
    "slips/": (Page(wrong="technician", own=True),),
    "slips/<str:number>/": (
        Page({"number": "slip"}, wrong="technician"),
        Page(
            {"number": "slip"},
            form={"step": "ask", "ask-reason": "数量错"},
            wrong="receptionist",
        ),
    ),
    "slips/<str:number>/paper/": (Page({"number": "slip"}, wrong="technician"),),
    "blanks/": (Page(right="technician", own=True),),
    "blanks/<str:code>/": (Page({"code": "repair_slip"}, right="technician", own=True),),
    "visits-back/": (Page(own=True),),
    "visits-back/paper/": (Page(own=True),),
    "emergency/": (
        Page(own=True),
        Page(form={"plan": "fire", "place": "地下室", "text": "冒烟"}, own=True),
    ),
    "emergency/contacts/": (
        Page(own=True),
        Page(
            form={"service": "lift", "name": "维保", "phone": "13800000000"},
            wrong="guard",
            own=True,
        ),
    ),
    "emergency/<str:number>/": (
        Page({"number": "incident"}, right="guard"),
        Page({"number": "incident"}, form={"step": "attend"}, right="guard"),
    ),
    "emergency/<str:number>/join/": (Page({"number": "incident"}, form={}, right="guard"),),
    "emergency/<str:number>/live/": (Page({"number": "incident"}, right="guard"),),
    "emergency/<str:number>/steps/<str:item>/": (
        Page({"number": "incident", "item": "closed"}, form={}, right="guard"),
        Page(
            {"number": "incident", "item": "closed"},
            form={"leave_out": "1", "out-closed-reason": "误报"},
            wrong="guard",
        ),
    ),
    "emergency/<str:number>/story/": (Page({"number": "incident"}),),
    "emergency/<str:number>/telling/": (
        Page({"number": "incident"}, right="guard"),
        Page({"number": "incident"}, form={"way": "door", "houses": "3-1-1201"}, right="guard"),
    ),
    "emergency/<str:number>/notice/": (Page({"number": "incident"}, right="guard"),),
    "emergency/<str:number>/announce/": (Page({"number": "power_cut"}, wrong="guard"),),
    "work/": (Page(right="keeper", own=True),),
    "work/<str:number>/": (Page(MATTER, right="keeper"),),
    "work/<str:number>/<str:verb>/": (Page({**MATTER, "verb": "accept"}, form={}, right="keeper"),),
    "dispatch/": (Page(wrong="technician", own=True),),
    "dispatch/board/": (Page(wrong="collector", own=True),),
    "dispatch/hands/": (Page(wrong="collector", own=True),),
    "dispatch/next/": (Page(wrong="technician", own=True),),
    "dispatch/<str:number>/": (Page(MATTER, wrong="collector"),),
    "dispatch/<str:number>/<str:verb>/": (
        Page({**MATTER, "verb": "nudge"}, form={}, wrong="collector"),
        Page({**MATTER, "verb": "assign"}, form={"assign-to": "E008"}, wrong="collector"),
    ),
    "intake/": (Page(own=True),),
    "intake/<str:channel>/": (
        Page({"channel": "letter"}, own=True),
        Page(
            {"channel": "radio"},
            form={"key": str(uuid4()), "kind": "repair.public", "text": "灯坏了"},
            own=True,
        ),
    ),
    "mail/": (Page(wrong="technician", own=True),),
    "mail/<int:mail_id>/": (Page({"mail_id": "*"}, wrong="keeper"),),
    "mail/<int:mail_id>/raw/": (Page({"mail_id": "*"}, wrong="keeper"),),
    "mail/<int:mail_id>/take/": (Page({"mail_id": "*"}, form={}, wrong="keeper"),),
    "stickers/": (
        Page(wrong="guard", own=True),
        Page(form={"places": "大门", "kind": "repair.public"}, wrong="guard", own=True),
    ),
    "stickers/print/": (Page(wrong="guard", own=True),),
    "stickers/<int:sticker_id>/<str:verb>/": (
        Page({"sticker_id": "*", "verb": "retire"}, form={}, wrong="guard"),
    ),
    "archive/": (Page(own=True), Page(asked={"q": "*"}, own=True)),
    "archive/over/": (
        Page(wrong="receptionist", own=True),
        Page(form={"act": "propose", "paper": "over_paper"}, wrong="receptionist"),
    ),
    "archive/print/": (Page(form={"paper": "paper"}, wrong="technician"),),
    "archive/new/<str:how>/": (
        Page({"how": "file"}, wrong="guard", own=True),
        Page({"how": "letter"}, wrong="guard", own=True),
    ),
    "archive/<int:pk>/": (
        Page({"pk": "paper"}, wrong="technician"),
        Page({"pk": "paper"}, form={"step": "give_out"}, wrong="technician"),
    ),
    "archive/<int:pk>/file/": (Page({"pk": "paper"}, wrong="technician"),),
    "archive/<int:pk>/edit/": (Page({"pk": "draft"}, wrong="receptionist"),),
    "archive/<int:pk>/revise/": (Page({"pk": "paper"}, form={}, wrong="technician"),),
    "inbox/": (Page(right="keeper", own=True),),
    "inbox/read/": (Page(form={}, own=True),),
    "inbox/unread/": (Page(own=True),),
    "approvals/": (Page(own=True), Page(asked={"show": "asked"}, own=True)),
    "approvals/count/": (Page(own=True),),
    "approvals/chains/": (
        Page(own=True),
        Page(
            form={"kind": "penalty", "from_amount": "0", "step1": ["manager"], **REASON},
            wrong="supervisor",
            own=True,
        ),
    ),
    "approvals/<int:request_id>/": (Page({"request_id": "asked"}, wrong="guard"),),
    "checklists/": (
        Page(own=True),
        Page(form={"code": "four_checks", "place": "东门岗亭"}, own=True),
    ),
    "checklists/templates/": (Page(own=True),),
    "checklists/templates/<str:code>/": (
        Page({"code": "four_checks"}, own=True),
        Page({"code": "own.walls"}, form={"reason": "停用"}, wrong="supervisor"),
    ),
    "checklists/templates/<str:code>/edit/": (
        Page({"code": "own.walls"}, wrong="supervisor"),
        Page({"code": "own.walls"}, form={"do": "add", "count": "0"}, wrong="technician"),
    ),
    "checklists/templates/<str:code>/print/": (Page({"code": "own.walls"}),),
    "checklists/<int:run_id>/": (Page({"run_id": "run"}),),
    "checklists/<int:run_id>/finish/": (Page({"run_id": "run"}, form={}),),
    "checklists/<int:run_id>/drop/": (
        Page({"run_id": "run"}, form={"reason": "填错"}, wrong="guard"),
    ),
    "checklists/<int:run_id>/print/": (Page({"run_id": "run"}),),
    "checklists/<int:run_id>/mark/<str:item>/": (
        Page({"run_id": "run", "item": "secret"}, form={"value": "好"}),
    ),
    "checklists/<int:run_id>/photos/<int:photo>/": (Page({"run_id": "run", "photo": "*"}),),
    "standards/": (Page(own=True),),
    "standards/clauses/<str:clause>/": (
        Page({"clause": "complaint.assign"}, own=True),
        Page(
            {"clause": "complaint.assign"},
            form={"limit": "8m", "ladder": LADDER, **REASON},
            wrong="keeper",
            own=True,
        ),
    ),
    "standards/targets/<str:code>/": (
        Page(
            {"code": "first_time_pass"},
            form={"value": "0.97", **REASON},
            wrong="keeper",
            own=True,
        ),
    ),
    "standards/history/": (Page(own=True),),
    "standards/promises/": (
        Page(own=True),
        Page(
            form={"on-assign_on_time": "on", "assign_on_time": "十分钟内接手。"},
            wrong="keeper",
            own=True,
        ),
    ),
    "calendar/": (
        Page(own=True),
        Page(
            form={"day": "2026-05-20", "is_working": "0", "name": "园区活动", **REASON},
            wrong="keeper",
            own=True,
        ),
    ),
    "figures/": (Page(own=True), Page(asked={"period": "last"}, own=True)),
    "figures/export/": (Page(own=True),),
    "figures/complaints/paper/": (Page(own=True),),
    "figures/<str:code>/": (Page({"code": "assign_on_time"}, own=True),),
    "opening/": (Page(right="finance", wrong="technician", own=True),),
    "opening/confirm/": (
        Page(right="finance", wrong="technician", form={"token": "gone"}, own=True),
    ),
    "opening/blank/": (Page(right="finance", wrong="technician", own=True),),
    "charges/": (
        Page(wrong="technician", own=True),
        Page(form={"opened_on": "2026-01-01"}, wrong="keeper", own=True),
    ),
    "charges/groups/": (Page(wrong="keeper", own=True),),
    "charges/groups/<str:code>/": (Page({"code": "A"}, wrong="keeper"),),
    "charges/items/": (Page(wrong="keeper", own=True),),
    "charges/items/<str:code>/": (
        Page({"code": "parking"}, wrong="technician"),
        Page(
            {"code": "parking"},
            form={
                "step": "draft",
                "draft-price": "160",
                "draft-from_on": "2027-01-01",
                "draft-basis": "合同",
            },
            wrong="keeper",
        ),
    ),
    "charges/tariffs/<int:pk>/": (
        Page({"pk": "tariff"}, wrong="technician"),
        Page({"pk": "tariff"}, form={"step": "submit"}, wrong="keeper"),
    ),
    "charges/terms/": (
        Page(wrong="technician", own=True),
        Page(form={"developer_id": "", "ways": "前台"}, wrong="collector", own=True),
    ),
    "charges/board/": (Page(wrong="technician", own=True),),
    "charges/houses/": (Page(wrong="technician", own=True),),
    "charges/houses/<str:code>/": (Page({"code": "5-1-101"}, wrong="technician"),),
    "charges/assign/": (Page(wrong="keeper", own=True),),
    "charges/reliefs/": (Page(wrong="technician", own=True),),
    "charges/reliefs/<int:pk>/": (
        Page({"pk": "relief"}, wrong="technician"),
        Page({"pk": "relief"}, form={"step": "drop"}, right="collector", wrong="keeper"),
    ),
    "ledger/": (
        Page({"made": "journal"}, wrong="keeper", own=True),
        Page({"made": "journal"}, {"kind": "prepayment"}, wrong="technician", own=True),
    ),
    "ledger/open/": (Page(form={"opened_on": "2026-01-01"}, wrong="collector", own=True),),
    "ledger/trial/": (Page({"made": "journal"}, wrong="keeper", own=True),),
    "ledger/export/": (
        Page(wrong="keeper", own=True),
        Page(
            {"made": "journal"},
            {"first": "2026-03-01", "last": "2026-03-31", "as": "csv"},
            wrong="keeper",
            own=True,
        ),
    ),
    "ledger/lock/": (
        Page(wrong="collector", own=True),
        Page({"made": "estates"}, form={"until_on": "2026-02-28"}, wrong="collector", own=True),
    ),
    "ledger/<int:pk>/": (Page({"pk": "journal"}, wrong="keeper"),),
    "prepaid/": (
        Page({"made": "advance"}, wrong="technician", own=True),
        Page({"made": "advance"}, {"q": "3-1"}, wrong="guard", own=True),
    ),
    "prepaid/take/": (
        Page(wrong="collector", own=True),
        Page({"made": "advance"}, {"house": "3-1-1201"}, wrong="collector", own=True),
    ),
    "prepaid/offset/": (Page({"made": "advance"}, form={}, wrong="collector", own=True),),
    "prepaid/accounts/": (Page({"made": "advance"}, wrong="technician", own=True),),
    "prepaid/<str:code>/<int:person>/": (
        Page({"code": "3-1-1201", "person": "advance"}, wrong="technician"),
    ),
    "billing/": (Page(wrong="technician", own=True),),
    "billing/new/": (
        Page({"made": "estates"}, form=RUN, right="collector", wrong="keeper", own=True),
    ),
    "billing/<int:pk>/": (
        Page({"pk": "run"}, right="keeper", wrong="technician"),
        Page({"pk": "run"}, form={"step": "post"}, wrong="collector"),
    ),
    "billing/<int:pk>/live/": (Page({"pk": "run"}, wrong="technician"),),
    "billing/<int:pk>/snags/": (Page({"pk": "run"}, wrong="technician"),),
    "billing/<int:pk>/lines/": (Page({"pk": "run"}, wrong="technician"),),
    "shared-costs/": (Page(wrong="technician", own=True),),
    "shared-costs/new/": (Page(wrong="keeper", own=True),),
    "shared-costs/scopes/": (
        Page(wrong="technician", own=True),
        Page(form={"name": "全部"}, wrong="keeper", own=True),
    ),
    "shared-costs/scopes/<int:pk>/": (
        Page({"pk": "scope"}, wrong="technician"),
        Page({"pk": "scope"}, form={"name": "全部"}, right="collector", wrong="keeper"),
    ),
    "shared-costs/<int:pk>/": (
        Page({"pk": "pool"}, right="keeper", wrong="technician"),
        Page({"pk": "pool"}, form={"step": "share"}, right="collector", wrong="keeper"),
        Page({"pk": "pool"}, form={"step": "drop", "drop-reason": "抄错"}, wrong="keeper"),
    ),
    "shared-costs/<int:pk>/scan/": (Page({"pk": "pool"}, wrong="technician"),),
    "charge-slips/": (
        Page(wrong="technician", own=True),
        Page(asked={"state": "waiting"}, wrong="guard", own=True),
    ),
    "charge-slips/new/": (Page(right="receptionist", wrong="technician", own=True),),
    "charge-slips/<str:number>/": (
        Page({"number": "charge_slip"}, right="keeper", wrong="technician"),
        Page(
            {"number": "charge_slip"},
            form={"step": "ask", "ask-reason": "记错了户"},
            right="collector",
            wrong="receptionist",
        ),
    ),
    "charge-slips/<str:number>/paper/": (Page({"number": "charge_slip"}, wrong="technician"),),
    "charge-slips/<str:number>/scan/": (Page({"number": "charge_slip"}, wrong="technician"),),
    "charge-slips/agency/": (Page(wrong="technician", own=True),),
    "charge-slips/agency/<int:pk>/": (
        Page({"pk": "payment"}, form={"step": "confirm"}, right="finance", wrong="keeper"),
        Page({"pk": "payment"}, form={"step": "confirm"}, wrong="collector"),
    ),
    "charge-slips/agency/<int:pk>/scan/": (Page({"pk": "payment"}, wrong="technician"),),
    "arrears/": (Page(wrong="technician", own=True), Page(asked={"min_days": "0"}, own=True)),
    "households/": (
        Page(wrong="technician", own=True),
        Page(asked={"find": "3-1-1201"}, wrong="guard", own=True),
    ),
    "households/<str:code>/": (Page({"code": "5-1-101"}, wrong="technician"),),
    "households/<str:code>/statement/": (Page({"code": "5-1-101"}, wrong="technician"),),
    "households/<str:code>/statement/paper/": (
        Page({"code": "5-1-101"}, {"first": "2026-01-01", "last": "2026-03-31"}, wrong="guard"),
    ),
    "bills/<str:number>/": (Page({"number": "bill"}, wrong="technician"),),
    "bills/<str:number>/paper/": (Page({"number": "bill"}, right="keeper", wrong="technician"),),
    "billing/<int:pk>/papers/": (Page({"pk": "printed"}, wrong="technician"),),
    "billing/<int:pk>/papers/<int:number>/": (
        Page({"pk": "printed", "number": "1"}, wrong="technician"),
    ),
    "roster/": (Page(wrong="technician", own=True),),
    "roster/confirm/": (Page(form={"token": "gone"}, own=True),),
    "staff/": (Page(own=True),),
    "hire/": (Page(wrong="keeper", own=True),),
    "staff/<str:code>/": (
        Page({"code": "E008"}, wrong="receptionist"),
        Page({"code": "E009"}, right="keeper", wrong="receptionist"),
    ),
    "staff/<str:code>/<str:verb>/": (
        Page(
            {"code": "E009", "verb": "set-absence"},
            form={"set-absence-starts_at": "2026-03-16T09:00"},
            right="keeper",
            wrong="receptionist",
        ),
        Page(
            {"code": "E009", "verb": "reset-password"},
            form={"reset-password-sure": "on"},
            wrong="keeper",
        ),
        Page(
            {"code": "E009", "verb": "leave"},
            form={"leave-left_on": "2026-03-16", "leave-reason": "调离", "leave-sure": "on"},
            wrong="receptionist",
        ),
    ),
    "staff/<str:code>/hand-over/": (Page({"code": "E008"}, wrong="receptionist"),),
}


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Walk every address below a resolver."""
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


ALL = sorted({route for route in routes(get_resolver()) if not route.startswith(WALKED_ELSEWHERE)})
CASES = [(route, place) for route, pages in PAGES.items() for place in range(len(pages))]


def test_every_address_is_classified() -> None:
    private = {route for route in ALL if not route.startswith(OWN_ACCOUNT)} - OPEN - PHONE
    assert sorted(PAGES) == sorted(private)


@dataclass
class Visit:
    """One page with its blanks filled in."""

    page: Page
    path: str
    asked: dict[str, str]

    def by(self, site: Site, post: str = "") -> tuple[int, str, str]:
        """Open the page as somebody; return status, text and where it leads."""
        client = Client(raise_request_exception=True)
        if post:
            user = site.cast.employee(post).user
            assert user is not None
            client.force_login(user)
        if self.page.form is None:
            response = client.get(self.path, self.asked)
        else:
            response = client.post(self.path, self.page.form)
        body = b"".join(response)  # also what is streamed
        is_paper = response.headers.get("Content-Type") == "application/pdf"
        text = words_of(body) if is_paper else body.decode(errors="replace")
        return response.status_code, text, response.headers.get("Location", "")


def asked_of(site: Site, number: str) -> int:
    """Let the supervisor ask for an approval about a matter."""
    return ask(
        by=site.cast.caller("supervisor"),
        at=AT,
        community_id=site.cast.town.community.pk,
        kind="penalty",
        subject=f"matter:{number}",
        title=SECRET,
    )


def list_of(site: Site) -> None:
    """Write a checklist of the community's own."""
    save_template(
        by=site.cast.caller("manager"),
        at=AT,
        community_id=site.cast.town.community.pk,
        code="own.walls",
        title=SECRET,
        items='[[item]]\nkey = "secret"\ntitle = "说明"\nkind = "text"\nrequired = false\n'
        '[[item]]\nkey = "photo"\ntitle = "照片"\nkind = "photo"\nrequired = false\n',
        reason="新",
    )


def run_of(site: Site, file_id: int) -> int:
    """Let the supervisor fill in a checklist, with a photo."""
    list_of(site)
    by = site.cast.caller("supervisor")
    run = start_run(
        by=by,
        at=AT,
        community_id=site.cast.town.community.pk,
        code="own.walls",
        subject=f"place:{SECRET}",
    )
    mark_item(by=by, at=AT, run_id=run, item="photo", value={"files": [file_id]})
    return run


def checked_and_asked(
    site: Site, place: dict[str, str], number: str, file_id: int
) -> dict[str, str]:
    """Make the checklist or the request that a page names; return what stands in its address."""
    if "own.walls" in place.values():
        list_of(site)
    if "run_id" in place:
        return {"run_id": str(run_of(site, file_id))}
    return {"request_id": str(asked_of(site, number))} if "request_id" in place else {}


def visit(site: Site, route: str, page: Page) -> tuple[Visit, str]:
    """Fill in the matter and its photo where a page names one."""
    number = received(site, house="5-1-101")
    by = site.cast.caller("manager")
    file_id = store_photo(by=by, at=AT, name="p.jpg", data=a_photo())
    add_photos(by=by, at=AT, number=number, photos=[file_id])
    owner = site.api("E020")
    if page.right == "keeper":
        owner.post(f"/matters/{number}/assign", {"to": site.code("keeper")})
    place = {key: number if value == "*" else value for key, value in page.place.items()}
    if place.get("number") in INCIDENTS:
        number = place["number"] = INCIDENTS[place["number"]](site)
    place |= checked_and_asked(site, place, number, file_id)
    if "photo" in place:
        place["photo"] = str(file_id)
    if place.get("pk") == "answer":
        place["pk"] = str(an_answer(site))
    if route.startswith(("prices/", "stock/", "slips/")) or "file" in place:
        slip, signature = a_signed_slip(site, number)
        place |= {"number": slip} if place.get("number") == "slip" else {}
        place |= {"file": str(signature)} if "file" in place else {}
    if "mail_id" in place:
        place["mail_id"] = str(a_mail(site))
    if "sticker_id" in place:
        place["sticker_id"] = str(a_sticker(site))
    if place.get("pk") in desk_things.THINGS:
        place["pk"] = str(desk_things.make(site, place["pk"], SECRET))
    place = announcement_things.make(site, place, SECRET)
    place = billing_things.make(site, place, SECRET)
    place = meter_things.make(site, place, SECRET)
    page = with_paper(site, page)
    path = route
    for key, value in place.items():
        path = path.replace(f"<str:{key}>", value).replace(f"<int:{key}>", value)
    asked = {key: number if value == "*" else value for key, value in page.asked.items()}
    return Visit(page, f"/{path}", asked), number


def with_paper(site: Site, page: Page) -> Page:
    """Make the paper whose box a form ticks."""
    if page.form is None or page.form.get("paper") not in desk_things.THINGS:
        return page
    chosen = desk_things.make(site, page.form["paper"], SECRET)
    return replace(page, form={**page.form, "paper": chosen})


def a_mail(site: Site) -> int:
    """Let a machine's mail arrive; return its id."""
    arrive(site.cast, plain(SECRET, Precedence="bulk"))
    settle(site.cast)
    return (
        queries.mails(caller=site.cast.caller("manager"), community_id=site.cast.town.community.pk)
        .items[0]
        .id
    )


def a_sticker(site: Site) -> int:
    """Make a sticker; return its id."""
    by = site.cast.caller("manager")
    given: dict[str, Any] = {"buildings": [], "places": [SECRET], "kind": "repair.public"}
    return make_stickers(by=by, at=AT, community="YG", **given).ids[0]


def an_answer(site: Site) -> int:
    """Write an answer that waits for a second look; return its id."""
    return keep_answer(
        by=site.cast.caller("receptionist"),
        at=AT,
        community_id=site.cast.town.community.pk,
        question=SECRET,
        answer="到前台登记。",
        owner_visible=True,
    )


def an_incident(site: Site) -> str:
    """Raise the alarm; return the incident's number."""
    return raise_alarm(
        by=site.cast.caller("guard"),
        at=AT,
        community="YG",
        plan="lift",
        place="3栋",
        text=SECRET,
    )


def a_power_cut(site: Site) -> str:
    """Open the plan of a power cut; return the incident's number."""
    return announcement_things.power_cut(site, SECRET)


INCIDENTS = {"incident": an_incident, "report": reported, "power_cut": a_power_cut}


def a_signed_slip(site: Site, number: str) -> tuple[str, int]:
    """Do paid work on a matter; return the number of its charge slip and the signature's file."""
    by = site.cast.caller("manager")
    site.api("E020").post(f"/matters/{number}/arrive", {})
    community = site.cast.town.community
    told: dict[str, Any] = {"by": by, "at": AT}
    fieldwork.add_price_item(
        **told,
        community_id=community.pk,
        code="M01",
        name="角阀",
        kind="material",
        unit="个",
        price=Decimal(38),
        from_on=AT.date(),
        reason="开办",
    )
    fieldwork.add_line(**told, number=number, code="M01", quantity="1", price="38")
    signature = store_photo(**told, name="s.jpg", data=a_picture(7))
    slip = fieldwork.sign_sheet(
        **told, number=number, name=SECRET, file_id=signature, amount="38.00"
    )
    return slip, signature


@pytest.fixture(autouse=True)
def own_files(tmp_path: Any, settings: Any) -> None:
    """Keep the files of these tests apart."""
    settings.HOME = tmp_path


@pytest.mark.rule("HR-01")
@pytest.mark.parametrize(("route", "place"), CASES)
def test_a_page_keeps_its_walls(site: Site, route: str, place: int) -> None:
    page = PAGES[route][place]
    opened, number = visit(site, route, page)

    status, text, leads_to = opened.by(site)
    assert status == 302 and leads_to.startswith("/accounts/login/")
    assert SECRET not in text

    status, text, _leads = opened.by(site, STRANGER)
    assert status < 400 if page.own else status == 404, status
    for secret in (SECRET, "YG-2026", "YG花园"):
        assert secret not in text.replace(number, "")

    if page.wrong:
        status, text, _leads = opened.by(site, page.wrong)
        assert status == 403

    status, text, leads_to = opened.by(site, page.right)
    assert status < 400, "\n".join(line for line in text.splitlines() if "hy-error" in line)
    assert not leads_to.startswith("/accounts/")


@pytest.mark.parametrize("route", [route for route in ALL if route.startswith(OWN_ACCOUNT)])
def test_an_account_page_is_for_whoever_is_logged_in(site: Site, route: str) -> None:
    path = f"/{route}".replace("<int:pk>", "1")
    response = Client().get(path)
    if route in OPEN:
        assert response.status_code < 500
    else:
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/")


@pytest.mark.rule("HR-01")
def test_the_phones_door_is_for_employees_and_their_own_jobs(site: Site) -> None:
    number = received(site, house="5-1-101")
    for path in sorted(PHONE):
        response = Client().post(f"/{path}") if "sync" in path else Client().get(f"/{path}")
        assert (response.status_code, response["Content-Type"]) == (401, "application/json")
    client = Client()
    user = site.cast.employee(STRANGER).user
    assert user is not None
    client.force_login(user)
    response = client.get("/work/jobs.json")
    assert SECRET not in response.content.decode() and response.json()["jobs"] == []
    told = []
    for asked in (number, "YG-20260316-9999"):
        act = {"key": str(uuid4()), "act": "accept", "matter": asked, "at": AT.isoformat()}
        body = {"device": "d", "sent_at": AT.isoformat(), "acts": [act]}
        sent = client.post("/work/sync/", body, content_type="application/json").json()
        told.append({key: sent["results"][0][key] for key in ("state", "told")})
    assert told[0] == told[1]  # there or not there: a stranger cannot tell


def test_an_unknown_address_is_simply_not_there(site: Site) -> None:
    for path in ("/nothing/", "/matters/YG-1/photos/x/", "/admin/", "/.env"):
        assert Client().get(path).status_code == 404

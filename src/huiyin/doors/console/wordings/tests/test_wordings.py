"""Templates on the page: drafted, seen as owners will read it, approved, in use, taken back."""

from typing import Any

import pytest

from huiyin.approvals.models import Request
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.flows.approving import decide
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices import listings, wording
from huiyin.notices.around import own_templates
from huiyin.notices.models import TemplateVersion
from huiyin.trail.models import Entry

PAGE = "/wordings/matter.finished/"
NOW = {"X-Huiyin-Now": AT.isoformat()}


def typed(**given: str) -> dict[str, str]:
    """Return the form with the shipped words, and what somebody changed."""
    said = wording.template("matter.finished").said("zh-hans")
    return {
        "zh-hans-subject": said.subject,
        "zh-hans-text": said.text,
        "zh-hans-short": said.short,
        **{name.replace("_", "-"): text for name, text in given.items()},
    }


def post(cast: Cast, who: str, form: dict[str, str], at: str = PAGE) -> Any:
    """Send the form as somebody."""
    return visitor(cast, who).http.post(at, form, headers=NOW)


@pytest.mark.rule("NOT-01")
def test_a_keeper_words_a_template_and_a_manager_approves_it(cast: Cast) -> None:
    mine = typed(zh_hans_short="您报的{number}修好啦,请给我们打分。", alibaba="SMS_123456789")
    assert post(cast, "keeper", {**mine, "step": "submit"}).status_code == 302
    request = Request.objects.get(kind="message_template")
    view = listings.template(
        caller=cast.caller("keeper"), community_id=cast.town.community.pk, code="matter.finished"
    )
    assert view.draft is not None and view.draft.state == "in_review"
    assert view.in_use == view.shipped  # nobody is told in it yet
    assert post(cast, "keeper", {**mine, "step": "save"}).status_code == 409
    decide(by=cast.caller("manager"), at=AT, request_id=request.pk, verdict="approved")
    view = listings.template(
        caller=cast.caller("keeper"), community_id=cast.town.community.pk, code="matter.finished"
    )
    assert view.in_use.said("zh-hans").short == "您报的{number}修好啦,请给我们打分。"
    assert view.in_use.vendor_ids == {"alibaba": "SMS_123456789"}
    assert "本小区第 1 版" in text_of(visitor(cast, "keeper").get("/wordings/"))
    actions = list(Entry.objects.filter(action__startswith="notices.template").order_by("id"))
    assert [one.action.rpartition("_")[2] for one in actions] == ["saved", "submitted", "approved"]


def test_a_returned_draft_says_why_and_can_be_handed_in_again(cast: Cast) -> None:
    post(cast, "keeper", {**typed(zh_hans_short="修好了{number}"), "step": "submit"})
    request = Request.objects.get(kind="message_template")
    decide(
        by=cast.caller("manager"),
        at=AT,
        request_id=request.pk,
        verdict="returned",
        reason="请写得客气一些",
    )
    assert "请写得客气一些" in text_of(visitor(cast, "keeper").get(PAGE))
    again = {**typed(zh_hans_short="您好,{number}已修好。"), "step": "submit"}
    assert post(cast, "keeper", again).status_code == 302
    assert TemplateVersion.objects.get().number == 1
    assert Request.objects.filter(kind="message_template").count() == 2


@pytest.mark.parametrize(
    ("short", "sentence"),
    [
        ("", "必填项"),
        ("您好{nobody}", "没有叫“{nobody}”的变量"),
        ("您好{number", "要成对"),
        ("再不缴费将起诉,{number}", "像催债"),
        ("字" * 190, "最多 3 条"),
    ],
)
def test_a_wording_that_breaks_a_rule_is_refused_and_kept(
    cast: Cast, short: str, sentence: str
) -> None:
    answer = post(cast, "keeper", {**typed(zh_hans_short=short), "step": "save"})
    shown = text_of(answer)
    assert answer.status_code == 422
    assert sentence in shown and short in shown
    assert not TemplateVersion.objects.exists()


def test_the_preview_fills_samples_and_counts_parts(cast: Cast) -> None:
    form = typed(zh_hans_short="您好,{number}已办好。" + "谢谢" * 30, en_short="{number} done")
    shown = text_of(post(cast, "keeper", form, f"{PAGE}preview/"))
    assert "YG-20260316-0001" in shown and "【YG花园】" in shown
    assert "按 2 条计费" in shown
    assert not TemplateVersion.objects.exists()


def test_the_shipped_words_come_back_by_the_manager_alone(cast: Cast) -> None:
    post(cast, "keeper", {**typed(zh_hans_short="您好,{number}好了"), "step": "submit"})
    request = Request.objects.get(kind="message_template")
    decide(by=cast.caller("manager"), at=AT, request_id=request.pk, verdict="approved")
    retire = {**typed(), "step": "retire"}
    assert post(cast, "keeper", retire).status_code == 403
    assert post(cast, "manager", retire).status_code == 302
    assert post(cast, "manager", retire).status_code == 409
    assert TemplateVersion.objects.get().state == "retired"


def test_of_a_code_only_the_number_at_the_vendor_is_ones_own(cast: Cast) -> None:
    """Without it a vendor refuses the message, and nobody could log in."""
    shipped = wording.template("code.login").said("zh-hans")
    form = {
        "zh-hans-subject": "点这里领奖",
        "zh-hans-text": "点这里领奖{code}",
        "zh-hans-short": "点这里领奖{code}",
        "alibaba": "SMS_9:code",
        "step": "submit",
    }
    assert "由系统固定" in text_of(visitor(cast, "keeper").get("/wordings/code.login/"))
    assert post(cast, "keeper", form, "/wordings/code.login/").status_code == 302
    request = Request.objects.get(kind="message_template")
    decide(by=cast.caller("manager"), at=AT, request_id=request.pk, verdict="approved")
    used = own_templates(cast.town.community.pk)["code.login"]
    assert used.said("zh-hans") == shipped
    assert used.vendor_ids == {"alibaba": "SMS_9:code"}
    assert visitor(cast, "manager").http.get("/wordings/nothing/", headers=NOW).status_code == 404

"""Answers: written, found, looked at twice, used, retired (REC-13)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.knowledge import actions, queries
from huiyin.knowledge.models import Answer
from huiyin.matters.tests.cast import AT, Cast
from huiyin.trail.models import Entry

TODAY = date(2026, 3, 16)


def keep(cast: Cast, by: str = "receptionist", **given: Any) -> int:
    """Keep an answer about the fee for parking."""
    values = {
        "community_id": cast.town.community.pk,
        "question": "停车月卡怎么办?",
        "answer": "带行驶证到前台登记。",
        "words": "车位 包月",
        **given,
    }
    return actions.keep_answer(by=cast.caller(by), at=AT, **values)


def found(cast: Cast, text: str, by: str = "technician", **given: Any) -> list[str]:
    """Return the questions found for a text."""
    rows = queries.find(
        caller=cast.caller(by), community_id=cast.town.community.pk, text=text, **given
    )
    return [one.question for one in rows]


@pytest.mark.rule("REC-13")
@pytest.mark.parametrize(
    "typed",
    [
        "停车",
        "月卡",
        "包月",
        "行驶证",
        "tcyk",
        "TCYK",
        "请问一下停车月卡办理要什么",
        "停車月卡怎么办",
    ],
)
def test_an_answer_is_found_as_one_types(cast: Cast, typed: str) -> None:
    keep(cast, words="车位 包月 停車")
    keep(cast, question="装修垃圾放哪里?", answer="装袋放指定地点。", words="清运")
    assert found(cast, typed) == ["停车月卡怎么办?"]


@pytest.mark.parametrize("typed", ["", "  ", "%", "_", "\\", "游泳", "z", "怎么办理暂住"])
def test_what_fits_nothing_finds_nothing(cast: Cast, typed: str) -> None:
    keep(cast)
    assert found(cast, typed) == []


def test_the_order_is_question_words_initials_answer_then_closeness(cast: Cast) -> None:
    keep(cast, question="甲:别的事", answer="说到发票的答复。", words="")
    keep(cast, question="乙:另外一件", answer="略", words="发票")
    keep(cast, question="发票怎么开", answer="略", words="")
    assert found(cast, "发票") == ["发票怎么开", "乙:另外一件", "甲:别的事"]


def test_the_one_used_more_often_comes_first_among_equals(cast: Cast) -> None:
    keep(cast, question="发票一")
    second = keep(cast, question="发票二")
    actions.count_use(by=cast.caller("receptionist"), at=AT, answer_id=second, matter="YG-1")
    assert found(cast, "发票") == ["发票二", "发票一"]
    assert Answer.objects.get(pk=second).used_count == 1
    assert Entry.objects.get(action="knowledge.answer_used").after == {"matter": "YG-1"}


def test_answers_of_the_company_are_found_everywhere_others_only_at_home(cast: Cast) -> None:
    keep(cast, "general_manager", community_id=None, question="公司的发票答复")
    keep(cast, question="本小区的发票答复")
    neighbour = queries.find(
        caller=cast.caller("E032"), community_id=cast.neighbour.community.pk, text="发票"
    )
    assert [one.question for one in neighbour] == ["公司的发票答复"]
    assert len(found(cast, "发票")) == 2
    with pytest.raises(NotFound):
        found(cast, "发票", by="E032")
    with pytest.raises(Forbidden):
        keep(cast, "manager", community_id=None)


def test_finding_asks_one_query_and_uses_an_index(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    caller, community_id = cast.caller("receptionist"), cast.town.community.pk
    one = {"community_id": community_id, "answer": "略", "changed_at": AT}
    Answer.objects.bulk_create(
        Answer(**one, question=f"第{n}个问题", pieces=[f"第{n % 97}", "问题"]) for n in range(5000)
    )
    keep(cast)
    with django_assert_num_queries(1):
        rows = queries.find(caller=caller, community_id=community_id, text="停车月卡")
    assert [one.question for one in rows] == ["停车月卡怎么办?"]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE knowledge_answer")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM knowledge_answer WHERE question ILIKE '%停车月卡%'"
            " OR answer ILIKE '%停车月卡%' OR pieces && ARRAY['停车','月卡']::varchar(8)[]"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "answer_pieces" in plan
    assert "answer_trigrams" in plan


# -- what owners may read


@pytest.mark.rule("REC-13")
def test_owners_read_it_after_a_second_look_only(cast: Cast) -> None:
    made = keep(cast, owner_visible=True)
    community_id = cast.town.community.pk
    assert found(cast, "停车", public=True) == []
    with pytest.raises(Forbidden, match="您的岗位不能"):
        actions.confirm_answer(by=cast.caller("receptionist"), at=AT, answer_id=made)
    actions.confirm_answer(by=cast.caller("quality"), at=AT, answer_id=made)
    assert found(cast, "停车", public=True) == ["停车月卡怎么办?"]
    assert len(queries.find_public(community_id=community_id, text="停车")) == 1
    with pytest.raises(actions.UnableToConfirm):
        actions.confirm_answer(by=cast.caller("quality"), at=AT, answer_id=made)


def test_nobody_confirms_their_own_words(cast: Cast) -> None:
    made = keep(cast, "supervisor", owner_visible=True)
    with pytest.raises(Forbidden, match="别人核对"):
        actions.confirm_answer(by=cast.caller("supervisor"), at=AT, answer_id=made)
    author = cast.employee("supervisor")
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(pk=made).update(checked_by=author, checked_at=AT)


def test_a_change_takes_the_look_back_a_new_review_date_does_not(cast: Cast) -> None:
    made = keep(cast, owner_visible=True)
    actions.confirm_answer(by=cast.caller("quality"), at=AT, answer_id=made)
    same: dict[str, Any] = {
        "question": "停车月卡怎么办?",
        "words": "车位 包月",
        "owner_visible": True,
    }
    actions.change_answer(
        by=cast.caller("receptionist"),
        at=AT,
        answer_id=made,
        answer="带行驶证到前台登记。",
        review_on=TODAY + timedelta(days=90),
        **same,
    )
    assert found(cast, "停车", public=True)
    actions.change_answer(by=cast.caller("manager"), at=AT, answer_id=made, answer="改了。", **same)
    assert not found(cast, "停车", public=True)
    entry = Entry.objects.filter(action="knowledge.answer_changed").latest("id")
    assert entry.before is not None and entry.before["answer"] == "带行驶证到前台登记。"
    with pytest.raises(Forbidden):
        actions.confirm_answer(by=cast.caller("manager"), at=AT, answer_id=made)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("打 13812345678 找他。", "个人手机号“13812345678”"),
        ("打 138 1234 5678。", "个人手机号"),
        ("3-1-1201 那家也这样。", "房号“3-1-1201”"),
        ("3栋1单元1201也这样。", "房号"),
        ("1201室也这样。", "房号“1201室”"),
        ("王女士问过。", "不能提到提问的人“王女士”"),
        ("王丽问过。", "不能提到提问的人“王丽”"),
    ],
)
def test_what_owners_read_gives_nobody_away(cast: Cast, answer: str, sentence: str) -> None:
    secrets = ["王丽", "0755-26001234"]
    with pytest.raises(actions.UnableToKeepAnswer, match=sentence) as refused:
        keep(cast, answer=answer, owner_visible=True, secrets=secrets)
    assert refused.value.field == "answer"
    keep(cast, answer=answer, secrets=secrets)  # among colleagues it may stand


def test_the_landline_of_the_desk_is_no_secret(cast: Cast) -> None:
    keep(cast, answer="前台电话 0755-26009999,24 小时。", owner_visible=True)


# -- review, retirement, who may


def test_retired_answers_are_found_no_more_and_come_back(cast: Cast) -> None:
    made = keep(cast)
    desk = cast.caller("receptionist")
    actions.retire_answer(by=desk, at=AT, answer_id=made)
    assert found(cast, "停车") == []
    with pytest.raises(actions.UnableToRetire):
        actions.retire_answer(by=desk, at=AT, answer_id=made)
    with pytest.raises(NotFound):
        actions.count_use(by=desk, at=AT, answer_id=made)
    actions.restore_answer(by=desk, at=AT, answer_id=made)
    assert found(cast, "停车") == ["停车月卡怎么办?"]
    with pytest.raises(actions.UnableToRetire):
        actions.restore_answer(by=desk, at=AT, answer_id=made)


def test_lists_of_what_waits(cast: Cast, django_assert_num_queries: Any) -> None:
    caller, community_id = cast.caller("quality"), cast.town.community.pk
    keep(cast, question="等核对", owner_visible=True)
    keep(cast, question="要复核", review_on=TODAY)
    later = TODAY + timedelta(days=1)
    assert queries.overdue(community_id=community_id, on=TODAY) == ()
    assert queries.overdue(community_id=community_id, on=later) == ("要复核",)
    counts = queries.tally(caller=caller, community_id=community_id, on=later)
    assert (counts.all, counts.check, counts.review, counts.retired) == (2, 1, 1, 0)
    for show, expected in (("all", 2), ("check", 1), ("review", 1), ("retired", 0), ("x", 2)):
        with django_assert_num_queries(1):
            page = queries.answers(
                caller=caller, community_id=community_id, on=later, show=show, limit=10
            )
        assert len(page.items) == expected


def test_pages_of_the_list(cast: Cast) -> None:
    for n in range(5):
        keep(cast, question=f"问题{n}")
    seen: list[str] = []
    cursor = ""
    while True:
        page = queries.answers(
            caller=cast.caller("quality"),
            community_id=cast.town.community.pk,
            on=TODAY,
            cursor=cursor,
            limit=2,
        )
        seen += [one.question for one in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert sorted(seen) == [f"问题{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"question": " "}, "question"),
        ({"answer": ""}, "answer"),
        ({"question": "长" * 121}, "question"),
        ({"answer": "长" * 2001}, "answer"),
        ({"answer": "a\0b"}, "answer"),
        ({"review_on": date(2026, 3, 15)}, "review_on"),
    ],
)
def test_refusals(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(actions.UnableToKeepAnswer) as refused:
        keep(cast, **given)
    assert refused.value.field == field
    assert not Answer.objects.exists()


def test_who_may_write(cast: Cast) -> None:
    for post in ("receptionist", "supervisor", "quality", "manager"):
        keep(cast, post)
    for post in ("technician", "keeper"):
        with pytest.raises(Forbidden):
            keep(cast, post)
    with pytest.raises(NotFound):
        keep(cast, "E031")
    made = keep(cast)
    with pytest.raises(NotFound):
        actions.retire_answer(by=cast.caller("E031"), at=AT, answer_id=made)
    with pytest.raises(NotFound):
        queries.answer(
            caller=cast.caller("E031"), community_id=cast.neighbour.community.pk, answer_id=made
        )

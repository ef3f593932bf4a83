"""Reading and changing the written standards, and the working calendar."""

import pytest

from huiyin.doors.console.standards.limits import say_limit, write_limit
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.tests.cast import AT, Cast
from huiyin.standards import queries as standards

CLAUSE = "/standards/clauses/complaint.assign/"
CHANGE = {
    "limit": "15m",
    "ladder": "过半: 经办人\ndue: 经办人的上级、manager",
    "reason": "试行一个月",
    "effective_at": "",
}


@pytest.mark.rule("STD-01")
def test_a_manager_changes_a_limit_with_date_and_reason(cast: Cast) -> None:
    manager = visitor(cast, "manager")
    assert "10m" in text_of(manager.get(CLAUSE))
    assert manager.http.post(CLAUSE, CHANGE, headers=_now()).status_code == 302
    _number, standard = standards.current(community_id=cast.town.community.pk, at=AT)
    clause = standard.clause("complaint.assign")
    assert clause is not None
    assert str(clause.limit) == "15m"
    assert [(str(one.at), one.to) for one in clause.ladder] == [
        ("half", ("owner",)),
        ("due", ("superior", "manager")),
    ]
    assert "15 分钟" in text_of(manager.get("/standards/"))
    assert "试行一个月" in text_of(manager.get("/standards/history/"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"limit": "soon"}, "soon"),
        ({"reason": " "}, "这个字段是必填项"),
        ({"ladder": "half owner"}, "缺少冒号"),
        ({"ladder": "half: nobody_at_all"}, "nobody_at_all"),
        ({"effective_at": "2026-03-01T09:00"}, "生效时间不能早于今天"),
    ],
)
def test_a_bad_change_is_refused_and_kept(
    cast: Cast, change: dict[str, str], sentence: str
) -> None:
    typed = {**CHANGE, **change}
    answer = visitor(cast, "manager").http.post(CLAUSE, typed, headers=_now())
    shown = text_of(answer)
    assert answer.status_code == 422
    assert sentence in shown
    assert typed["limit"] in shown


def test_everybody_reads_but_sees_no_buttons(cast: Cast) -> None:
    shown = text_of(visitor(cast, "technician").get("/standards/"))
    assert "投诉十分钟内派人" in shown
    assert CLAUSE not in shown


@pytest.mark.parametrize("page", ["/standards/clauses/none.such/", "/standards/targets/none/"])
def test_an_unknown_line_is_not_found(cast: Cast, page: str) -> None:
    assert visitor(cast, "manager").get(page).status_code == 404


def test_a_target_is_changed(cast: Cast) -> None:
    board = standards.board(
        caller=cast.caller("manager"), community_id=cast.town.community.pk, at=AT
    )
    target = board.targets[0]
    answer = visitor(cast, "manager").http.post(
        f"/standards/targets/{target.code}/",
        {"value": "0.5", "reason": "先达到一半"},
        headers=_now(),
    )
    assert answer.status_code == 302, text_of(answer)


def test_a_day_is_set_and_shown(cast: Cast) -> None:
    manager = visitor(cast, "manager")
    day = {"day": "2026-03-18", "is_working": "0", "name": "停电检修", "reason": "供电局通知"}
    answer = manager.http.post("/calendar/", day, headers=_now())
    assert answer["Location"] == "/calendar/?year=2026"
    assert "停电检修" in text_of(manager.get("/calendar/"))


def test_a_year_not_yet_decreed_is_shown_all_the_same(cast: Cast) -> None:
    assert visitor(cast, "manager").get("/calendar/?year=2031").status_code == 200
    assert "2026" in text_of(visitor(cast, "manager").get("/calendar/?year=abc"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("10m", "10 分钟"),
        ("24h", "24 小时"),
        ("same day", "当日"),
        ("3d", "3 天"),
        ("2wd", "2 个工作日"),
        ("every 7d until finished", "每 7 天一次"),
        ("as promised", "按约定的时间"),
        ("never", "never"),
    ],
)
def test_a_limit_is_said_in_words(written: str, said: str) -> None:
    assert say_limit(written) == said


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("30 分钟", "30m"),
        ("2个工作日", "2wd"),
        ("当日", "same day"),
        ("3d", "3d"),
        ("45 minutes", "45m"),
        ("2 working days", "2wd"),
        ("24 小時", "24h"),
        ("Same day", "same day"),
        ("every 7d until finished", "every 7d until finished"),
        ("soon", "soon"),
    ],
)
def test_a_limit_may_be_written_in_words(said: str, written: str) -> None:
    assert write_limit(said) == written


def _now() -> dict[str, str]:
    return {"X-Huiyin-Now": AT.isoformat()}

"""The board of figures: what it shows for which days, and that each is the count of its rows."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from huiyin.doors.console.tests.visit import paper_of, text_of, visitor
from huiyin.matters.actions import assign_matter
from huiyin.matters.tests.cast import AT, Cast, tick

LATE = AT + timedelta(minutes=30)


def judged(cast: Cast) -> tuple[str, str]:
    """Leave one complaint alone beyond its limit, assign another in time; return both."""
    late = cast.receive()
    kept = cast.receive(text="电梯异响")
    by = cast.caller("supervisor")
    minute = AT + timedelta(minutes=1)
    assign_matter(by=by, at=minute, number=kept, to=cast.code("maintenance_foreman"))
    tick(LATE)
    return late, kept


@pytest.mark.rule("RPT-03")
@pytest.mark.rule("STD-03")
def test_a_figure_stands_beside_its_target_with_a_word_for_whether_it_is_met(cast: Cast) -> None:
    judged(cast)
    page = text_of(visitor(cast, "manager").get("/figures/", at=LATE))
    assert "CMP-01" in page
    assert "50%" in page
    assert "未达标" in page
    assert "暂无数据" in page
    assert "2026-03-01 至 2026-03-16" in page
    assert "只统计您经办" not in page


@pytest.mark.rule("RPT-07")
def test_a_figure_opens_as_many_rows_as_it_counts(cast: Cast) -> None:
    late, kept = judged(cast)
    page = text_of(visitor(cast, "manager").get("/figures/assign_on_time/", at=LATE))
    assert "共 2 条,达成 1 条" in page
    assert len(re.findall(r'href="/matters/[^"]+/"', page)) == 2
    assert late in page
    assert kept in page
    assert "未达成" in page


@pytest.mark.rule("RPT-07")
def test_every_figure_of_the_board_opens_rows_that_add_up(cast: Cast) -> None:
    judged(cast)
    desk = visitor(cast, "manager")
    board = text_of(desk.get("/figures/", at=LATE))
    links = re.findall(r'href="(/figures/[^"?]+/)">(\d+) / (\d+)<', board)
    assert links
    for address, _good, of in links:
        rows = text_of(desk.get(address, at=LATE))
        assert len(re.findall(r'<a class="hy-figures" href="/matters/', rows)) == int(of), address


def test_rows_beyond_one_page_follow_as_a_fragment(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(cast)
    monkeypatch.setattr("huiyin.doors.console.figures.views.PAGE", 1)
    desk = visitor(cast, "manager")
    first = text_of(desk.get("/figures/assign_on_time/", at=LATE))
    link = re.search(r'hx-get="(/figures/[^"]+)"', first)
    assert link
    rest = text_of(desk.get(link[1].replace("&amp;", "&"), at=LATE, htmx=True))
    assert rest.startswith("<tr>")
    assert "hx-get" not in rest


def test_other_days_are_chosen(cast: Cast) -> None:
    judged(cast)
    desk = visitor(cast, "manager")
    last = text_of(desk.get("/figures/", at=LATE, period="last"))
    assert "2026-02-01 至 2026-02-28" in last
    assert "50%" not in last
    days: dict[str, Any] = {"period": "days", "since": "2026-03-10", "until": "2026-03-16"}
    chosen = text_of(desk.get("/figures/", at=LATE, **days))
    assert "50%" in chosen
    assert "period=days&amp;since=2026-03-10&amp;until=2026-03-16" in chosen


@pytest.mark.parametrize(
    "days",
    [
        {"since": "2026-03-16", "until": "2026-03-10"},
        {"since": "昨天", "until": "2026-03-10"},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {},
    ],
)
def test_days_that_are_none_are_refused_and_kept(cast: Cast, days: dict[str, Any]) -> None:
    desk = visitor(cast, "manager")
    refused = desk.get("/figures/", period="days", **days)
    assert refused.status_code == 422
    if days:
        assert f'value="{days["since"]}"' in text_of(refused)
    for address in ("/figures/export/", "/figures/assign_on_time/"):
        assert desk.get(address, period="days", **days).status_code == 422


def test_the_board_is_a_table_too(cast: Cast) -> None:
    judged(cast)
    answer = visitor(cast, "manager").get("/figures/export/", at=LATE)
    assert answer["Content-Disposition"] == 'attachment; filename="YG-2026-03-01-2026-03-16.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["规则", "指标"]
    line = next(row for row in rows if row[0] == "CMP-01")
    assert line[3:] == ["0.50", "1", "2", "未达标"]


def test_the_field_sees_figures_of_their_own_and_no_entry_in_the_menu(cast: Cast) -> None:
    judged(cast)
    page = text_of(visitor(cast, "technician").get("/figures/", at=LATE))
    assert "只统计您经办" in page
    assert "50%" not in page
    assert 'href="/figures/"' in text_of(visitor(cast, "keeper").get("/work/"))
    assert 'href="/figures/"' not in text_of(visitor(cast, "technician").get("/work/"))


def test_a_figure_that_is_none_is_not_found(cast: Cast) -> None:
    assert visitor(cast, "manager").get("/figures/nothing/").status_code == 404
    assert visitor(cast, "manager").get("/figures/assign_on_time/?cursor=x").status_code == 422


def test_the_pages_hold_their_query_counts(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    judged(cast)
    desk = visitor(cast, "manager")
    for address in ("/figures/", "/figures/assign_on_time/"):
        desk.get(address, at=LATE)
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            desk.get(address, at=LATE)


@pytest.mark.rule("CMP-09")
def test_the_analysis_of_complaints_is_a_paper(cast: Cast) -> None:
    cast.receive()
    boss = visitor(cast, "manager")
    assert "/figures/complaints/paper/" in text_of(boss.get("/figures/"))
    drawn = paper_of(boss.get("/figures/complaints/paper/"))
    for said in ("投诉统计分析报告", "2026-03-01至2026-03-16", "本期投诉", "投诉", "改进措施"):
        assert said in drawn, said
    wrong: dict[str, Any] = {"period": "days", "since": "2026-03-16", "until": "2026-03-01"}
    assert boss.get("/figures/complaints/paper/", **wrong).status_code == 422

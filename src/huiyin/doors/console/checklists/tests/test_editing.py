"""A manager writes a checklist: rows added, moved, taken away, every mistake at its place."""

from typing import Any

import pytest

from huiyin.checklists.models import Version
from huiyin.checklists.rules import from_data
from huiyin.checklists.shipped import all_shipped
from huiyin.doors.console.checklists import drafting
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.tests.cast import Cast

EDIT = "/checklists/templates/four_checks/edit/"
NEW = "/checklists/templates/new/edit/"


def typed(*rows: dict[str, str], **given: str) -> dict[str, Any]:
    """Return the form with some rows as a browser sends it."""
    fields = {
        f"item-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()
    }
    head = {"title": "泵房检查", "reason": "新做", "count": str(len(rows)), "do": "save"}
    return {**head, **fields, **given}


DOOR = {"key": "door", "title": "门", "kind": "tick", "required": "1"}
HEAT = {
    "key": "heat",
    "title": "水温",
    "kind": "number",
    "unit": "℃",
    "least": "5",
    "most": "60",
    "minutes": "30",
    "raises": "repair.public",
    "who": "technician",
    "hint": "看表",
    "group": "水",
}
LOOK = {
    "key": "look",
    "title": "外观",
    "kind": "choice",
    "options": "完好\n 破损 \n\n",
    "bad_options": "破损",
}


def test_a_new_checklist_is_written_without_knowing_toml(cast: Cast) -> None:
    page = visitor(cast, "manager")
    assert "第 1 项" in text_of(page.get(NEW))
    answer = page.post(NEW, typed(DOOR, HEAT, LOOK))
    assert answer.status_code == 302
    door, heat, look = from_data(Version.objects.get().items)
    assert (door.title, door.required, heat.required) == ("门", True, False)
    assert (heat.unit, heat.least, heat.most, heat.minutes) == ("℃", "5", "60", 30)
    assert (heat.raises, heat.who, heat.hint, heat.group) == (
        "repair.public",
        "technician",
        "看表",
        "水",
    )
    assert (look.options, look.bad_options) == (("完好", "破损"), ("破损",))
    shown = text_of(page.get(answer.headers["Location"]))
    assert "不合格时生成:公共报修" in shown and "第 1 版" in shown and "新做" in shown
    assert "泵房检查" in text_of(page.get("/checklists/templates/"))


def test_a_shipped_checklist_is_edited_and_given_up(cast: Cast) -> None:
    page = visitor(cast, "manager")
    shown = text_of(page.get(EDIT))
    assert "门已锁好" in shown and "离岗四查" in shown
    assert page.post(EDIT, typed(DOOR, title="离岗检查")).status_code == 302
    path = "/checklists/templates/four_checks/"
    assert "离岗检查" in text_of(page.get(path)) and "本小区修改" in text_of(page.get(path))
    assert page.post(path, {"reason": ""}).status_code == 422
    assert page.post(path, {"reason": "改回"}).status_code == 302
    assert "离岗四查" in text_of(page.get(path))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**DOOR, "title": ""}, "请填写"),
        ({**HEAT, "least": "七"}, "“七”不是数字"),
        ({**HEAT, "most": "1"}, "最大值小于最小值"),
        ({**HEAT, "minutes": "半小时"}, "限时应为"),
        ({**LOOK, "options": "完好"}, "至少要有两个选项"),
        ({**LOOK, "bad_options": "差"}, "没有“差”"),
        ({**DOOR, "kind": "smell"}, "没有“smell”这种方式"),
    ],
)
def test_a_mistake_stands_beside_its_item_and_nothing_is_lost(
    cast: Cast, row: dict[str, str], said: str
) -> None:
    other = {**DOOR, "key": "other", "title": "别的一项"}
    answer = visitor(cast, "manager").post(NEW, typed(other, row), htmx=True)
    assert answer.status_code == 422
    shown = text_of(answer)
    assert said in shown and "别的一项" in shown and "新做" in shown
    for value in row.values():
        assert value.strip() in shown
    assert not Version.objects.exists()


def test_a_name_and_a_reason_are_needed_and_one_item(cast: Cast) -> None:
    page = visitor(cast, "manager")
    for form in (typed(DOOR, title=""), typed(DOOR, reason=" "), typed()):
        assert page.post(NEW, form).status_code == 422
    assert "至少要有一个项目" in text_of(page.post(NEW, typed()))


def test_rows_are_added_moved_and_taken_away_without_losing_a_word(cast: Cast) -> None:
    page = visitor(cast, "manager")

    def keys(answer: Any) -> list[str]:
        text = text_of(answer)
        return sorted(("door", "heat", "look", "item_1"), key=lambda key: _place(text, key))

    added = page.post(NEW, typed(DOOR, HEAT, LOOK, do="add"), htmx=True)
    assert added.status_code == 200 and "第 4 项" in text_of(added)
    assert "看表" in text_of(added) and "新做" in text_of(added)
    assert keys(page.post(NEW, typed(DOOR, HEAT, LOOK, do="up-2"), htmx=True))[:3] == [
        "door",
        "look",
        "heat",
    ]
    gone = text_of(page.post(NEW, typed(DOOR, HEAT, LOOK, do="remove-1"), htmx=True))
    assert "水温" not in gone and "外观" in gone
    for act in ("up-0", "down-9", "remove-x", "up-99999999999", "eat-1", ""):
        assert page.post(NEW, typed(DOOR, do=act), htmx=True).status_code == 200
    # another kind keeps what was typed for the old one
    turned = text_of(page.post(NEW, typed({**LOOK, "kind": "number"}, do=""), htmx=True))
    assert "完好" in turned and "最小值" in turned


def _place(text: str, key: str) -> int:
    place = text.find(f'-key" value="{key}"')
    return place if place >= 0 else len(text)


@pytest.mark.parametrize("code", sorted(all_shipped()))
def test_every_shipped_checklist_survives_the_form(code: str) -> None:
    items = all_shipped()[code].items
    sent = {"count": str(len(items))}
    for n, row in enumerate(drafting.rows_of(items)):
        sent |= {f"item-{n}-{name}": value for name, value in row.values.items()}
    assert from_data(drafting.to_items(drafting.read_rows(sent))) == items


@pytest.mark.parametrize("post", ["supervisor", "technician"])
def test_others_read_and_do_not_write(cast: Cast, post: str) -> None:
    page = visitor(cast, post)
    assert page.get(EDIT).status_code == 403
    assert page.post(EDIT, typed(DOOR)).status_code == 403
    assert page.post("/checklists/templates/four_checks/", {"reason": "x"}).status_code == 403
    assert "修改检查表" not in text_of(page.get("/checklists/templates/"))
    assert page.get("/checklists/templates/four_checks/").status_code == 200
    assert page.get("/checklists/templates/nothing/").status_code == 404
    assert visitor(cast, "manager").get("/checklists/templates/nothing/edit/").status_code == 404

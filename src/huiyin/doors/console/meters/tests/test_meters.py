"""The pages of meters: walk with and without a script, held readings, replacing, files."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.files.models import StoredFile
from huiyin.matters.tests.cast import Cast
from huiyin.meters.models import Meter, Reading
from huiyin.meters.tests.cast import AT, WALK, Wall, make_wall

pytestmark = pytest.mark.rule("BIL-03")
DATA = {"Accept": "application/json"}


@pytest.fixture
def wall(cast: Cast) -> Wall:
    """Hang the meters of the standing cast."""
    return make_wall(cast)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


def sent(code: str = "W-1201", value: str = "131", **more: Any) -> dict[str, Any]:
    """What the walk sends."""
    given = {"meter": code, "value": value, "read_on": "2026-03-31", "route": WALK}
    return {**given, "key": str(uuid4()), **more}


def data(wall: Wall, form: dict[str, Any], *, who: str = "technician", to: str = "read") -> Any:
    """Send as the script does."""
    headers = {"X-Huiyin-Now": AT.isoformat(), **DATA}
    return visitor(wall.cast, who).http.post(f"/meters/walk/{to}/", form, headers=headers)


class TestWalk:
    def test_without_a_script_one_after_the_other(self, wall: Wall) -> None:
        me = visitor(wall.cast, "technician")
        assert "0</b>/3" in me.get("/meters/", at=AT).content.decode()
        page = me.get("/meters/walk/", at=AT, route=WALK).content.decode()
        assert "3-1-1201" in page and "2026-03-01" in page and "120" in page
        answer = me.post("/meters/walk/read/", sent(), at=AT)
        assert answer.status_code == 302
        page = text_of(me.get(answer["Location"], at=AT))
        assert "3-1-1202" in page and "1/3" in page
        answer = me.post("/meters/walk/read/", sent("W-1202", "一百"), at=AT)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "读数要填数字" in page and 'value="一百"' in page

    def test_a_held_reading_is_explained(self, wall: Wall) -> None:
        me = visitor(wall.cast, "technician")
        answer = me.post("/meters/walk/read/", sent(value="13"), at=AT, follow=True)
        page = text_of(me.get("/meters/walk/", at=AT, route=WALK, stop="W-1201"))
        assert answer.status_code == 302
        assert "比上次少,等工程主管或收费员核实" in page

    def test_the_script_sends_and_hears(self, wall: Wall) -> None:
        form = sent()
        told = data(wall, form)
        assert (told.status_code, told.json()["state"], told.json()["held"]) == (200, "done", "")
        assert data(wall, form).json()["id"] == told.json()["id"]
        other = data(wall, sent(value="132"))
        assert (other.status_code, other.json()["state"]) == (409, "refused")
        assert "已经抄过" in other.json()["told"]
        right = data(wall, sent(value="132", reading=told.json()["id"]))
        assert right.json()["value"] == "132"
        assert Reading.objects.filter(voided_at__isnull=False).count() == 1
        assert data(wall, sent(value="13", reading=right.json()["id"])).json()["held"] == "比上次少"

    @pytest.mark.parametrize(
        ("wrong", "status"),
        [
            ({"meter": "W-9"}, 404),
            ({"value": "x"}, 422),
            ({"read_on": "2026-04-01"}, 422),
            ({"key": "x"}, 422),
            ({"reading": "999999"}, 404),
        ],
    )
    def test_what_is_refused_says_why(self, wall: Wall, wrong: dict[str, str], status: int) -> None:
        told = data(wall, sent() | wrong)
        assert (told.status_code, told.json()["state"]) == (status, "refused")
        assert told.json()["told"]

    def test_a_photo_goes_with_it(self, wall: Wall) -> None:
        picture = SimpleUploadedFile("m.png", a_picture(3), "image/png")
        told = data(wall, sent(photo=picture))
        number = told.json()["id"]
        shown = visitor(wall.cast, "collector").get(f"/meters/readings/{number}/photo/", at=AT)
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")

    def test_skipped_with_a_reason(self, wall: Wall) -> None:
        form = {"meter": "W-1201", "skipped_on": "2026-03-31", "reason": "家中无人", "route": WALK}
        assert data(wall, form, to="skip").json() == {"state": "done"}
        me = visitor(wall.cast, "technician")
        assert "跳过 1 只" in text_of(me.get("/meters/", at=AT))
        assert "3-1-1202" in text_of(me.get("/meters/walk/", at=AT, route=WALK))
        assert data(wall, {**form, "reason": ""}, to="skip").status_code == 422

    def test_stops_carry_what_the_script_warns_with(self, wall: Wall) -> None:
        page = visitor(wall.cast, "technician").get("/meters/walk/", at=AT, route=WALK)
        stops = json.loads(
            page.content.decode()
            .partition('id="walk-stops" type="application/json">')[2]
            .partition("</script>")[0]
        )
        assert [one["code"] for one in stops] == ["W-1201", "W-1202", "W-501"]
        assert (stops[0]["before"], stops[0]["digits"], stops[0]["value"]) == ("120", 5, "")
        assert 160 < float(stops[0]["most"]) < 180

    def test_early_in_the_month_it_says_that_it_does_not_count(self, wall: Wall) -> None:
        early = datetime.fromisoformat("2026-03-20T09:00+08:00")
        me = visitor(wall.cast, "technician")
        assert "离月底还早" in text_of(me.get("/meters/", at=early))
        assert "离月底还早" not in text_of(me.get("/meters/", at=AT))

    def test_no_such_walk(self, wall: Wall) -> None:
        assert (
            visitor(wall.cast, "technician").get("/meters/walk/", at=AT, route="9").status_code
            == 404
        )


class TestPages:
    def test_nothing_yet(self, cast: Cast) -> None:
        me = visitor(cast, "technician")
        assert "还没有登记水表电表" in text_of(me.get("/meters/", at=AT))
        assert "没有符合条件的表" in text_of(me.get("/meters/list/", at=AT))
        assert "没有待核实的读数" in text_of(me.get("/meters/held/", at=AT))

    def test_the_list_by_filter_and_as_a_fragment(
        self, wall: Wall, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        me = visitor(wall.cast, "technician")
        me.get("/meters/list/", at=AT)
        with django_assert_max_num_queries(8):
            page = text_of(me.get("/meters/list/", at=AT))
        assert "W-501" in page and "地下室水泵房" in page
        part = me.get("/meters/list/", at=AT, htmx=True, shared="1").content.decode()
        assert "P-1" in part and "W-501" not in part and "<html" not in part
        assert me.get("/meters/list/", at=AT, cursor="x").status_code == 422

    def test_a_meter_is_hung_up(self, wall: Wall) -> None:
        boss = visitor(wall.cast, "collector")
        form = {
            "code": "E-1", "kind": "electricity", "house": "3-1-1201", "factor": "1",
            "digits": "6", "from_on": "2026-03-31", "value": "12",
        }  # fmt: skip
        wrong = boss.post("/meters/new/", {**form, "house": "9-9-9"}, at=AT)
        assert wrong.status_code in (404, 422)
        assert boss.post("/meters/new/", form, at=AT).status_code == 302
        again = boss.post("/meters/new/", form, at=AT)
        assert again.status_code == 422 and "登记过" in text_of(again)

    def test_held_is_settled_by_another_one(self, wall: Wall) -> None:
        row = wall.read("W-1201", "1310")
        boss = visitor(wall.cast, "collector")
        page = text_of(boss.get("/meters/held/", at=AT))
        assert "用量比平时大很多" in page and "1310" in page
        form = {f"r{row.id}-reading": row.id, f"r{row.id}-how": "accept", "which": row.id}
        refused = boss.post("/meters/held/", form, at=AT)
        assert refused.status_code == 422
        form[f"r{row.id}-reason"] = "水管漏水,已确认"
        assert boss.post("/meters/held/", form, at=AT).status_code == 302
        assert "没有待核实的读数" in text_of(boss.get("/meters/held/", at=AT))
        assert "水管漏水" in text_of(boss.get("/meters/of/W-1201/", at=AT))

    def test_held_is_taken_back_there_too(self, wall: Wall) -> None:
        row = wall.read("W-1201", "13")
        prefix = f"r{row.id}"
        form = {
            f"{prefix}-reading": row.id, f"{prefix}-how": "void", f"{prefix}-reason": "看错",
            "which": row.id,
        }  # fmt: skip
        assert visitor(wall.cast, "manager").post("/meters/held/", form, at=AT).status_code == 302
        assert wall.stored(row).voided_at is not None

    def test_a_meter_is_replaced_on_its_page(self, wall: Wall) -> None:
        me = visitor(wall.cast, "technician")
        form = {
            "step": "replace", "replace-key": str(uuid4()), "replace-on": "2026-03-31",
            "replace-final": "12x", "replace-code": "W-1201B", "replace-initial": "0",
        }  # fmt: skip
        refused = me.post("/meters/of/W-1201/", form, at=AT)
        assert refused.status_code == 422
        assert 'value="W-1201B"' in refused.content.decode()
        done = me.post("/meters/of/W-1201/", {**form, "replace-final": "125"}, at=AT)
        assert done.status_code == 302
        assert Meter.objects.get(code="W-1201B").replaces_id == wall.meters["W-1201"].pk
        assert "已经拆下" in text_of(me.get("/meters/of/W-1201/", at=AT))

    @pytest.mark.parametrize(
        ("step", "given"),
        [
            ("read", {"value": "131", "read_on": "2026-03-31"}),
            ("estimate", {"read_on": "2026-03-31", "reason": "家中无人"}),
            ("take_down", {"on": "2026-03-31", "final": "130", "reason": "拆除"}),
        ],
    )
    def test_what_is_done_at_the_desk(self, wall: Wall, step: str, given: dict[str, str]) -> None:
        form = {f"{step}-{name}": value for name, value in given.items()}
        form |= {"step": step, f"{step}-key": str(uuid4())}
        answer = visitor(wall.cast, "collector").post("/meters/of/W-1201/", form, at=AT)
        assert answer.status_code == 302
        assert Reading.objects.filter(read_on="2026-03-31").exists()

    def test_a_reading_is_corrected_and_voided_on_the_page(self, wall: Wall) -> None:
        row = wall.read("W-1201", "131")
        boss = visitor(wall.cast, "collector")
        form = {
            "step": "correct", "correct-key": str(uuid4()), "correct-reading": row.id,
            "correct-value": "", "correct-reason": "看错",
        }  # fmt: skip
        assert boss.post("/meters/of/W-1201/", form, at=AT).status_code == 422
        done = boss.post("/meters/of/W-1201/", {**form, "correct-value": "132"}, at=AT)
        assert done.status_code == 302
        fresh = Reading.objects.get(value=132)
        void = {"step": "void", "void-reading": fresh.pk, "void-reason": "重抄"}
        assert boss.post("/meters/of/W-1201/", void, at=AT).status_code == 302
        assert boss.post("/meters/of/W-1201/", {"step": "x"}, at=AT).status_code == 404

    def test_the_walk_is_put_in_order(self, wall: Wall) -> None:
        boss = visitor(wall.cast, "collector")
        page = boss.get("/meters/order/", at=AT, route=WALK).content.decode()
        assert page.index("W-1201") < page.index("W-501")
        form = {"route": WALK, "meters": "W-501\nW-9"}
        refused = boss.post(f"/meters/order/?route={WALK}", form, at=AT)
        assert refused.status_code == 422 and "W-9" in text_of(refused)
        form["meters"] = "W-501\n\n W-1202 "
        assert boss.post(f"/meters/order/?route={WALK}", form, at=AT).status_code == 302
        assert Meter.objects.get(code="W-501").step == 1


class TestFiles:
    def test_looked_at_then_taken_once(self, wall: Wall) -> None:
        boss = visitor(wall.cast, "collector")
        content = "表号,抄表日期,读数\nW-1201,2026-03-31,131\nW-9,2026-03-31,1\n".encode()
        file = SimpleUploadedFile("三月.csv", content)
        looked = boss.post("/meters/import/readings/", {"file": file}, at=AT)
        page = looked.content.decode()
        assert "预览,还没有写入" in page and "没有这个表号" in page
        assert not Reading.objects.filter(read_on="2026-03-31").exists()
        token = page.partition('name="token" value="')[2].partition('"')[0]
        done = boss.post("/meters/import/readings/confirm/", {"token": token}, at=AT)
        assert "已写入" in text_of(done)
        assert Reading.objects.filter(read_on="2026-03-31").count() == 1
        again = boss.post("/meters/import/readings/confirm/", {"token": token}, at=AT)
        assert again.status_code == 302

    def test_no_file_and_no_meters(self, wall: Wall) -> None:
        boss = visitor(wall.cast, "collector")
        assert boss.post("/meters/import/meters/", {}, at=AT).status_code == 422
        file = SimpleUploadedFile("a.csv", "甲,乙\n1,2\n".encode())
        refused = boss.post("/meters/import/meters/", {"file": file}, at=AT)
        assert refused.status_code == 422 and "请检查第一行" in text_of(refused)
        assert boss.get("/meters/import/other/", at=AT).status_code == 404

    def test_the_template_filled_in_is_taken(self, wall: Wall) -> None:
        boss = visitor(wall.cast, "collector")
        for what in ("readings", "meters"):
            answer = boss.get(f"/meters/import/{what}/template/", at=AT)
            assert answer.status_code == 200
        content = boss.get("/meters/import/readings/template/", at=AT).content
        file = io.BytesIO(content)
        file.name = "模板.xlsx"
        page = text_of(boss.post("/meters/import/readings/", {"file": file}, at=AT))
        assert "没有可以写入的内容" in page


def test_no_photo_is_kept_for_who_does_not_read_meters(wall: Wall) -> None:
    guard = visitor(wall.cast, "guard")
    for path, form in (
        ("/meters/walk/read/", sent()),
        (
            "/meters/of/W-1201/",
            {
                **{"step": "replace", "replace-key": str(uuid4()), "replace-on": "2026-03-31"},
                **{"replace-final": "131", "replace-code": "W-2", "replace-initial": "0"},
            },
        ),
    ):
        photo = SimpleUploadedFile("m.jpg", a_picture(5), "image/jpeg")
        answer = guard.post(path, {**form, "photo": photo, "replace-photo": photo}, at=AT)
        assert answer.status_code == 403
    assert not StoredFile.objects.exists()

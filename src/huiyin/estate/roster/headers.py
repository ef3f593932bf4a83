"""What a column means: header names by synonyms, each with a weight, over one or two rows.

A header may stand anywhere in the first rows of a sheet, below titles; it may be spread over two
rows (`业主信息` above `姓名` and `电话`). Where two columns mean the same (`建筑面积`, `套内面积`)
the heavier synonym wins; telephone numbers, owners and remarks may have several columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache

from huiyin.estate.roster.text import Cell, cell_text, fold, simplified


class Field(StrEnum):
    """What a column can say about a house."""

    IGNORED = "ignored"
    BUILDING = "building"
    UNIT = "unit"
    FLOOR = "floor"
    ROOM = "room"
    SHOP = "shop"
    SPACE = "space"
    AREA = "area"
    KIND = "kind"
    OWNER = "owner"
    PHONE = "phone"
    TENANT = "tenant"
    TENANT_PHONE = "tenant_phone"
    HANDED_OVER = "handed_over_on"
    RATE = "rate"
    TENURE = "tenure"
    PLATE = "plate"
    STATUS = "status"
    BUSINESS = "business"
    REMARK = "remark"
    RELATION = "relation"


SEVERAL = frozenset({Field.PHONE, Field.OWNER, Field.TENANT, Field.TENANT_PHONE, Field.REMARK})
PLACES = frozenset({Field.ROOM, Field.SHOP, Field.SPACE, Field.UNIT})

_TENANT_WORDS = (
    "租户|租客|承租|租赁人|租赁方|使用人|经营人|经营者|商户|租用人|租住人|^tenant|^lessee"
)
_PHONE_WORDS = (
    "电话|手机|联系方式|联系号码|联络(?!人)|^联系$|^号码|移动|座机|固话"
    "|^tel|phone|^mobile|^contact(?:no|number|$)"
)
_OWNER_WORDS = (
    "业主|产权人|产权单位|户主|客户|权利人|房主|店主|铺主|车主|物主|所有人|所有权人|买受人|购房人"
    "|共有人|^owner"
)
_HANDED = (
    "交房|收楼|收房|入伙|交付|交楼|交铺|收铺|接房|接楼|领房|拿房|交屋|交接|移交|接收|钥匙"
    "|hand(?:ed)?.?over|delivery"
)

# In order of precedence: the first pattern that is found in the header decides.
_SYNONYMS: tuple[tuple[Field, int, str], ...] = (
    (
        Field.IGNORED,
        1,
        r"身份证|证件|证号|性别|年龄|邮箱|e-?mail|微信|籍贯|民族|职业|工作单位|银行|账号|^户名|开户"
        r"|^id|[水电气]表|燃气|门禁|卡号|管家|客服|登记人|经办|填表|制表|销售员|顾问",
    ),
    (Field.RELATION, 1, r"关系$|^(?:身份|角色|人员类[型别]|人员性质)$|^relation"),
    (
        Field.IGNORED,
        1,
        rf"(?:配偶|家属|亲属|子女|家庭成员|紧急|应急)(?:联系人|联络人|姓名|名字)*(?!.*(?:{_PHONE_WORDS}))",
    ),
    (
        Field.IGNORED,
        1,
        r"公摊|分摊面积|总价|房款|欠费|金额|余额|合同号|合同编号|起租|到期|租期|月租|租金",
    ),
    (
        Field.IGNORED,
        1,
        r"^(?:序号|编号|no\.?|id|序|项次|行号|户数|人数|人口|小区|小区名称|项目|项目名称|社区)$",
    ),
    (Field.TENURE, 2, r"(?:车位|车库|泊位)(?:类型|类别|性质|属性|种类)|产权/租赁|租售"),
    (Field.RATE, 2, r"费标准|单价|收费标准|费率|物业费|管理费|月费|车位费|停车费|每月费用"),
    (Field.PLATE, 3, r"车牌|车号|车辆牌|^plate"),
    (
        Field.HANDED_OVER,
        3,
        rf"(?:{_HANDED}).*(?:日期|时间|日|年月|date)|(?:日期|时间|date).*(?:{_HANDED})",
    ),
    (Field.HANDED_OVER, 1, r"(?:入住|验房|验收)(?:日期|时间|日)|^move.?in"),
    (
        Field.STATUS,
        1,
        rf"(?:{_HANDED}|房屋|房产|房间|使用|居住|销售|入住|空置|是否).*(?:状态|状况|情况|空置|入住)|^状态$",
    ),
    (Field.TENANT, 3, rf"(?:{_TENANT_WORDS}).{{0,4}}[及和与/、+&].{{0,2}}(?:{_PHONE_WORDS})"),
    (
        Field.OWNER,
        3,
        rf"(?:姓名|{_OWNER_WORDS}).{{0,4}}[及和与/、+&].{{0,2}}(?:{_PHONE_WORDS})",
    ),
    (Field.TENANT_PHONE, 3, rf"(?:{_TENANT_WORDS}).*(?:{_PHONE_WORDS})"),
    (Field.PHONE, 3, rf"(?:{_PHONE_WORDS})"),
    (Field.AREA, 5, r"建筑面积|建面"),
    (Field.AREA, 4, r"计费面积|收费面积|产权面积|登记面积|房产面积|计价面积"),
    (Field.AREA, 1, r"套内|室内面积|使用面积|实用面积|得房"),
    (Field.AREA, 3, r"面积|^area|平方|平米|㎡|^m2$"),
    (Field.KIND, 3, r"(?:房屋|物业|房产|房间|建筑|户型)?(?:类型|类别|用途|性质)|^kind$"),
    (Field.IGNORED, 1, r"户型|房型|朝向|结构|装修|业主(?:编号|代码|类型)|客户(?:编号|代码)"),
    (Field.SPACE, 3, r"(?:车位|停车位|泊位|车库)(?:号|编号|号码|位置)?|^parking"),
    (Field.SHOP, 3, r"商铺|铺号|铺位|店铺|店面|门面|门店|摊位|档口|铺名"),
    (Field.ROOM, 4, r"对应房|关联房|所属房|绑定房|房屋编号|房屋编码|房屋代码|房产编号|资源编号"),
    (
        Field.BUILDING,
        3,
        r"^(?:所属|所在|坐落)?(?:楼栋|栋|幢|座|楼|楼宇|楼座|座栋|苑栋|组团|栋座|楼幢|大楼|号楼)(?:号|别|名称?|编号|号码|代码)?$"
        r"|^(?:几栋|(?:building|block|tower|bldg\.?)(?:no\.?|name|number)?)$"
        r"|^(?:楼栋|栋|幢|楼号|座)号?[/及、-]?单元号?$",
    ),
    (Field.UNIT, 3, r"^(?:所属|所在)?(?:单元|梯|门|unit)(?:号|名称?|编号|号码|no\.?|number)?$"),
    (Field.FLOOR, 3, r"^(?:所在)?(?:楼层|层|层数|层号|floor)$"),
    (
        Field.ROOM,
        5,
        r"^(?:房号|房间号|房间|室号|房屋号|房屋|单元房号|楼栋房号|完整房号|房源|房|室)$|房号|房间号|门牌",
    ),
    (
        Field.ROOM,
        3,
        r"^(?:户|室|房屋?|房间|房源|房产)(?:名称?|编号|编码|号码|信息|坐落|座落)$|户号|室号|户室|房屋地址|房屋坐落|房屋名称|房屋位置|房产地址|物业地址|房址|^(?:room|house|flat|property|apartment|apt\.?)(?:no\.?|number|address)?$|写字间|办公室",
    ),
    (Field.ROOM, 2, r"^(?:地址|住址|位置|坐落|物业名称|资源名称|铺/房号|户)$"),
    (Field.BUSINESS, 1, r"业态|经营项目|经营范围|经营内容|店名|招牌"),
    (Field.TENANT, 1, rf"(?:{_TENANT_WORDS}).*联[系络]人"),
    (Field.TENANT, 3, rf"(?:{_TENANT_WORDS})"),
    (Field.OWNER, 3, rf"(?:{_OWNER_WORDS})"),
    (Field.OWNER, 2, r"住户"),
    (Field.OWNER, 1, r"姓名|名字|联系人|名称|^name$"),
    (Field.HANDED_OVER, 2, rf"^(?:{_HANDED})$"),
    (Field.TENURE, 1, r"产权|租赁方式|使用方式"),
    (Field.REMARK, 1, r"备注|说明|备考|^remark|^note|附注|其他|其它"),
)
_COMPILED = tuple((field, weight, re.compile(text)) for field, weight, text in _SYNONYMS)
_LONGEST = 24
_DEEPEST = 40
_ENOUGH = 2
_FULL_DIGITS = re.compile(r"\d{3,}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: where it is, what it is called and what it means."""

    index: int
    header: str
    field: Field
    weight: int

    @property
    def letter(self) -> str:
        """Return the letters a spreadsheet shows above the column."""
        return column_letter(self.index)


@dataclass(frozen=True)
class Layout:
    """The header of a sheet: the row the data begins on (0-based) and the columns it names."""

    first_row: int
    columns: tuple[Column, ...]

    def get(self, field: Field) -> Column | None:
        """Return the column that means `field`, if there is one."""
        return self._first.get(field)

    @cached_property
    def _first(self) -> dict[Field, Column]:
        """Return the first column of every meaning."""
        return {column.field: column for column in reversed(self.columns)}

    def all(self, field: Field) -> tuple[Column, ...]:
        """Return every column that means `field`, from left to right."""
        return tuple(column for column in self.columns if column.field is field)


def column_letter(index: int) -> str:
    """Write a 0-based column number as a spreadsheet does: 0 is `A`, 27 is `AB`."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@lru_cache(maxsize=1024)
def meaning(header: str) -> tuple[Field, int] | None:
    """Return what a header means and how surely, or None when it is not a known one."""
    bare = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】", "", simplified(fold(header)))
    bare = re.sub(r"[\s*:'\"]", "", bare).lower()
    if not bare or len(bare) > _LONGEST:
        return None
    for field, weight, pattern in _COMPILED:
        if pattern.search(bare):
            return field, weight
    return None


def find_layout(rows: Sequence[Sequence[Cell]], *, building_known: bool = False) -> Layout | None:
    """Find the header of a sheet within its first rows, or return None when there is none.

    A header names a place (a room, a shop, a parking space) and something else about it.
    """
    best: tuple[int, Layout] | None = None
    for at in range(min(len(rows), _DEEPEST)):
        single = [_shown(cell) for cell in rows[at]]
        if not _may_be_header(single):
            continue
        options = [([(text, text) for text in single], 1)]
        if at + 1 < len(rows):
            below = [_shown(cell) for cell in rows[at + 1]]
            if not any(map(_FULL_DIGITS.search, below)):
                both = _combined(single, below)
                options.extend([(both, 2)] if _may_be_header(below) else [])
                options.extend(_third_row(rows, at + 2, [shown for shown, _ in both]))
        for headers, height in options:
            columns = _chosen(headers)
            score = _score(columns, building_known=building_known)
            if score and (best is None or score > best[0]):
                best = (score, Layout(at + height, columns))
    return best[1] if best else None


def _third_row(
    rows: Sequence[Sequence[Cell]], at: int, above: list[str]
) -> Iterator[tuple[list[tuple[str, str]], int]]:
    """Yield the header that reaches over a third row, when that has names of columns too."""
    texts = [_shown(cell) for cell in rows[at]] if at < len(rows) else []
    if sum(1 for text in texts if meaning(text)) >= _ENOUGH:
        yield _combined(above, texts), 3


def _shown(cell: Cell) -> str:
    """Return a header as the file shows it, in one line."""
    return " ".join(cell.split()) if isinstance(cell, str) else cell_text(cell)


def _may_be_header(texts: list[str]) -> bool:
    """Tell whether a row can be a header at all: at least two cells that are words."""
    return sum(1 for text in texts if meaning(text)) >= _ENOUGH or (
        sum(1 for text in texts if text) > _ENOUGH
        and not any(map(_FULL_DIGITS.search, texts))
        and any(meaning(text) for text in texts)
    )


def _combined(above: list[str], below: list[str]) -> list[tuple[str, str]]:
    """Join two rows of headers; a group in the row above reaches over the blanks to its right.

    Each comes as it is shown and as it is understood: the group counts only where the lower name
    alone says too little (`姓名` below `租户`).
    """
    joined: list[tuple[str, str]] = []
    group = ""
    for place in range(max(len(above), len(below))):
        over = above[place] if place < len(above) else ""
        under = below[place] if place < len(below) else ""
        group = over or (group if under else "")
        both = f"{group} {under}".strip() if under else over
        known = meaning(under)
        enough = known is not None and known[0] is not Field.IGNORED and known[1] > 1
        joined.append((both, under if enough and not re.search(_TENANT_WORDS, group) else both))
    return joined


def _chosen(headers: list[tuple[str, str]]) -> tuple[Column, ...]:
    """Give each meaning its column: the heaviest, or all where several are of use."""
    best: dict[Field, Column] = {}
    several: list[Column] = []
    for index, (header, understood) in enumerate(headers):
        found = meaning(understood)
        if found is None or found[0] is Field.IGNORED:
            continue
        column = Column(index, header, *found)
        if column.field in SEVERAL:
            several.append(column)
        elif column.field not in best or column.weight > best[column.field].weight:
            best[column.field] = column
    for field in (Field.OWNER, Field.TENANT):  # a contact is nobody's name where there is a name
        heaviest = max((c.weight for c in several if c.field is field), default=0)
        several = [c for c in several if c.field is not field or c.weight == heaviest]
    columns = sorted([*best.values(), *several], key=lambda column: column.index)
    return tuple(_tenants_phone(column, columns) for column in columns)


def _tenants_phone(column: Column, columns: list[Column]) -> Column:
    """Read a plain `电话` behind the column of tenants as theirs, unless it is the owner's."""
    before = [c.field for c in columns if c.index < column.index]
    if column.field is not Field.PHONE or Field.TENANT not in before:
        return column
    people = [field for field in before if field in (Field.OWNER, Field.TENANT)]
    earlier = before[: len(before) - 1 - before[::-1].index(Field.TENANT)]
    theirs = Field.PHONE in earlier or Field.OWNER not in people
    if people[-1] is Field.TENANT and theirs and "业主" not in column.header:
        return replace(column, field=Field.TENANT_PHONE)
    return column


def _score(columns: tuple[Column, ...], *, building_known: bool) -> int:
    """Score a header by how much it says; nothing when it names no place."""
    fields = {column.field for column in columns}
    villas = {Field.BUILDING, Field.OWNER} <= fields
    if not (fields & PLACES or villas) or len(fields) < _ENOUGH:
        return 0
    if not fields & PLACES:
        return len(fields)
    if fields & PLACES == {Field.UNIT} and Field.BUILDING not in fields and not building_known:
        return 2 * len(fields) - 1
    return 2 * len(fields) + len(columns)

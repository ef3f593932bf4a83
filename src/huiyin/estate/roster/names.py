"""Names of people: several in a cell, spaced out, companies, tenants in the remarks, nobody.

Nothing here guesses at a person: what is no name is refused, and a name once read is spelt in one
way, so that `王 丽` of one file is the `王丽` of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from huiyin.estate.roster.phones import SHORTEST, PhoneText, read_phones
from huiyin.estate.roster.text import Cell, Unreadable, cell_text, fold, is_blank, simplified

SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
    "鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和"
    "穆萧尹姚邵汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛"
    "林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣"
    "翁荀羊惠甄曲封芮储靳段富巫乌焦巴弓牧谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司"
    "黎薄印宿白怀蒲卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳姬申扶堵冉宰雍桑桂濮牛寿通边扈燕冀郏浦尚农温别"
    "庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄东欧利蔚越隆师巩聂晁勾敖"
    "融冷辛阚那简饶曾沙丰巢关相查后荆红游权盖益桓公肖代付兰涂佟苟闫覃邸邝仝岳帅亢况邰冼操蹇过税敬朴"
)
_COMPOUND = (
    "欧阳上官司马诸葛东方皇甫尉迟公孙慕容长孙宇文司徒夏侯令狐端木独孤南宫轩辕闻人澹台"
    "呼延太史申屠百里西门第五公羊万俟淳于单于钟离司空赫连濮阳"
)
COMPOUND = frozenset(_COMPOUND[at : at + 2] for at in range(0, len(_COMPOUND), 2))
_COMPANY_END = (
    "公司|集团|企业|工厂|商店|中心|事务所|银行|支行|分行|合作社|合伙|委员会|居委会|村委会|管理局|学校|学院|"
    "医院|诊所|药房|幼儿园|工作室|经营部|商行|超市|协会|基金会|研究院|研究所|门市部|营业部|服务部|酒店|饭店|"
    "餐厅|宾馆|个体户|旗舰店|专卖店|便利店|政府|办事处|派出所|卫生站|物业处"
)
_COMPANY = re.compile(rf"(?:{_COMPANY_END})(?:\(.*\))?$|\b(?:ltd|inc|llc|corp|gmbh)\b|co\.", re.I)
_HARD = re.compile(r"[、,/\\;|&+\n。]")
_AND = re.compile(r"(?<=[\u4e00-\u9fff]{2})[和与及](?=[\u4e00-\u9fff]{2})")
_TITLES = frozenset({"先生", "女士", "小姐", "太太", "老师", "总"})
_NOTE = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_LEAD = re.compile(
    r"^(?:业主|产权人|户主|共有人|共有产权人|房主|姓名|法人|租户|租客|承租人|使用人|第[一二三]业主)[:\s]+"
)
_CONTACT = re.compile(r"\((?:法人|法定代表人|代表|负责人|联系人|经办人?)[^()]*\)$")
_OTHERS = re.compile(r"\s*等\d*人?$")
_PHONE = re.compile(r"\+?\d[\d\s-]{5,}\d", re.ASCII)
_VALID = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·A-Za-z0-9()\-.,&' *○某?]{1,80}")
_LETTER = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffffA-Za-z]")
_NOBODY = re.compile(
    r"空置.{0,4}|空关房?|空房|(?:尚?未|待|没)(?:出?售|交付|交房|交楼|收房|收楼|销售|卖).{0,4}|(?:开|发)[发展]商.{0,6}|"
    r"地产公司自?留?|库存房?|可售|在售|自持|未入?伙|无业主|暂无业主|空"
)
_UNSOLD_REMARK = re.compile(
    r"空置|空关|(?:尚?未|待)(?:出?售|交付|交房|交楼|收房|收楼|销售)|开发商|发展商|库存房?|可售|在售|自持"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-HJ-NP-Z]"
    r"[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)
_NOT_NAMES = frozenset(
    {
        "同上",
        "同左",
        "见备注",
        "见附件",
        "详见备注",
        "保密",
        "不愿透露",
        "业主",
        "租客",
        "租户",
        "本人",
        "法拍",
    }
)
_CHANGED = re.compile(r"[\u4e00-\u9fff]转[\u4e00-\u9fff]{2}|过户|变更|更名|原业主|现业主")
LONGEST = 60
_SINGLE = 1
_USUAL = 4


@dataclass(frozen=True, slots=True)
class NameText:
    """A name found in a cell, with a telephone number or a note that stood beside it."""

    name: str
    company: bool = False
    phones: tuple[PhoneText, ...] = ()
    bad_phones: tuple[str, ...] = ()
    note: str = ""


def is_company(name: str) -> bool:
    """Tell whether a name is that of a company or an institution."""
    return len(name) > _USUAL - 1 and bool(_COMPANY.search(name))


def says_nobody(text: str) -> bool:
    """Tell whether a cell of owners says that the house is not sold, so the developer's."""
    return bool(_NOBODY.fullmatch(simplified(fold(text)).strip("()[] ")))


def remark_says_nobody(text: str) -> bool:
    """Tell whether a remark says that the house is empty or not yet sold."""
    return bool(_UNSOLD_REMARK.search(simplified(fold(text))))


_NO_TENANT = re.compile(
    r"自住|自用|业主(?:本人)?(?:自?[住用]|使用)?|本人(?:自?[住用]|使用)?|产权人|同业主|空置|空房|未租|待租|无租.*|空"
)


def says_no_tenant(text: str) -> bool:
    """Tell whether a cell of tenants says that the owner uses the house, or nobody does."""
    return is_blank(text) or bool(_NO_TENANT.fullmatch(simplified(fold(text))))


def read_names(value: Cell) -> tuple[NameText, ...]:
    """Read the people and companies of a cell, in their order, each once.

    Raises `Unreadable` when the cell holds something that is no name.
    """
    text = cell_text(value)
    if is_blank(text):
        return ()
    if isinstance(value, (bool, int, float)) or not isinstance(value, str):
        raise Unreadable("name.unreadable")
    return _read(text)


@lru_cache(maxsize=8192)
def _read(text: str) -> tuple[NameText, ...]:
    """Read a folded cell of names."""
    found: dict[str, NameText] = {}
    for chunk in _chunks(text):
        for name in _people(chunk):
            found.setdefault(name.name, name)
    if not found:
        raise Unreadable("name.unreadable")
    return tuple(found.values())


def _chunks(text: str) -> Iterator[str]:
    """Cut a cell at its separators; a comma inside the name of a company abroad is none."""
    if _COMPANY.search(text) and re.search(r"\b(?:co|ltd|inc|llc)\b", text, re.IGNORECASE):
        yield from re.split(r"[、;/\n]", text)
        return
    for part in _HARD.split(text):
        if part.strip():
            yield part.strip()


def _people(chunk: str) -> Iterator[NameText]:
    """Read one chunk: people set apart by spaces or `和`, with their numbers and notes."""
    chunk = _OTHERS.sub("", _CONTACT.sub("", _LEAD.sub("", chunk)))
    company = is_company(_PHONE.sub("", chunk).strip())
    notes = [] if company else [note for note in _NOTE.findall(chunk) if note]
    read = [read_phones(found[0]) for found in _PHONE.finditer(chunk)]
    phones = tuple(phone for one in read for phone in one.good)
    bad = tuple(number for one in read for number in one.bad)
    bare = _PHONE.sub(" ", chunk if company else _NOTE.sub(" ", chunk)).strip(" :.-")
    names = list(_spaced(bare))
    for place, name in enumerate(names):
        own = phones if len(names) == 1 else phones[place : place + 1]
        yield NameText(
            _checked(name),
            is_company(name),
            own,
            bad if place == 0 else (),
            " ".join(notes) if place == 0 else "",
        )


def _spaced(text: str) -> Iterator[str]:
    """Tell people set apart by spaces from one name that is written with spaces."""
    parts = [part for part in text.split() if part not in _TITLES]
    if not re.search(r"[\u3400-\u9fff]", text):
        if text:
            yield " ".join(parts)
        return
    if is_company(text) and not any(_is_person(part) for part in parts[:-1]):
        yield "".join(parts)
        return
    if all(len(part) == _SINGLE for part in parts) and set(parts[::2]) <= SURNAMES:
        parts = ["".join(parts[i : i + 2]) for i in range(0, len(parts), 2)]
    pending = ""
    for part in parts:
        if pending and not _goes_on(pending, part):
            yield from _joined_by_and(pending)
            pending = part
        else:
            pending += part
    if pending:
        yield from _joined_by_and(pending)


def _goes_on(pending: str, part: str) -> bool:
    """Tell whether `part` continues the name begun by `pending` (`王 丽`, `欧阳 娜`)."""
    if len(pending) == _SINGLE or pending in COMPOUND:
        return True
    if len(part) > _SINGLE or is_company(pending):
        return False
    return len(pending) < _USUAL - 1


def _joined_by_and(name: str) -> Iterator[str]:
    """Cut `李建和王丽` in two, but not `王和平` and not a company."""
    if is_company(name) or len(name) <= _USUAL:
        yield name
        return
    for found in _AND.finditer(name):
        left, right = name[: found.start()], name[found.end() :]
        if _is_person(left) and (_is_person(right) or _AND.search(right)):
            yield left
            yield from _joined_by_and(right)
            return
    yield name


def _is_person(name: str) -> bool:
    """Tell whether a text looks like the full name of a Chinese person."""
    begins = simplified(name[:2])
    known = begins[:1] in SURNAMES or begins in COMPOUND
    return known and _SINGLE < len(name) <= _USUAL


def _checked(name: str) -> str:
    """Return a name spelt in the one way, or refuse what cannot be one."""
    name = name.strip(" .:-·")
    no_name = len(name) <= _SINGLE or name in _NOT_NAMES
    if no_name or (_CHANGED.search(name) and not is_company(name)):
        raise Unreadable("name.unreadable")
    if len(name) > LONGEST or not _VALID.fullmatch(name) or not _LETTER.search(name):
        raise Unreadable("name.unreadable")
    if re.search(r"[\u4e00-\u9fff]", name) and is_company(name):
        name = name.replace("(", "\uff08").replace(")", "\uff09")
    return name


_TENANT = re.compile(
    r"(?:现?租客|现?租户|租赁户|承租人|承租方|承租(?=:)|租赁人|租赁方|租住人?|实际使用人|现?使用人|经营人|经营者|商户"
    r"|(?:已|现)?(?:出租|租赁|租)给|(?:已|现)出租|(?:已|现)租(?=[,:( ])|租(?=[: ]))"
    r"(?:姓名|名称|信息)?[:为是,(\s]*"
)
_STOP = "电话|手机|联系|使用|居住|经营|先生|女士|租|于|自|从|至|到"
_TENANT_NAME = re.compile(
    rf"\s*(?P<name>[\u4e00-\u9fffA-Za-z()]{{2,40}}?(?:{_COMPANY_END})|[\u4e00-\u9fff·]{{2,4}}?"
    rf"|[\u4e00-\u9fff] [\u4e00-\u9fff]{{1,2}})"
    rf"(?=[^\u4e00-\u9fff·]|$|{_STOP})(?P<rest>[^\u4e00-\u9fff]*)"
)
_GONE = re.compile(r"[^;。\n]{0,16}(?:退租|退房|搬走|搬离|已搬|已走)")
_SKIP = re.compile(
    rf"\s*[()、,/]?(?:(?:{_STOP})[\u4e00-\u9fff]{{0,4}}[:\s]*)?(?P<rest>[\d+()\s/-]*)"
)
# `李四 139… 租户`, `李四(租客)`: the word behind, and no name behind the word.
_TENANT_BEHIND = re.compile(
    r"(?<![\u4e00-\u9fff·])(?P<name>[\u4e00-\u9fff·]{2,4})(?:先生|女士)?[\s:,(]*"
    r"(?P<rest>[\d+\s-]*)[\s,)(]*(?:租户|租客|承租人|承租方)"
    r"(?:[):\s]\s*(?P<after>[\d+][\d\s-]{6,}))?(?!\s*[:\u4e00-\u9fff\d])"
)
# A lease has days too (`2025.3.1-2026.2.28`, `2025年到期`): none of their digits are a number.
_DAYS = re.compile(
    r"(?<!\d)(?:19|20)\d{2}(?:[-./]\d{1,2}){1,2}(?!\d)|(?<!\d)\d{1,4}(?=\s*[年月日个元号室栋%])",
    re.ASCII,
)


def read_tenants(remark: str) -> tuple[NameText, ...]:
    """Find the tenants a remark names (`租户:李四 139…`, `出租给王五`), with their numbers."""
    text = _DAYS.sub(lambda day: " " * len(day[0]), simplified(fold(remark)))
    spelt = fold(remark)
    found: dict[str, NameText] = {}
    for behind in _TENANT_BEHIND.finditer(text):
        twice = behind["after"] and behind["rest"].strip()
        if _is_person(behind["name"]) and not twice:
            name = spelt[slice(*behind.span("name"))]
            read = read_phones(behind["after"] or behind["rest"])
            found.setdefault(name, NameText(name, False, read.good, read.bad))
    for mark in _TENANT.finditer(text):
        at = mark.end()
        while (named := _TENANT_NAME.match(text, at)) is not None:
            name = spelt[slice(*named.span("name"))].replace(" ", "")
            more = _SKIP.match(text, named.end())
            digits = (named["rest"] + (more["rest"] if more else "")).strip(" :、,;。()")
            if not _is_tenant(name, has_phone=sum(c.isdigit() for c in digits) >= SHORTEST):
                break
            read = read_phones(digits)
            if not _GONE.match(text, named.end()):
                found.setdefault(name, NameText(name, is_company(name), read.good, read.bad))
            at = more.end() if more else named.end()
    return tuple(found.values())


def _is_tenant(name: str, *, has_phone: bool) -> bool:
    """Tell whether the words after `租户` name somebody, or go on (`租户常年在外`)."""
    if is_company(name):
        return True
    if re.match(_STOP, name):
        return False
    return has_phone or (_is_person(name) and (len(name) < _USUAL or name[:2] in COMPOUND))


def read_plates(value: Cell) -> tuple[str, ...]:
    """Read the plates of a cell (`粤B·12345`, several in any order).

    Raises `Unreadable` when there is text in it but no plate.
    """
    text = cell_text(value).upper()
    if is_blank(text):
        return ()
    bare = re.sub(r"[\s·.\-]", "", re.sub(r"[、,/;|\n]", "+", text))
    plates = tuple(dict.fromkeys(_PLATE.findall(bare)))
    if not plates:
        raise Unreadable("plate.unreadable")
    return plates

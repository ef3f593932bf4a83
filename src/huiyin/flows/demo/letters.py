"""What comes in without a telephone: sheets written down, stickers, mails (REC-06)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from random import Random
from typing import Any
from uuid import UUID

from huiyin.flows import suggesting
from huiyin.flows.demo import cast
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.settling import settled
from huiyin.flows.demo.stage import Stage
from huiyin.intake import actions as intake
from huiyin.intake.actions import Arrived, NewItem
from huiyin.intake.models import RawMail, Sticker
from huiyin.kernel.caller import SYSTEM
from huiyin.matters import actions

OURSELVES = "fuwu@example.com"
OWNER = "陈女士 <chen@example.com>"
MAILBOX = "imap.example.com/INBOX"
PLACES = ("大堂", "1号电梯轿厢", "地库入口")
SLIPS = (
    NewItem("complaint", "保安晚上在岗亭看手机,车到了半天才抬杆。", anonymous=True),
    NewItem("suggestion", "建议在中心花园加两张带靠背的椅子,老人坐得住。", anonymous=True),
    NewItem("praise", "谢谢3栋的管家小韩,下雨天帮我把快递送上楼。", anonymous=True),
)
HEARD = "谢谢,没想到提了真的有人管。"
POSTED = "匿名来件,处理结果已在公告栏公示。"
BOX_DONE = (
    "已对当班保安批评教育,岗亭禁止使用手机。",
    "已列入下季度园林改造,增设两张靠背椅。",
    "已转告韩雪并在晨会表扬。",
)
TALK_DONE = (
    ("E007", "已报工程部,单元门口铺设橡胶坡道。"),
    ("E020", "更换窗扇滑轮和密封条,开关正常,淋水不漏。"),
)
POST = NewItem(
    "complaint", "论坛帖子:地库灯太暗,倒车看不清柱子,已经有两辆车刮了。", caller="海月风"
)
MAIL = (
    "关于阳台外墙渗水",
    "您好,\n\n上周下雨以后,阳台外墙渗水,墙皮鼓起一大片,请安排人来看看。\n\n陈女士",
)
REPLY = (
    "Re: 关于阳台外墙渗水",
    "补充一下:今天早上又下雨,水已经流到地板上了,最好明天上午来。\n\n> 您好,已收到您的来信。",
)
AWAY = ("自动回复:停水通知", "我正在休假,三月底返回,急事请打手机。")


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put sheets, stickers and mails on the stage."""
    stage.put_on(_box(stage, rng, stage.moment(18, 10, 0), SLIPS))
    stage.put_on(_box(stage, rng, stage.moment(4, 10, 0), ()))
    stage.put_on(_post(stage, rng, stage.moment(6, 15, 30)))
    stage.put_on(_interview(stage, rng, stage.moment(2, 11, 0)))
    stage.put_on(_stickers(stage, rng, stage.moment(30, 14, 0)))
    stage.put_on(_mails(stage, stage.now - timedelta(hours=26)))


def _key(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _box(stage: Stage, rng: Random, at: datetime, slips: tuple[NewItem, ...]) -> Iterator[datetime]:
    """Two people open the box; an empty one is written down as well."""
    yield at
    facts = {"opened_on": f"{at:%Y-%m-%d}", "opened_by": "E013 E005", "place": "大堂意见箱"}
    numbers = intake.take_batch(
        by=stage.caller("E013"),
        at=at,
        community=cast.FIRST,
        channel="box",
        key=_key(rng),
        items=slips,
        facts=facts,
        note=f"意见箱 {facts['place']} {facts['opened_on']} 由 陈思雨、林岚 开箱。",
    )
    for number, done in zip(numbers, BOX_DONE, strict=False):
        stage.put_on(settled(stage, number, at, to="E007", result=done, heard=POSTED))


def _post(stage: Stage, rng: Random, at: datetime) -> Iterator[datetime]:
    yield at
    (number,) = intake.take_batch(
        by=stage.caller("E013"),
        at=at,
        community=cast.FIRST,
        channel="forum",
        key=_key(rng),
        items=(POST,),
        facts={"link": "https://bbs.example.com/thread-8812"},
        note="帖子链接:https://bbs.example.com/thread-8812",
    )
    done = "地库东区加装 12 盏感应灯,柱子贴反光条,已在论坛回帖。"
    stage.put_on(settled(stage, number, at, to="E008", result=done, heard=HEARD))


def _interview(stage: Stage, rng: Random, at: datetime) -> Iterator[datetime]:
    """A keeper visits a household; two things come of it."""
    yield at
    home = next(one for one in stage.homes if one.building == "3")
    told = (
        ("suggestion", "希望单元门口加一段坡道,轮椅上不来。"),
        ("repair.public", "楼道三楼窗户关不严,下雨往里飘。"),
    )
    numbers = intake.take_batch(
        by=stage.caller("E007"),
        at=at,
        community=cast.FIRST,
        channel="interview",
        key=_key(rng),
        items=[NewItem(kind, text, home.code, home.phone, home.name) for kind, text in told],
        facts={"met_on": f"{at:%Y-%m-%d}"},
        note=f"上门专访 {at:%Y-%m-%d}。",
    )
    for number, (code, done) in zip(numbers, TALK_DONE, strict=True):
        stage.put_on(settled(stage, number, at, to=code, result=done, heard=HEARD))


def _stickers(stage: Stage, rng: Random, at: datetime) -> Iterator[datetime]:
    """Make stickers for every building; later two people scan the same one."""
    yield at
    by = stage.caller("E006")
    buildings = [block.code for block in cast.COMMUNITIES[0].buildings]
    given: dict[str, Any] = {"by": by, "at": at, "community": cast.FIRST, "kind": "repair.public"}
    intake.make_stickers(**given, buildings=buildings, places=PLACES)
    intake.make_stickers(**given, buildings=[], places=("南门道闸", "中心花园儿童区"))
    sticker = Sticker.objects.get(building__code="2", place=PLACES[1], community__code=cast.FIRST)
    yield (at := stage.now - timedelta(minutes=52))
    _scan(at, rng, sticker.token, "电梯里的风扇不转了,很闷,带小孩坐着难受。")
    yield (at := at + timedelta(minutes=24))
    phone = stage.homes[40].phone
    _scan(at, rng, sticker.token, "轿厢灯一闪一闪的,风扇也坏了。", phone)


def _scan(at: datetime, rng: Random, token: str, text: str, phone: str = "") -> None:
    """Report something from the page behind a sticker; without a telephone it is anonymous."""
    intake.knock(by=SYSTEM, at=at, token=token, address="203.0.113.7")
    name = "王先生" if phone else ""
    intake.report(by=SYSTEM, at=at, token=token, key=_key(rng), text=text, name=name, phone=phone)


def _mails(stage: Stage, at: datetime) -> Iterator[datetime]:
    """A letter becomes a matter, an answer to it is written there, a machine's makes nothing."""
    yield at
    cursor = intake.open_mailbox(
        by=SYSTEM, at=at, community_id=stage.community_id, uidvalidity=20260101
    )
    _arrived(stage, at, cursor.uidvalidity, 1, _mail(OWNER, MAIL, at, "<1@mail.example.com>"))
    number = _last_matter(stage)
    yield (at := at + timedelta(minutes=7))
    by = stage.dispatcher(at)
    actions.assign_matter(by=by, at=at, number=number, to="E019", note="约业主看现场。")
    yield (at := at + timedelta(minutes=5))
    actions.accept_matter(by=stage.owner(number), at=at, number=number)
    yield (at := at + timedelta(hours=2))
    robot = "林先生 <lin@example.com>"
    message = _mail(robot, AWAY, at, "<2@mail.example.com>")
    message["Auto-Submitted"] = "auto-replied"
    _arrived(stage, at, cursor.uidvalidity, 2, message)
    yield (at := stage.now - timedelta(minutes=70))
    reply = _mail(OWNER, REPLY, at, "<3@mail.example.com>")
    reply["In-Reply-To"] = "<1@mail.example.com>"
    _arrived(stage, at, cursor.uidvalidity, 3, reply)
    yield (at := stage.now - timedelta(minutes=1))
    intake.note_look(by=SYSTEM, at=at, community_id=stage.community_id)


def _last_matter(stage: Stage) -> str:
    """Return the matter that the last mail became."""
    found = RawMail.objects.filter(community_id=stage.community_id, state="matter")
    return str(found.order_by("-id").values_list("matter__number", flat=True)[0])


def _arrived(stage: Stage, at: datetime, uidvalidity: int, uid: int, message: EmailMessage) -> None:
    raw = message.as_bytes()
    intake.store_mail(
        by=SYSTEM,
        at=at,
        community_id=stage.community_id,
        arrived=Arrived(MAILBOX, uidvalidity, uid, raw, len(raw)),
    )
    intake.read_next(
        by=SYSTEM,
        at=at,
        community_id=stage.community_id,
        ourselves=OURSELVES,
        suggest=suggesting.of_mail,
    )


def _mail(sender: str, said: tuple[str, str], at: datetime, name: str) -> EmailMessage:
    subject, text = said
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, OURSELVES, subject
    message["Message-ID"], message["Date"] = name, at
    message.set_content(text)
    return message

"""The page: what was sent, newest first, and the buttons that make the providers misbehave.

It is a tool for whoever tries Huiyin out, in Chinese only, without templates of Django.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote
from zoneinfo import ZoneInfo

from huiyin.fakes.box import Box, Fate, Sent

ZONE = ZoneInfo("Asia/Shanghai")
CHANNELS = {"sms": "短信", "email": "邮件", "wechat": "微信", "wecom": "企业微信"}
FATES = {
    Fate.BUSY: "拒收,请稍后再试",
    Fate.REFUSED: "拒收,不必再试",
    Fate.SILENT: "收下,但不答复(超时)",
    Fate.LOST: "收下,回执说没送到",
}
STATES = {
    "handed": ("…", "已收下,等回执"),
    "delivered": ("✓", "已送达"),
    "undelivered": ("✗", "没送到"),
    "refused": ("✗", "拒收"),
    "busy": ("↻", "拒收,请稍后再试"),
}
PROVIDERS = {"alibaba": "阿里云", "tencent": "腾讯云", "http": "短信网关", "chat": "公众号回复"}
SAID = {
    "answered": "公众号已答复,见微信一栏。",
    "silent": "回音系统没有答复:它在运行吗?",
}
SPECIAL = (
    ("手机号尾号 0000", "空号:拒收,不必再试"),
    ("手机号尾号 0001", "收下,回执说没送到(关机)"),
    ("手机号尾号 0002", "总是忙:请稍后再试"),
    ("手机号尾号 0003", "收下,但从不答复"),
    ("bounce@…", "邮箱不存在"),
    ("later@…", "邮件服务器说稍后再试"),
    ("silent@…", "收下邮件后断线"),
    ("没有关注的微信", "拒收(43004),扫码关注后可收"),
)


def whole(box: Box, *, to: str = "", scene: str = "", said: str = "") -> str:
    """Return the page."""
    told = f'<p class="said" role="status">{escape(SAID[said])}</p>' if said in SAID else ""
    only = f'<p class="only">只看 <b>{escape(to)}</b> <a href="/">看全部</a></p>' if to else ""
    return f"""<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>收到的消息 · 演示</title>
<link rel="stylesheet" href="/fakes.css"><link rel="icon" href="/icon.svg">
<script src="/fakes.js" defer></script></head>
<body><header><h1>收到的消息</h1>
<p>这里扮演短信网关、邮件服务器和微信。演示系统发出的一切都停在这里,不会到任何人手里。</p></header>
{told}{only}
<main id="list" data-from="/list?to={quote(to)}">{columns(box, to)}</main>
<section class="tools" aria-label="让它出错">
{_mischief(box)}{_scan(box, scene)}{_special()}</section>
</body></html>"""


def columns(box: Box, to: str = "") -> str:
    """Return the part of the page that renews itself: one column for each kind of receiver."""
    rows = box.rows(to)
    followers = box.followers()
    sms = [one for one in rows if one.letter.channel == "sms"]
    mail = [one for one in rows if one.letter.channel == "email"]
    chat = [one for one in rows if one.letter.channel in ("wechat", "wecom")]
    return (
        _column("phone", "短信", "还没有短信。", (_message(one) for one in sms))
        + _column("mail", "邮件", "还没有邮件。", (_message(one) for one in mail))
        + _column(
            "chat",
            "微信与企业微信",
            "还没有微信消息。没有关注的人收不到:先在下面“扫码”。",
            (_message(one, followers.get(one.letter.to, "")) for one in chat),
        )
    )


def _column(kind: str, title: str, empty: str, messages: Iterable[str]) -> str:
    inside = "".join(messages) or f'<p class="empty">{empty}</p>'
    return (
        f'<section class="column {kind}"><h2>{title}</h2>'
        f'<div class="screen" tabindex="0" aria-label="{title}">{inside}</div></section>'
    )


def _message(one: Sent, name: str = "") -> str:
    letter = one.letter
    sign, words = STATES[one.state]
    if one.fate is Fate.SILENT and one.state == "handed":
        words = "收下了,没有答复"
    at = one.at.astimezone(ZONE).strftime("%m-%d %H:%M:%S")
    subject = f"<h3>{escape(letter.subject)}</h3>" if letter.subject else ""
    via = PROVIDERS.get(letter.provider, CHANNELS[letter.channel])
    again = f'<li class="again">又来 {one.repeats} 次,只收一次</li>' if one.repeats else ""
    template = f"<li>模板 {escape(letter.template)}</li>" if letter.template else ""
    return (
        f'<article class="message" id="m{one.id}"><p class="to">'
        f'<a href="/?to={quote(letter.to)}">{escape(name or letter.to)}</a>'
        f"<time>{at}</time></p>{subject}"
        f'<p class="text">{escape(letter.text)}</p>'
        f'<ul><li class="{one.state}">{sign} {words}</li><li>{via}</li>{template}{again}</ul>'
        "</article>"
    )


def _mischief(box: Box) -> str:
    channels = "".join(f'<option value="{key}">{title}</option>' for key, title in CHANNELS.items())
    fates = "".join(f'<option value="{key}">{title}</option>' for key, title in FATES.items())
    waiting = "".join(
        f"<li>{CHANNELS[channel]}:接下来 {times} 条{FATES[fate]}</li>"
        for (channel, fate), times in box.planned().items()
    )
    remembers, other, button = (
        ("记得编号:同一编号再来,只算一次。", "0", "改为不记得")
        if box.remembers
        else ("不记得编号:同一编号再来,又发一次。", "1", "改为记得")
    )
    return f"""<div class="card"><h2>让它出错</h2>
<form method="post" action="/plan" class="row">
<label>渠道 <select name="channel">{channels}</select></label>
<label>接下来
<input name="times" inputmode="numeric" pattern="[0-9]{{1,3}}" value="1" size="3"> 条</label>
<label>怎样 <select name="fate">{fates}</select></label>
<button>就这样</button></form>
<ul class="waiting">{waiting or "<li>现在一切正常。</li>"}</ul>
<form method="post" action="/remember" class="row">
<input type="hidden" name="remembers" value="{other}">
<span>短信网关{remembers}</span><button class="quiet">{button}</button></form>
<form method="post" action="/clear" class="row"><span>清空上面的列表</span>
<button class="quiet">清空</button></form></div>"""


def _scan(box: Box, scene: str) -> str:
    rows = "".join(
        f'<li><form method="post" action="/unfollow" class="row">'
        f'<input type="hidden" name="openid" value="{escape(openid)}">'
        f'<span>{escape(name)}</span><button class="quiet">取消关注</button></form></li>'
        for openid, name in box.followers().items()
    )
    return f"""<div class="card" id="scan"><h2>用微信扫码</h2>
<p>在“我的 → 绑定微信”里打开二维码的链接,或把链接贴到这里,就像用手机扫了一样。</p>
<form method="post" action="/scan" class="row">
<label>微信昵称 <input name="name" value="王阿姨" maxlength="20"></label>
<label class="wide">二维码的内容
<input name="scene" value="{escape(scene)}" maxlength="400"></label>
<button>扫码并关注</button></form>
<ul class="followers">{rows or "<li>还没有人关注。</li>"}</ul></div>"""


def _special() -> str:
    rows = "".join(f"<tr><th>{key}</th><td>{what}</td></tr>" for key, what in SPECIAL)
    return f'<div class="card"><h2>特别的号码</h2><table>{rows}</table></div>'

"""Reads for the staff: what owners were told and what became of it, and the templates (NOT-01)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.notices import titles, wording
from huiyin.notices.access import EDITORS, SENDERS, admit_to_log, admit_to_word
from huiyin.notices.models import Message, Telling, TemplateVersion
from huiyin.notices.rules import masked_address, masked_name
from huiyin.notices.wording import Fault, Template

PAGE = 50
FEWEST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class SentRow:
    """One message to an owner in the log: name and address masked, the text of a code never there.

    ``problem`` says why it did not arrive, in the words of the provider or of ours.
    """

    id: int
    at: datetime
    to: str
    address: str
    channel: str
    template: str
    category: str
    subject: str
    text: str
    about: str
    state: str
    problem: str
    tries: int
    sent_at: datetime | None
    delivered_at: datetime | None
    next_try_at: datetime | None
    may_resend: bool


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template in the list: whose wording is in use, and what is on its way."""

    code: str
    category: str
    title: str
    in_use: int | None
    open_state: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One wording of a community; ``template`` holds its texts."""

    id: int
    number: int
    title: str
    state: str
    template: Template
    opinion: str
    request_id: int | None
    made_at: datetime
    made_by_name: str

    @property
    def short(self) -> str:
        """The short message in the language that every wording has."""
        return self.template.said(wording.SOURCE).short


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template with what is said at present, what is being drafted, and what was said before."""

    shipped: Template
    in_use: Template
    used: VersionRow | None
    draft: VersionRow | None
    versions: tuple[VersionRow, ...]
    may_edit: bool


# -- the log


def sent(
    *,
    caller: Caller,
    community_id: int,
    show: str = "all",
    channel: str = "",
    text: str = "",
    cursor: str = "",
    limit: int = PAGE,
    hidden: Any = (),
) -> Page[SentRow]:
    """Return what owners of a community were told, newest first.

    ``show`` is all, failed, waiting or done; ``text`` finds a name, the end of a number or address,
    or the number of a matter. What is about one of the ``hidden`` subjects (or names it among
    others) is left out: the room of the subject says who may not know of whom it is (CMP-11).
    Raises NotFound to strangers, Forbidden.
    """
    admit_to_log(caller, community_id)
    found = _log(community_id, hidden).filter(_SHOWN.get(show, Q()))
    if channel:
        found = found.filter(channel=channel)
    if wanted := text.strip().replace("\0", "")[:40]:
        found = found.filter(_named(wanted))
    try:
        (last,) = read_cursor(cursor, int) if cursor else (None,)
    except BadCursor:
        last = None
    if last is not None:
        found = found.filter(pk__lt=last)
    may_resend = caller.holds(community_id, *SENDERS)
    rows = list(found.order_by("-id")[: limit + 1])
    return page_of(rows, limit, lambda one: _row(one, may_resend), lambda one: (one.pk,))


def sent_one(*, caller: Caller, community_id: int, message_id: int, hidden: Any = ()) -> SentRow:
    """Return one message of the log; NotFound where it is not, or hidden as in :func:`sent`."""
    admit_to_log(caller, community_id)
    found = _log(community_id, hidden).filter(pk=message_id).first()
    if found is None:
        raise NotFound(_("没有这条消息。"))
    return _row(found, caller.holds(community_id, *SENDERS))


_SHOWN = {
    "failed": Q(state=Message.State.FAILED),
    "waiting": Q(state__in=[Message.State.QUEUED, Message.State.SENDING]),
    "done": Q(state__in=[Message.State.SENT, Message.State.DELIVERED]),
}


def _log(community_id: int, hidden: Any = ()) -> QuerySet[Message]:
    bundled = Telling.objects.filter(about__in=hidden, lead__isnull=False).values("lead_id")
    return (
        Message.objects.filter(community_id=community_id, recipient__isnull=True)
        .exclude(about__in=hidden)
        .exclude(telling_id__isnull=False, telling_id__in=bundled)
        .select_related("person", "telling")
    )


def _named(text: str) -> Q:
    """Return the condition that a message is meant; too few digits would name half the town."""
    number = text.upper()
    about = Q(about__in=(number, f"announcement:{number}")) | Q(person__name__contains=text)
    if text.isdigit():
        return Q(address__endswith=text) if len(text) >= FEWEST_DIGITS else Q(pk=None)
    return about


def _row(one: Message, may_resend: bool) -> SentRow:
    category = one.telling.category if one.telling else ""
    secret = category == "code"
    failed = one.state == Message.State.FAILED
    reached = one.telling is not None and one.telling.state == Telling.State.TOLD
    occasion = wording.shipped().get(one.template)
    return SentRow(
        id=one.pk,
        at=one.at,
        to=masked_name(one.person.name) if one.person else "",
        address=masked_address(one.address) if one.address else "",
        channel=one.channel,
        template=one.template,
        category=category,
        subject=one.subject or (occasion.title if occasion else one.template),
        text="" if secret else one.text,
        about=one.about.rpartition(":")[2],
        state=one.state,
        problem=str(titles.PROBLEMS.get(one.problem, one.problem)),
        tries=one.tries,
        sent_at=one.sent_at,
        delivered_at=one.delivered_at,
        next_try_at=one.next_try_at,
        # What reached its reader another way is not said twice.
        may_resend=may_resend and failed and not secret and not reached,
    )


# -- templates


def templates(*, caller: Caller, community_id: int) -> tuple[TemplateRow, ...]:
    """Return every template, in the order of the shipped files."""
    admit_to_word(caller, community_id)
    mine: dict[str, list[TemplateVersion]] = {}
    for version in TemplateVersion.objects.filter(community_id=community_id).order_by("number"):
        mine.setdefault(version.code, []).append(version)
    return tuple(_template_row(one, mine.get(one.code, [])) for one in wording.shipped().values())


def template(*, caller: Caller, community_id: int, code: str) -> TemplateView:
    """Return one template with its wordings; NotFound for a code that there is not."""
    admit_to_word(caller, community_id)
    shipped = wording.shipped().get(code)
    if shipped is None:
        raise NotFound(_("没有这条消息模板。"))
    found = TemplateVersion.objects.filter(community_id=community_id, code=code)
    rows = tuple(_version(shipped, one) for one in found.order_by("-number"))
    used = next((one for one in rows if one.state == "approved"), None)
    draft = next((one for one in rows if one.state in {"draft", "in_review", "returned"}), None)
    return TemplateView(
        shipped=shipped,
        in_use=used.template if used else shipped,
        used=used,
        draft=draft,
        versions=rows,
        may_edit=caller.holds(community_id, *EDITORS),
    )


def open_template(*, caller: Caller, community_id: int, code: str) -> VersionRow:
    """Return the draft that may be handed in; NotFound without one."""
    draft = template(caller=caller, community_id=community_id, code=code).draft
    if draft is None:
        raise NotFound(_("还没有草稿,请先保存。"))
    return draft


def _template_row(one: Template, versions: list[TemplateVersion]) -> TemplateRow:
    used = next((row for row in versions if row.state == "approved"), None)
    open_ = next((row for row in versions if row.state in {"draft", "in_review", "returned"}), None)
    return TemplateRow(
        code=one.code,
        category=one.category,
        title=one.title,
        in_use=used.number if used else None,
        open_state=open_.state if open_ else "",
        changed_at=versions[-1].made_at if versions else None,
    )


def _version(shipped: Template, one: TemplateVersion) -> VersionRow:
    said = replace(shipped, texts=wording.read_texts(one.texts), vendor_ids=dict(one.vendor_ids))
    return VersionRow(
        id=one.pk,
        number=one.number,
        title=one.title,
        state=one.state,
        template=said,
        opinion=one.opinion,
        request_id=one.request_id,
        made_at=one.made_at,
        made_by_name=one.made_by_name,
    )


# -- how a wording looks


@dataclass(frozen=True, slots=True)
class Shown:
    """A wording in one language with sample values; ``parts`` counts what the SMS is billed as."""

    language: str
    subject: str
    text: str
    sms: str
    parts: int
    faults: tuple[Fault, ...]


def preview(*, code: str, texts: dict[str, dict[str, str]], community: str) -> tuple[Shown, ...]:
    """Show a wording as owners would read it, each language with what is wrong in it."""
    shipped = wording.shipped().get(code)
    if shipped is None:
        raise NotFound(_("没有这条消息模板。"))
    made = replace(shipped, texts=wording.read_texts(texts))
    values = {**wording.samples(made), "community": community}
    faults = wording.faults(made) if made.texts else []
    shown = []
    for language, said in made.texts.items():
        sms = wording.signed(community, wording.filled(said.short, values))
        shown.append(
            Shown(
                language=language,
                subject=wording.filled(said.subject, values),
                text=wording.filled(said.text, values),
                sms=sms,
                parts=wording.sms_parts(sms),
                faults=tuple(one for one in faults if one.language == language),
            )
        )
    return tuple(shown)

"""The neighbours' board: written, answered, hidden with a reason, made a matter (REC-06)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters import actions as matters
from huiyin.matters.models import Matter
from huiyin.matters.rules import REPORTED
from huiyin.staff.words import checked_text
from huiyin.together.access import admit_moderator, neighbour, shown_name
from huiyin.together.models import Post
from huiyin.trail.actions import record

TITLE_MOST, TEXT_MOST, WHY_MOST = 60, 2000, 200
POSTS_A_DAY = 20
DAY = timedelta(days=1)


class UnableToPost(WrongState):
    """The conversation is hidden, or somebody has written very much today."""


@transaction.atomic
def write_post(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    text: str,
    key: UUID,
    title: str = "",
    thread_id: int | None = None,
) -> int:
    """Write on the board of one's community; return the conversation it belongs to.

    The same key again writes nothing. Raises NotFound, BadInput, UnableToPost.
    """
    person = neighbour(by, community_id)
    if (known := _known(key, by)) is not None:
        return known
    since = at - DAY
    if Post.objects.filter(person_id__in=by.people, at__gt=since).count() >= POSTS_A_DAY:
        raise UnableToPost(_("您今天写得很多了,请明天再写。有事请打前台电话。"))
    thread = _thread(community_id, thread_id)
    post = Post.objects.create(
        community_id=community_id,
        thread=thread,
        key=key,
        person=person,
        author=shown_name(person, by.households),
        title=checked_text(title, "title", TITLE_MOST, required=thread is None),
        text=checked_text(text, "text", TEXT_MOST),
        at=at,
        moved_at=at,
    )
    return _moved(thread, post, at)


@transaction.atomic
def reply_as_staff(*, by: Caller, at: datetime, thread_id: int, text: str, key: UUID) -> int:
    """Answer in the name of the service centre; return the conversation."""
    thread = Post.objects.filter(pk=thread_id, thread=None).first()
    if thread is None:
        raise NotFound(_("没有这条留言。"))
    admit_moderator(by, thread.community_id)
    if by.employee_id is None:
        raise Forbidden(_("答复要由员工本人来写。"))
    if Post.objects.filter(key=key).exists():
        return thread.pk
    post = Post.objects.create(
        community_id=thread.community_id,
        thread=thread,
        key=key,
        employee_id=by.employee_id,
        author=_("物业 %(name)s") % {"name": by.name},
        text=checked_text(text, "text", TEXT_MOST),
        at=at,
        moved_at=at,
    )
    return _moved(thread, post, at)


@transaction.atomic
def hide_post(*, by: Caller, at: datetime, post_id: int, why: str) -> None:
    """Hide what may not stand, such as somebody's telephone number; it can be shown again."""
    post = _moderated(by, post_id)
    if post.hidden_at is not None:
        raise WrongState(_("这条留言已经隐藏了。"))
    why = checked_text(why, "why", WHY_MOST)
    post.hidden_at, post.hidden_by_id, post.hidden_why = at, by.employee_id, why
    post.save(update_fields=["hidden_at", "hidden_by", "hidden_why"])
    _trail("hidden", post, by, at, reason=why)


@transaction.atomic
def show_post(*, by: Caller, at: datetime, post_id: int) -> None:
    """Show again what was hidden."""
    post = _moderated(by, post_id)
    if post.hidden_at is None:
        raise WrongState(_("这条留言没有隐藏。"))
    post.hidden_at, post.hidden_by, post.hidden_why = None, None, ""
    post.save(update_fields=["hidden_at", "hidden_by", "hidden_why"])
    _trail("shown", post, by, at)


@transaction.atomic
def raise_matter(*, by: Caller, at: datetime, post_id: int, kind: str) -> str:
    """Make a matter of what a neighbour wrote, by the channel forum (REC-06); return its number.

    Raises NotFound, Forbidden, WrongState when it is one already, BadInput for another kind.
    """
    post = _moderated(by, post_id)
    if post.matter_id is not None or post.person is None:
        raise WrongState(_("这条留言已经转为事项,或不是业主写的。"))
    if kind not in REPORTED:
        raise BadInput(_("请选择事项的类别。"), field="kind")
    number = matters.receive_matter(
        by=by,
        at=at,
        community=post.community.code,
        channel="forum",
        kind=kind,
        text="\n".join(filter(None, (post.title, post.text))),
        caller=post.person.name,
        person=post.person_id,
    )
    post.matter = Matter.objects.only("id").get(number=number)
    post.save(update_fields=["matter"])
    _trail("raised", post, by, at, after={"matter": number})
    return number


def _known(key: UUID, by: Caller) -> int | None:
    known = Post.objects.filter(key=key).first()
    if known is None:
        return None
    if known.person_id not in by.people:
        raise UnableToPost(_("这条留言已经提交过了。"))
    return known.thread_id or known.pk


def _thread(community_id: int, thread_id: int | None) -> Post | None:
    if thread_id is None:
        return None
    found = Post.objects.select_for_update(no_key=True).filter(
        pk=thread_id, thread=None, community_id=community_id
    )
    thread = found.first()
    if thread is None:
        raise NotFound(_("没有这条留言。"))
    if thread.hidden_at is not None:
        raise UnableToPost(_("这条留言已被隐藏,不能再回复。"))
    return thread


def _moved(thread: Post | None, post: Post, at: datetime) -> int:
    if thread is None:
        return post.pk
    thread.moved_at = at
    thread.save(update_fields=["moved_at"])
    return thread.pk


def _moderated(by: Caller, post_id: int) -> Post:
    post = (
        Post.objects.select_related("community", "person")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=post_id)
        .first()
    )
    if post is None:
        raise NotFound(_("没有这条留言。"))
    admit_moderator(by, post.community_id)
    return post


def _trail(
    what: str,
    post: Post,
    by: Caller,
    at: datetime,
    *,
    reason: str = "",
    after: dict[str, object] | None = None,
) -> None:
    record(
        action=f"together.post_{what}",
        by=by,
        at=at,
        subject=f"post:{post.pk}",
        community_id=post.community_id,
        after=after,
        reason=reason,
    )

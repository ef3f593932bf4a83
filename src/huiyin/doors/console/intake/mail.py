"""The mail as the desk sees it: what came, what became of it; always as plain text (REC-06)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.flows import mailing, suggesting
from huiyin.intake import queries, words
from huiyin.intake.actions import take_mail


@require_safe
@staff_page
def mails(request: StaffRequest) -> HttpResponse:
    """List the mails, newest first, and say how the mailbox does."""
    community_id = request.community.id
    state = request.GET.get("state", "")
    page = queries.mails(
        caller=request.caller,
        community_id=community_id,
        state=state,
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "page": page,
        "state": state,
        "states": list(words.MAIL_STATES.items()),
        "held": queries.waiting_mails(caller=request.caller, community_id=community_id),
        "box": queries.mailbox(caller=request.caller, community_id=community_id),
        "has_box": mailing.has_box(request.community),
    }
    if wants_fragment(request) and request.GET.get("cursor"):
        return show(request, "intake/mails.html", "intake/_mail_rows.html", context)
    return show(request, "intake/mails.html", "intake/_mails.html", context)


@require_safe
@staff_page
def mail(request: StaffRequest, mail_id: int) -> HttpResponse:
    """Show one mail as plain text; that it was read is recorded."""
    found = queries.mail(
        caller=request.caller,
        community_id=request.community.id,
        mail_id=mail_id,
        at=request.moment,
    )
    return show(request, "intake/mail.html", "intake/_mail.html", {"mail": found})


@require_safe
@staff_page
def raw(request: StaffRequest, mail_id: int) -> HttpResponse:
    """Send a mail as it arrived, as text that no browser takes for anything else."""
    text = queries.raw_mail(
        caller=request.caller,
        community_id=request.community.id,
        mail_id=mail_id,
        at=request.moment,
    )
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="mail-{mail_id}.txt"'
    return response


@require_POST
@staff_page
def take(request: StaffRequest, mail_id: int) -> HttpResponse:
    """Make a matter of a mail that was taken for a machine's or held back."""
    number = take_mail(
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        mail_id=mail_id,
        suggest=suggesting.of_mail,
    )
    messages.success(request, _("已受理为 %(number)s。") % {"number": number})
    return redirect("matter", number)

"""Where somebody lands after logging in, and which community they look at."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from huiyin.desk.access import DESK as CALLS
from huiyin.doors.console.calls.views import note_extension
from huiyin.doors.console.menu import home_name
from huiyin.doors.console.page import CHOSEN, staff_page
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.estate import queries as estate
from huiyin.kernel.caller import POSTS
from huiyin.matters import titles


@require_safe
@staff_page
def home(request: StaffRequest) -> HttpResponse:
    """Go to the page the caller's posts make the first one."""
    note_extension(request)
    return redirect(home_name(request.caller, request.community.id))


@require_safe
@staff_page
def me(request: StaffRequest) -> HttpResponse:
    """Show what belongs to the person: communities, password, second factor, language."""
    held = request.caller.posts_in(request.community.id)
    names = "、".join(str(titles.POSTS[post]) for post in POSTS if post in held)
    sits = request.caller.holds(request.community.id, *CALLS)
    return render(request, "session/me.html", {"posts": names, "sits": sits})


@require_POST
@staff_page
def choose_community(request: StaffRequest) -> HttpResponse:
    """Look at another community of the caller from now on; 404 when it is not theirs."""
    chosen = estate.community(caller=request.caller, code=request.POST.get("community", ""))
    request.session[CHOSEN] = chosen.code
    return redirect("home")

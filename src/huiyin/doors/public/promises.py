"""The page of a community's service promises, which anybody may read (服务承诺公示)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import NotFound
from huiyin.reports.promises import PromiseBoard, promise_board
from huiyin.standards import queries as standards

REMEMBERED = 600  # seconds: counting a month costs more than anybody may ask for at will


@require_safe
def promises(request: StaffRequest, code: str) -> HttpResponse:
    """Show what a community promises and how it was kept last month; else say there is nothing."""
    try:
        board = _board(code, request.moment)
    except NotFound:
        return _public(render(request, "public/no_promises.html", status=404), request)
    with timezone.override(ZoneInfo(board.zone)):
        return _public(render(request, "public/promises.html", {"board": board}), request)


def _board(code: str, at: datetime) -> PromiseBoard:
    """Return the board, counted at most every ten minutes for each publication."""
    said = standards.publication(community=code)
    key = f"promises:{said.id}:{said.published_at.timestamp()}:{int(at.timestamp()) // REMEMBERED}"
    board: PromiseBoard | None = cache.get(key)
    if board is None:
        board = promise_board(community=said.community, at=at)
        cache.set(key, board, REMEMBERED)
    return board


def _public(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Let nobody keep a page that somebody may withdraw; languages differ by cookie."""
    patch_cache_control(response, private=True, no_cache=True)
    return response

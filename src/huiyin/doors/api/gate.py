"""What every call passes before its operation runs, in this order.

1. Who is it? (401) An operation may know callers in a way of its own (``recognise``).
2. Is the body's length known, small enough, and is it JSON? (411, 413, 415)
3. Is every query parameter one we know? (422)
4. Does an ``Idempotency-Key`` make it a repetition? Then it gets the answer given before.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.operation import Operation
from ninja.params.models import BodyModel, QueryModel

from huiyin.doors.api.bearer import caller_of
from huiyin.doors.api.problems import MEDIA_TYPE, Problem
from huiyin.kernel import clock
from huiyin.kernel.caller import Caller
from huiyin.trail import actions as trail

Run: TypeAlias = Callable[..., HttpResponse]

BODY_MOST = 256 * 1024
# Not remembered under a key: a body to be corrected, and faults of ours, are worth another try.
FORGOTTEN = frozenset({400, 411, 413, 415, 422})
FAULT = 500


class Request(HttpRequest):
    """A request that has passed the gate."""

    caller: Caller


def gate(run: Run) -> Run:
    """Wrap the run of an operation in the checks that all of them share."""
    operation = cast(Operation, run.__self__)  # type: ignore[attr-defined]
    takes_body = any(issubclass(model, BodyModel) for model in operation.models)
    known = frozenset(
        name
        for model in operation.models
        if issubclass(model, QueryModel)
        for name in model.__ninja_flatten_map__
    )

    most: int = getattr(operation.view_func, "body_most", BODY_MOST)
    recognise: Callable[[HttpRequest], Caller | None] = getattr(
        operation.view_func, "recognise", caller_of
    )

    def through(request: Request, **path: Any) -> HttpResponse:
        try:
            caller = recognise(request)  # None: what is said is signed, and checked as it is read
            if caller is not None:
                request.caller = caller
            _check_body(request, most, takes_body)
            _check_query(request, known)
            if (
                caller is not None
                and request.method == "POST"
                and "Idempotency-Key" in request.headers
            ):
                return _once(request, lambda: run(request, **path))
        except Exception as error:
            return operation.api.on_exception(request, error)
        return run(request, **path)

    return through


def _check_body(request: HttpRequest, most: int, takes_body: bool) -> None:
    """Refuse a body of unknown length (411), too large (413) or not JSON (415)."""
    if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
        raise Problem(411, _("请注明 Content-Length,不支持分块传输。"))
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > most:
        raise Problem(413, _("请求内容太大,最多 %d KB。") % (most // 1024))
    if takes_body and request.body and request.content_type != "application/json":
        raise Problem(415, _("请用 Content-Type: application/json 发送。"))


def _check_query(request: HttpRequest, known: frozenset[str]) -> None:
    """Refuse a parameter that would silently do nothing (422)."""
    for name in request.GET:
        if name not in known:
            raise Problem(422, _("没有这个查询参数:%s") % name[:40], field=name[:40])


def _once(request: Request, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run a call under its key, or repeat the answer it got before.

    Key, effect and answer are one transaction: a second call with the same key waits for the first
    to commit. An answer that is not remembered leaves no key behind.
    """
    with transaction.atomic():
        begun = trail.begin_call(
            user_id=cast(int, request.caller.user_id),
            key=request.headers["Idempotency-Key"],
            fingerprint=_fingerprint(request),
            at=clock.now(),
        )
        if begun.answer:
            return _repeat(begun.answer.status, begun.answer.body)
        response = run()
        if response.status_code in FORGOTTEN or response.status_code >= FAULT:
            transaction.set_rollback(True)
        else:
            trail.finish_call(
                call_id=begun.id, status=response.status_code, body=response.content.decode()
            )
    return response


def _fingerprint(request: HttpRequest) -> str:
    """Sum up what is asked: the address and the body, whatever its spacing and order."""
    try:
        body = json.dumps(json.loads(request.body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        body = request.body
    return hashlib.sha256(request.get_full_path().encode() + b"\n" + body).hexdigest()


def _repeat(status: int, body: str) -> HttpResponse:
    media = MEDIA_TYPE if status >= 400 else "application/json; charset=utf-8"  # noqa: PLR2004
    return HttpResponse(body, status=status, content_type=media, headers={"Idempotent-Replay": "1"})

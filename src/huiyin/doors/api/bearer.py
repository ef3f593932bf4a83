"""Who is calling: the bearer token becomes a Caller, once per request."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huiyin.doors.api.problems import Problem
from huiyin.kernel import clock
from huiyin.kernel.caller import Caller
from huiyin.staff.queries import caller_for_token

TOKEN_LENGTH_MOST = 200


def caller_of(request: HttpRequest) -> Caller:
    """Return who holds the request's token, or raise a 401 problem.

    A token is looked up by its digest, so a wrong one takes as long as a right one to refuse.
    """
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_LENGTH_MOST:
        raise Problem(
            401,
            _("请在 Authorization 标头里带上令牌:Bearer 令牌。"),
            WWW_Authenticate='Bearer realm="huiyin"',
        )
    caller = caller_for_token(token, clock.now())
    if caller is None:
        raise Problem(
            401,
            _("令牌无效或已停用。"),
            WWW_Authenticate='Bearer realm="huiyin", error="invalid_token"',
        )
    return caller

"""The log-in by code: allauth's flow, with codes kept by the database instead of the session.

allauth keeps the code in the session, which is a row that can be read, and counts tries in it,
which two requests at once do not. Here the session holds the id of a code, and nothing in it
differs for a number that is on a roster and one that is not.
"""

from datetime import datetime
from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from huiyin.accounts.codes import void_code
from huiyin.doors.parts.addresses import address_of
from huiyin.owners import entrance

METHOD = "code"  # as the adapter of the accounts knows it
SESSION_SECONDS = 60 * 24 * 3600  # a telephone is one's own: two months, then a code again


class CodeLogin(LoginCodeVerificationProcess):  # type: ignore[misc]
    """One log-in on its way: a code was sent, or it looks as if."""

    @classmethod
    def begin(cls, request: HttpRequest, *, phone: str, at: datetime) -> None:
        """Send a code to a number and remember in the session that one is awaited."""
        login = Login(user=None, phone=phone)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, phone=phone))
        process = cls(stage)
        process.send_to_phone(at)

    @property
    def phone(self) -> str:
        """Return the number that is being proved."""
        return str(self.state["phone"])

    @property
    def code_id(self) -> UUID:
        """Return the id of the code last sent."""
        return UUID(self.state["code"])

    def is_valid(self) -> bool:
        """Leave it to the database how long a code lives."""
        return True

    def send_to_phone(self, at: datetime) -> None:
        """Send a code, in place of one sent before; a number that is nobody's gets none."""
        if self.state.get("code"):
            void_code(code_id=self.code_id)
        self.state["code"] = str(entrance.send_login_code(phone=self.phone, at=at))
        self.persist()

    def enter(self, *, code: str, at: datetime, to: str | None) -> HttpResponse:
        """Log in with the code; raises TooOften, UnableToRedeemCode."""
        user = entrance.log_in(
            phone=self.phone,
            code_id=self.code_id,
            code=code,
            address=address_of(self.request),
            at=at,
        )
        record_authentication(self.request, user, method=METHOD)
        response: HttpResponse = perform_login(self.request, Login(user=user, redirect_url=to))
        self.request.session.set_expiry(SESSION_SECONDS)
        if user.language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

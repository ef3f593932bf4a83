"""Mail through the SMTP server of the house or a community.

The ``Message-ID`` is made from our reference, so that a mail program shows a copy as the same mail;
the server itself remembers nothing.
"""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from smtplib import (
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.validators import validate_email
from django.utils import translation
from django.utils.html import format_html, linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huiyin.notices.channels import Handed, Parcel, Unclear, Undeliverable, wire
from huiyin.notices.channels.accounts import MailAccount
from huiyin.notices.channels.links import link_of

SECONDS = 10
FOR_GOOD = range(500, 600)  # SMTP: the server will never take it
PROFILE = "/my/me/channels/"  # where an owner says what to be told by which way
_CHINESE = re.compile("[\u4e00-\u9fff]")
PAGE = (
    '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>{}</title></head>'
    "<body><h2>{}</h2>{}<hr><p><small>{}</small></p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Email:
    """Mail over SMTP."""

    account: MailAccount
    name: str = "email"
    provider: str = "smtp"
    remembers: bool = False

    def send(self, parcel: Parcel) -> Handed:
        """Hand the parcel over; raise Undeliverable or Unclear."""
        mail = self._mail(parcel)
        server = self._server()
        try:
            server.open()
        except (OSError, SMTPException) as error:
            _leave(server)
            raise Undeliverable(
                _("邮件服务器连接不上或拒绝登录(%s)。") % type(error).__name__, permanent=False
            ) from None
        try:
            server.send_messages([mail])
        except (OSError, SMTPException) as error:
            raise _refusal(error) from None
        finally:
            _leave(server)
        return Handed(mail.extra_headers["Message-ID"])

    def ask(self, reference: str) -> Handed | None:
        """Raise Unclear: mail servers answer no such question."""
        raise Unclear(_("邮件服务器不能查询。"))

    def _server(self) -> EmailBackend:
        return EmailBackend(
            host=self.account.host,
            port=self.account.port,
            username=self.account.user,
            password=self.account.password,
            use_tls=self.account.starttls,
            use_ssl=self.account.tls,
            timeout=SECONDS,
            fail_silently=False,
        )

    def _mail(self, parcel: Parcel) -> EmailMultiAlternatives:
        """Write the mail: as text, and as a page of the same words."""
        try:
            validate_email(parcel.to)
        except ValidationError:
            raise Undeliverable(_("电子邮箱地址不对。"), permanent=True) from None
        subject = _one_line(parcel.subject)
        text = "\n\n".join(part for part in (parcel.text, link_of(parcel)) if part)
        language = _language_of(parcel.text)
        with translation.override(language):
            hint = _hint()
        domain = parseaddr(self.account.sender)[1].rpartition("@")[2]
        headers = {
            "Message-ID": f"<{_one_line(parcel.reference)}@{domain}>",
            "Auto-Submitted": "auto-generated",
        }
        if settings.PUBLIC_URL:
            headers["List-Unsubscribe"] = f"<{settings.PUBLIC_URL}{PROFILE}>"
        mail = EmailMultiAlternatives(
            subject=subject,
            body=f"{text}\n\n-- \n{hint}\n",
            from_email=self.account.sender,
            to=[parcel.to],
            headers=headers,
        )
        body: SafeString = mark_safe(linebreaks(urlize(text, autoescape=True)))  # noqa: S308
        page = format_html(PAGE, language, subject, subject, body, hint)
        mail.attach_alternative(page, "text/html")
        return mail


def _one_line(text: str) -> str:
    """Return a text that fits into a header: nothing in it can begin another one."""
    return " ".join(text.split())


def _language_of(text: str) -> str:
    """Tell the language of a mail by its signs: one without Chinese ones is English."""
    return settings.LANGUAGE_CODE if _CHINESE.search(text) else "en"


def _hint() -> str:
    where = settings.PUBLIC_URL + PROFILE if settings.PUBLIC_URL else _("“我的”")
    return _("这封邮件由系统发出,直接回复没有人看到。不想再用邮件接收,请到 %s 修改。") % where


def _refusal(error: Exception) -> Undeliverable | Unclear:
    """Sort what the server said; a line that broke in between is unclear."""
    code = 0
    if isinstance(error, SMTPRecipientsRefused):
        code = next((code for code, _said in error.recipients.values()), 0)
    elif isinstance(error, SMTPResponseException):
        code = error.smtp_code
    elif isinstance(error, SMTPNotSupportedError):
        return Undeliverable(_("邮件服务器不支持这样的地址。"), permanent=True)
    if code <= 0 or isinstance(error, SMTPServerDisconnected):
        return Unclear(_("邮件服务器没有答复(%s)。") % type(error).__name__)
    problem = _("邮件服务器答复 %d。") % code
    return Undeliverable(wire.harmless(problem), permanent=code in FOR_GOOD)


def _leave(server: EmailBackend) -> None:
    """Close the connection; a server that takes leave badly has taken the mail nevertheless."""
    try:
        server.close()
    except (OSError, SMTPException):
        server.connection = None

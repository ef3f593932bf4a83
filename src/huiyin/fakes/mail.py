"""A mail server that takes everything and delivers nothing."""

from asyncio import WriteTransport
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from huiyin.fakes.box import Box, Fate, Letter

HOST = "127.0.0.1"
ANSWERS = {
    Fate.REFUSED: "550 5.1.1 no such mailbox",
    Fate.BUSY: "451 4.7.1 try again later",
}


class Taker:
    """Puts every mail into the box, once for each recipient."""

    def __init__(self, box: Box) -> None:
        self.box = box

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Answer as the fate of the mail demands; the worst of several recipients counts."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        part = mail.get_body(("plain", "html"))
        text = part.get_content() if part is not None else ""
        fates = [
            self.box.take(
                Letter(
                    channel="email",
                    provider="smtp",
                    to=to,
                    subject=str(mail.get("Subject", "")),
                    text=text.replace("\r\n", "\n").strip(),
                    reference=str(mail.get("Message-ID", "")),
                )
            ).fate
            for to in envelope.rcpt_tos
        ]
        if Fate.SILENT in fates and isinstance(server.transport, WriteTransport):
            server.transport.abort()
        return next((ANSWERS[one] for one in fates if one in ANSWERS), "250 2.0.0 taken")


@contextmanager
def mail_server(box: Box, port: int) -> Iterator[None]:
    """Keep the mail server running beside the block."""
    controller = Controller(Taker(box), hostname=HOST, port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()

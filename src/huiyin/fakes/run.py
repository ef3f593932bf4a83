"""Running the providers: for the ``huiyin fakes`` command, and beside a block for tests."""

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from huiyin.fakes.box import Box
from huiyin.fakes.http import HOST, Server
from huiyin.fakes.keys import Keys, environment, from_environment
from huiyin.fakes.mail import mail_server
from huiyin.fakes.reporter import DELAY_SECONDS, Reporter


@dataclass(frozen=True, slots=True)
class Running:
    """The providers at work: what they hold, and where they listen."""

    box: Box
    keys: Keys
    reporter: Reporter
    port: int
    smtp_port: int

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings with which Huiyin sends everything here."""
        return environment(self.keys, port=self.port, smtp_port=self.smtp_port)


@contextmanager
def running(
    *, port: int, smtp_port: int, huiyin: str, keys: Keys, delay: float = DELAY_SECONDS
) -> Iterator[Running]:
    """Keep all providers running beside the block; port 0 takes a free one for HTTP."""
    box = Box()
    with Reporter(box, keys, huiyin, delay) as reporter, mail_server(box, smtp_port):
        server = Server(port, box, keys, reporter)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield Running(box, keys, reporter, server.port, smtp_port)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def serve(
    *, port: int, smtp_port: int, huiyin: str, show: bool, followers: Sequence[str] = ()
) -> int:
    """Run the providers until told to stop; ``show`` prints the settings that lead here.

    ``followers`` are openids that follow the official account from the beginning.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    keys = from_environment()
    with running(port=port, smtp_port=smtp_port, huiyin=huiyin, keys=keys) as now:
        for openid in followers:
            now.box.follow(openid, openid)
        if show:
            for name, text in now.environment.items():
                print(f"export {name}='{text}'")
            sys.stdout.flush()
            print(f"http://{HOST}:{now.port}", file=sys.stderr, flush=True)
        stop.wait()
    return 0

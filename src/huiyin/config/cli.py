"""The ``huiyin`` command: reads arguments, prepares the surroundings, calls one function of a room.

Exit status 0 done, 1 done but something is wrong (printed), 2 unusable arguments or surroundings.
What a user can cause ends in one line on standard error; a traceback is a fault of ours.
Nothing heavy is imported before it is known which command runs.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from huiyin import __version__
from huiyin.config import env

DONE, WRONG, UNUSABLE = 0, 1, 2
INTERRUPTED = 130
TERMINATED = 143

# What a user can cause, besides Unusable and BadSetting: told in one line.
EXPECTED = {
    ("huiyin.kernel.errors", "Refused"),
    ("huiyin.config.programs", "UnableToStart"),
    ("huiyin.config.backup", "UnableToBackUp"),
    ("huiyin.config.backup", "UnableToRestore"),
    ("huiyin.triage.command", "UnusableFile"),
    ("django.core.management.base", "CommandError"),
    ("django.core.exceptions", "ImproperlyConfigured"),
}

Arguments = argparse.Namespace
Run = Callable[[Arguments], "int | None"]


class Unusable(Exception):
    """The arguments or the surroundings do not do; the sentence says what would."""


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command: its words, its arguments, what it runs."""

    name: str
    help: str
    run: Run
    arguments: Callable[[argparse.ArgumentParser], None] = lambda _parser: None
    needs_database: bool = True


class Parser(argparse.ArgumentParser):
    """A parser whose refusal is one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2 and one line that says where help is."""
        self.exit(UNUSABLE, f"{self.prog}: {message} (see `{self.prog} --help`)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    signal.signal(signal.SIGTERM, _terminate)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == ["manage"]:
            return _prepared(COMMANDS["manage"], Arguments(words=words[1:]))
        arguments = parser().parse_args(words)
        return _prepared(arguments.command, arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(f"huiyin: {sentence}", file=sys.stderr)
        return UNUSABLE


def parser() -> Parser:
    """Return the parser of all commands."""
    top = Parser(prog="huiyin", description="Huiyin (回音): every matter settles.")
    top.add_argument("--version", action="version", version=f"huiyin {__version__}")
    names = top.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    groups: dict[str, argparse._SubParsersAction[Parser]] = {}
    for command in COMMANDS.values():
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            inner = names.add_parser(group, help=f"see `huiyin {group} --help`")
            groups[group] = inner.add_subparsers(metavar="COMMAND", required=True)
        place = groups.get(group, names)
        sub = place.add_parser(name, help=command.help, description=command.help)
        command.arguments(sub)
        sub.set_defaults(command=command)
    return top


# -- surroundings


def _prepared(command: Command, arguments: Arguments) -> int:
    """Run the command with the clock, the database and Django in place."""
    _check_moment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.config.settings")
    with ExitStack() as stack:
        if command.needs_database:
            if not env.text("DATABASE_URL"):
                from huiyin.config.postgres import EmbeddedServer

                server = EmbeddedServer(env.home())
                os.environ["DATABASE_URL"] = stack.enter_context(server.running())
            if command.name == "demo":  # its log-ins should stay in sight
                os.environ.setdefault("HUIYIN_LOG_LEVEL", "WARNING")
                if _plays_providers(arguments):
                    _lead_to_fakes(arguments)
            import django

            django.setup()
        return command.run(arguments) or DONE


def _check_moment() -> None:
    if text := env.text("HUIYIN_NOW"):
        from huiyin.kernel import clock

        try:
            clock.parse(text)
        except clock.BadMoment:
            raise env.BadSetting(
                f"HUIYIN_NOW={text!r}: should be a moment such as 2026-03-16T09:00:00+08:00"
            ) from None


def _terminate(_signal: int, _frame: object) -> NoReturn:
    sys.exit(TERMINATED)


def _sentence(error: Exception) -> str | None:
    """Return one line for what a user can cause, None for a fault of ours."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {(error.strerror or 'cannot be read').lower()}"
    told = " ".join(str(error).split())
    if isinstance(error, (Unusable, env.BadSetting)) or _is(error, EXPECTED):
        return told
    if _is(error, {("django.db.utils", "OperationalError")}):
        return f"the database does not answer (DATABASE_URL): {told}"
    return None


def _is(error: Exception, names: Collection[tuple[str, str]]) -> bool:
    """Tell whether the error is one of the classes, known by name: importing them all is slow."""
    return any((kind.__module__, kind.__name__) in names for kind in type(error).__mro__)


def _call(place: str, *positional: object, **named: object) -> int | None:
    """Call ``module:function`` of a room, imported only now."""
    module, _, name = place.partition(":")
    status: int | None = getattr(import_module(module), name)(*positional, **named)
    return status


# -- commands


def _demo(arguments: Arguments) -> int | None:
    if env.text("HUIYIN_ENV") == "production":
        raise Unusable("demo: not in production (HUIYIN_ENV=production)")
    from huiyin.config import serve

    if not arguments.no_serve:
        serve.check_port("127.0.0.1", arguments.port)
    if arguments.reset:
        serve.empty_database()
    serve.migrate(verbosity=0)
    status = _call("huiyin.flows.demo:run", arguments)
    if status or arguments.no_serve:
        return status
    if arguments.no_fakes:
        return serve.web("127.0.0.1", arguments.port, with_worker=True)
    page = f"http://127.0.0.1:{arguments.fakes_port}"
    ports = ("--port", str(arguments.fakes_port), "--smtp-port", str(arguments.smtp_port))
    huiyin = f"http://127.0.0.1:{arguments.port}"
    follower = f"--follower={_demo_follower()}"
    with serve.beside("fakes", *ports, "--huiyin", huiyin, follower, "--quiet"):
        print(f"短信、邮件、微信都在这里看  {page}", file=sys.stderr, flush=True)
        return serve.web("127.0.0.1", arguments.port, with_worker=True)


def _demo_follower() -> str:
    from huiyin.flows.demo.owners import WECHAT

    return WECHAT


def _plays_providers(arguments: Arguments) -> bool:
    production = env.text("HUIYIN_ENV") == "production"
    return not (production or arguments.no_serve or arguments.no_fakes)


def _lead_to_fakes(arguments: Arguments) -> None:
    """Lead every way out of the house to providers on this machine, before settings are read.

    Accounts that the surroundings name are put aside: a demo tells nobody outside anything.
    """
    from huiyin.fakes import keys

    for name in [name for name in os.environ if name.startswith(keys.PREFIXES)]:
        del os.environ[name]
    arguments.fakes_port = _free_port(arguments.port + 1)
    arguments.smtp_port = _free_port(8025)
    settings = keys.environment(
        keys.Keys(), port=arguments.fakes_port, smtp_port=arguments.smtp_port
    )
    os.environ.update(settings)
    os.environ.setdefault("HUIYIN_PUBLIC_URL", f"http://127.0.0.1:{arguments.port}")


def _free_port(wanted: int) -> int:
    """Return the port if nobody serves it, else any that is free."""
    import socket

    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise Unusable("no port of 127.0.0.1 is free")


def _fakes(arguments: Arguments) -> int | None:
    if env.text("HUIYIN_ENV") == "production":
        raise Unusable("fakes: not in production (HUIYIN_ENV=production)")
    return _call(
        "huiyin.fakes.run:serve",
        port=arguments.port,
        smtp_port=arguments.smtp_port,
        huiyin=arguments.huiyin,
        followers=tuple(arguments.follower),
        show=not arguments.quiet,
    )


def _web(arguments: Arguments) -> int | None:
    from huiyin.config import serve

    serve.check_port(arguments.host, arguments.port)
    return serve.web(arguments.host, arguments.port)


def _worker(_arguments: Arguments) -> int | None:
    import threading

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return _call("huiyin.doors.clock.sweeper:work", stop)


def _tick(_arguments: Arguments) -> int | None:
    from huiyin.kernel import clock

    _call("huiyin.doors.clock.sweeper:tick", clock.now())
    _call("huiyin.doors.clock.postman:once", clock.now())
    _call("huiyin.doors.clock.courier:once", clock.now())
    _call("huiyin.doors.clock.biller:once", clock.now())
    _call("huiyin.doors.clock.archivist:once", clock.now())
    return DONE


def _manage(arguments: Arguments) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["huiyin manage", *arguments.words])


def _django(name: str) -> Run:
    def run(_arguments: Arguments) -> None:
        from django.core.management import call_command

        call_command(name)

    return run


def _web_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8000)
    parser.add_argument("--host", default="127.0.0.1")


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8000)
    parser.add_argument("--reset", action="store_true", help="start over")
    parser.add_argument("--empty", action="store_true", help="staff and standards, no houses")
    parser.add_argument("--no-serve", action="store_true", help="make the data, then end")
    parser.add_argument(
        "--no-fakes", action="store_true", help="send through the accounts of the settings"
    )
    parser.add_argument("--json", action="store_true")


def _fakes_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8001)
    parser.add_argument("--smtp-port", type=_port, default=8025)
    parser.add_argument(
        "--huiyin", metavar="URL", default="http://127.0.0.1:8000", help="who is told of delivery"
    )
    parser.add_argument(
        "--follower",
        metavar="OPENID",
        action="append",
        default=[],
        help="follows in WeChat already",
    )
    parser.add_argument("--quiet", action="store_true", help="print no settings")


def _roster_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=_file)
    parser.add_argument("--community", metavar="CODE", required=True)
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument("--json", action="store_true")


def _opening_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=_file)
    parser.add_argument("--community", metavar="CODE", required=True)
    parser.add_argument("--by", metavar="EMPLOYEE", required=True, help="in whose name")
    parser.add_argument("--on", metavar="DAY", type=_day, required=True, help="day of the balance")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument("--json", action="store_true")


def _replay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--community", metavar="CODE", required=True)
    parser.add_argument("--with", dest="file", metavar="FILE", type=_file, required=True)
    parser.add_argument("--from", dest="start", metavar="DAY", type=_day, required=True)
    parser.add_argument("--to", dest="end", metavar="DAY", type=_day, required=True)


def _bench_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--households", metavar="N", type=int)
    parser.add_argument("--json", action="store_true")


def _token_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("employee", metavar="EMPLOYEE")


def _with_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def _suggest_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=_file, nargs="?")
    parser.add_argument("--json", action="store_true")


def _with_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path)


def _with_existing_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=_file)


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    _with_existing_file(parser)
    parser.add_argument(
        "--replace", action="store_true", help="even if there is data: it will be gone"
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 1 << 16:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text}: there is no such file")
    return path


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-03-16") from None


COMMANDS = {
    command.name: command
    for command in (
        Command("demo", "make and show a demo community", _demo, _demo_arguments),
        Command("web", "run the web server", _web, _web_arguments),
        Command(
            "fakes",
            "play gateways, mail server and WeChat on this machine, and show what they got",
            _fakes,
            _fakes_arguments,
            needs_database=False,
        ),
        Command("worker", "run the clocks", _worker),
        Command("migrate", "bring the database up to date", _django("migrate")),
        Command("check", "check settings and code", _django("check")),
        Command("manage", "Django's own commands", _manage),
        Command(
            "roster import",
            "read a household roster (xlsx or csv)",
            lambda given: _call("huiyin.estate.roster.command:run", given),
            _roster_arguments,
        ),
        Command(
            "opening import",
            "bring in old arrears and prepayments (xlsx or csv)",
            lambda given: _call("huiyin.billing.opening.command:run", given),
            _opening_arguments,
        ),
        Command("tick", "run once what is due at the present moment", _tick),
        Command(
            "audit",
            "prove the invariants",
            lambda given: _call("huiyin.reports.audit:run", given.json),
            _with_json,
        ),
        Command(
            "standards check",
            "check a standards document",
            lambda given: _call("huiyin.standards.command:check", given.file),
            _with_existing_file,
            needs_database=False,
        ),
        Command(
            "standards replay",
            "tell what would have been kept under other limits",
            lambda given: _call(
                "huiyin.reports.replay:run",
                given.community,
                given.file,
                given.start,
                given.end,
            ),
            _replay_arguments,
        ),
        Command(
            "token",
            "print an API token for an employee",
            lambda given: _call("huiyin.staff.command:token", given.employee),
            _token_arguments,
        ),
        Command(
            "rules",
            "list the rules and the tests that keep them",
            lambda given: _call("huiyin.reports.rules:run", given.json),
            _with_json,
            needs_database=False,
        ),
        Command(
            "suggest",
            "measure the table of words on sentences, or list what it calls urgent",
            lambda given: _call("huiyin.triage.command:run", given.file, as_json=given.json),
            _suggest_arguments,
            needs_database=False,
        ),
        Command(
            "bench",
            "measure, beside this machine's floor",
            lambda given: _call("huiyin.flows.bench:run", given.name, given.households, given.json),
            _bench_arguments,
        ),
        Command(
            "backup",
            "write database and files into one archive",
            lambda given: _call("huiyin.config.backup:backup", given.file),
            _with_file,
        ),
        Command(
            "restore",
            "read such an archive back",
            lambda given: _call("huiyin.config.backup:restore", given.file, replace=given.replace),
            _restore_arguments,
        ),
    )
}


if __name__ == "__main__":
    sys.exit(main())

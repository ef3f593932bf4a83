"""The command: quick to start, clear when refused, no traceback for what a user can cause."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from huiyin.config import cli
from huiyin.notices.channels.accounts import read_accounts

REPLAY = "standards replay --community YG --with pyproject.toml --from 2026-02-30 --to 2026-03-01"


def huiyin(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "huiyin.config.cli", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line a refused command prints."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == cli.UNUSABLE
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    return printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "COMMAND"),
        (["nonsense"], "nonsense"),
        (["roster"], "COMMAND"),
        (["roster", "import", "nowhere.xlsx", "--community", "YG"], "nowhere.xlsx"),
        (["roster", "import", "pyproject.toml"], "--community"),
        (["web", "--port", "many"], "many"),
        (["web", "--port", "70000"], "70000"),
        (["token"], "EMPLOYEE"),
        (["restore", "nowhere.tar"], "nowhere.tar"),
        (REPLAY.split(), "2026-02-30"),
    ],
)
def test_unusable_arguments_end_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert told in refused(capsys, *arguments)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"HUIYIN_NOW": "today"}, "HUIYIN_NOW='today'"),
        ({"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c"}, "DATABASE_URL"),
        ({"HUIYIN_ENV": "production"}, "HUIYIN_TIME_TRAVEL"),
    ],
)
def test_unusable_surroundings_end_in_one_line(variables: dict[str, str], told: str) -> None:
    done = huiyin("migrate", **variables)
    assert done.returncode == cli.UNUSABLE
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_demo_reaches_nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    os.environ["HUIYIN_SMS_URL_YG"] = "https://sms.example.com/messages"
    os.environ["HUIYIN_EMAIL_URL"] = "smtps://mail.example.com?from=a@example.com"
    arguments = cli.parser().parse_args(["demo", "--port", "8123"])
    assert cli._plays_providers(arguments)
    cli._lead_to_fakes(arguments)
    house = read_accounts(os.environ, production=False)
    assert list(house) == [""]
    accounts = house[""]
    assert accounts.sms and accounts.sms.url.startswith("http://127.0.0.1:")
    assert accounts.email and accounts.email.host == "127.0.0.1"
    assert accounts.wechat and accounts.wechat.url == f"http://127.0.0.1:{arguments.fakes_port}"
    assert accounts.wecom and accounts.wecom.url == accounts.wechat.url


@pytest.mark.parametrize("given", [["--no-fakes"], ["--no-serve"]])
def test_a_demo_may_keep_its_accounts(given: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert not cli._plays_providers(cli.parser().parse_args(["demo", *given]))
    monkeypatch.setenv("HUIYIN_ENV", "production")
    assert not cli._plays_providers(cli.parser().parse_args(["demo"]))


def test_a_port_in_use_is_passed_by() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]
        assert cli._free_port(wanted) != wanted


@pytest.mark.parametrize("command", ["demo", "fakes"])
def test_what_is_played_is_refused_in_production(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYIN_ENV", "production")
    assert cli.main([command]) == cli.UNUSABLE
    assert "not in production" in capsys.readouterr().err


def test_a_command_without_a_database_needs_nothing_heavy() -> None:
    shown = "import sys; from huiyin.config import cli; cli.parser(); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert "'argparse'" in done.stdout
    for heavy in ("django", "psycopg", "granian", "structlog", "psutil"):
        assert f"'{heavy}'" not in done.stdout


def test_backup_and_restore_bring_everything_back(spare_database: str, tmp_path: Path) -> None:
    home, archive = tmp_path / "home", tmp_path / "all.zip"
    stored = home / "files" / "ab" / "abcdef"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"photo")
    here = {"DATABASE_URL": spare_database, "HUIYIN_HOME": str(home)}
    with psycopg.connect(spare_database) as connection:
        connection.execute("CREATE TABLE kept AS SELECT '张三' AS name")

    assert huiyin("backup", str(archive), **here).returncode == 0
    again = huiyin("backup", str(archive), **here)
    assert (again.returncode, "never overwritten" in again.stderr) == (cli.UNUSABLE, True)

    stored.unlink()
    kept = huiyin("restore", str(archive), **here)
    assert (kept.returncode, "--replace" in kept.stderr) == (cli.UNUSABLE, True)
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(archive.read_bytes().replace(b"photo", b"phot0"))
    refusal = huiyin("restore", str(damaged), "--replace", **here)
    assert (refusal.returncode, "damaged" in refusal.stderr) == (cli.UNUSABLE, True)

    assert huiyin("restore", str(archive), "--replace", **here).returncode == 0
    assert stored.read_bytes() == b"photo"
    with psycopg.connect(spare_database) as connection:
        assert connection.execute("SELECT name FROM kept").fetchall() == [("张三",)]

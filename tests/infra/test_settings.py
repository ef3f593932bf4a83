"""Settings: safe by default, refused loudly, the variable named."""

import os
import subprocess
import sys

import pytest

SAFE = {
    "HUIYIN_ENV": "production",
    "HUIYIN_SECRET_KEY": "Zp7wq0c2LrXk9vN5tYb3mHs8gJd4fAe6uQi1oRx2",
    "HUIYIN_ALLOWED_HOSTS": "huiyin.example",
    "DATABASE_URL": "postgresql://huiyin:secret@127.0.0.1:5432/huiyin",
}
SHOW = (
    "from huiyin.config import settings as s;"
    " print(hasattr(s, 'SESSION_COOKIE_SECURE'), s.SECRET_KEY)"
)


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """Load the settings as a fresh process does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIYIN_")}
    home = os.environ["HUIYIN_HOME"]
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**kept, "HUIYIN_HOME": home, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_safe_settings() -> None:
    done = start(**SAFE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUIYIN_SECRET_KEY", ""),
        ("HUIYIN_SECRET_KEY", "short"),
        ("HUIYIN_SECRET_KEY", "a" * 60),
        ("HUIYIN_DEBUG", "1"),
        ("HUIYIN_TIME_TRAVEL", "1"),
        ("HUIYIN_NOW", "2026-03-16T09:00:00+08:00"),
        ("HUIYIN_ALLOWED_HOSTS", ""),
        ("HUIYIN_ALLOWED_HOSTS", "*"),
        ("DATABASE_URL", "mysql://a/b"),
        ("HUIYIN_ENV", "prod"),
        ("HUIYIN_DB_POOL_MAX", "many"),
        ("HUIYIN_DB_POOL_MAX", "0"),
        ("HUIYIN_SMS_PROVIDER", "pigeon"),
        ("HUIYIN_WECHAT_APPID", "wx1"),
        ("HUIYIN_EMAIL_URL", "mail.example.com"),
    ],
)
def test_what_is_not_safe_or_not_understood_is_refused_by_name(name: str, value: str) -> None:
    done = start(**{**SAFE, name: value})
    assert done.returncode != 0
    assert f"BadSetting: {name}" in done.stderr


def test_development_makes_its_secret_once() -> None:
    first, second = (start(DATABASE_URL=SAFE["DATABASE_URL"]) for _ in range(2))
    assert first.stdout.startswith("False ")
    assert first.stdout == second.stdout

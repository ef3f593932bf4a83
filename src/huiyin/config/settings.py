"""Settings: one file, everything a machine decides read from the environment, safe by default.

``docs/operations.md`` lists the variables. Business numbers (limits, rates, hours) are no settings
but rows with effective dates.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from huiyin.config import env
from huiyin.config.logs import configure_logs
from huiyin.config.postgres import EmbeddedServer
from huiyin.intake.boxes import BadAddress, read_boxes
from huiyin.notices.channels.accounts import BadAccount, read_accounts

SOURCE = Path(__file__).resolve().parents[1]
HOME = env.home()

# -- which kind of run this is

ENV = env.choice("HUIYIN_ENV", ("development", "production"), "development")
PRODUCTION = ENV == "production"
DEBUG = env.flag("HUIYIN_DEBUG")
TIME_TRAVEL = env.flag("HUIYIN_TIME_TRAVEL")
SECRET_LENGTH = 40

if PRODUCTION:
    for forbidden in ("HUIYIN_DEBUG", "HUIYIN_TIME_TRAVEL", "HUIYIN_BENCH"):
        if env.flag(forbidden):
            raise env.BadSetting(f"{forbidden}: not in production (HUIYIN_ENV=production)")
    if env.text("HUIYIN_NOW"):
        raise env.BadSetting("HUIYIN_NOW: not in production (HUIYIN_ENV=production)")


def _secret_key() -> str:
    """Return the secret of the environment; in development one made once and kept in the home."""
    secret = env.text("HUIYIN_SECRET_KEY")
    if PRODUCTION and (len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_LENGTH // 4):
        raise env.BadSetting(
            f"HUIYIN_SECRET_KEY: production needs a random secret of at least {SECRET_LENGTH}"
            " characters"
        )
    if secret:
        return secret
    kept = HOME / "secret"
    if not kept.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return kept.read_text(encoding="utf-8")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("HUIYIN_ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("HUIYIN_TRUSTED_ORIGINS")
METRICS_TOKEN = env.text("HUIYIN_METRICS_TOKEN")
SWEEP_AGE_MOST = env.integer("HUIYIN_SWEEP_AGE_MOST", 60, least=1)  # seconds, for /readyz

if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise env.BadSetting("HUIYIN_ALLOWED_HOSTS: production needs the names this site answers to")

# -- rooms, bottom to top: nobody imports upward

ROOMS = [
    "accounts",
    "trail",
    "files",
    "estate",
    "staff",
    "standards",
    "knowledge",
    "documents",
    "notices",
    "checklists",
    "approvals",
    "ledger",
    "meters",
    "billing",
    "matters",
    "desk",
    "incidents",
    "conduct",
    "fieldwork",
    "intake",
    "triage",
    "visitors",
    "announcements",
    "owners",
    "together",
    "doors.parts",
    "doors.console",
    "doors.clock",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "pgtrigger",
    "csp",
    *(f"huiyin.{room}" for room in ROOMS),
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "huiyin.config.middleware.RequestLog",
    "csp.middleware.CSPMiddleware",
    "huiyin.config.middleware.BodyLimit",
    *(["huiyin.config.middleware.TimeTravel"] if TIME_TRAVEL else []),
    "django.contrib.sessions.middleware.SessionMiddleware",
    "huiyin.config.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "huiyin.doors.parts.middleware.WhoAsks",
]

ROOT_URLCONF = "huiyin.config.urls"
WSGI_APPLICATION = "huiyin.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- database: a pool of checked connections


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise env.BadSetting("DATABASE_URL: should be postgresql://user:password@host:port/name")
    pool = {
        "min_size": env.integer("HUIYIN_DB_POOL_MIN", 1),
        "max_size": env.integer("HUIYIN_DB_POOL_MAX", 8, least=1),
        "timeout": 3,
    }
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**options, "pool": pool},
    }


# Without DATABASE_URL this is the embedded server as last recorded; starting it is for the command.
DATABASES = {"default": _database(env.text("DATABASE_URL") or EmbeddedServer(HOME).url)}

# -- people and sessions

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "huiyin.doors.console.session.adapter.EmployeesOnly"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
# Behind a proxy every log-in comes from one address: then the one it reports counts.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("HUIYIN_BEHIND_PROXY") else 0
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Rate limits must hold across the web server's processes, so counters live in files they share.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME / "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# -- where mail is fetched, and the address that stickers lead to

try:
    MAILBOXES = read_boxes(os.environ)  # by community code; a box never shows its password
except BadAddress as bad:
    raise env.BadSetting(str(bad)) from None
PUBLIC_URL = env.text("HUIYIN_PUBLIC_URL").rstrip("/")

# -- who carries messages out of the house: by community code, "" for all without accounts of theirs

try:
    CHANNELS = read_accounts(os.environ, production=PRODUCTION)
except BadAccount as bad:
    raise env.BadSetting(str(bad)) from None

# -- safety in the browser

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.flag("HUIYIN_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = env.integer("HUIYIN_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HUIYIN_HSTS_SUBDOMAINS")
    if env.flag("HUIYIN_BEHIND_PROXY"):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# -- language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("zh-hant", _("繁體中文")), ("en", _("English"))]
LOCALE_PATHS = [SOURCE / "locale"]
LANGUAGE_COOKIE_NAME = "huiyin_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# -- pages and files

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            *sorted((SOURCE / "doors").glob("*/templates")),
            *sorted((SOURCE / "doors").glob("*/*/templates")),
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huiyin.doors.console.menu.frame",
            ],
        },
    }
]

STATIC_URL = "/static/"
STATIC_ROOT = env.text("HUIYIN_STATIC_ROOT") or HOME / "static"
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "huiyin.config.storage.HashedModules"},
}
WHITENOISE_MAX_AGE = 60 if not PRODUCTION else 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# -- logs: readable in development, one JSON object a line in production

LOGGING_CONFIG = None
configure_logs(level=env.text("HUIYIN_LOG_LEVEL", "INFO"), as_json=PRODUCTION)

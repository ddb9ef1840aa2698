"""Settings of the portal, all from the environment: docs/portal.md lists them."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from huiqi_portal.site.log import name_the_page

HOUR = 3600


def _switch(name: str, unset: bool) -> bool:
    """A setting that is on or off."""
    said = os.environ.get(name, "on" if unset else "off")
    if said not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} is {said!r}; say on or off")
    return said == "on"


def _whole(name: str, unset: int, least: int = 0) -> int:
    """A setting that is a whole number."""
    said = os.environ.get(name, str(unset))
    if not said.isdecimal() or int(said) < least:
        raise ImproperlyConfigured(f"{name} is {said!r}; write a whole number from {least}")
    return int(said)


def _secret(said: str) -> str:
    """The key that signs sessions and links; the portal does not start without a good one."""
    if len(said) < 50 or len(set(said)) < 5:
        raise ImproperlyConfigured(
            "HUIQI_SECRET_KEY is missing or too easy to guess; set at least 50 characters by chance, for instance from\n"
            "    python3 -c 'import secrets; print(secrets.token_urlsafe(50))'\n"
            "and keep them apart from the data (huiqi serve --demo makes its own for as long as it runs)"
        )
    return said


def _mail(said: str | None) -> dict[str, Any]:
    """The mail server, as smtp://user:password@host:port (STARTTLS) or smtps://...; unset: none, and nothing is mailed."""
    if not said:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    url = urlsplit(said)
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ImproperlyConfigured("HUIQI_MAIL cannot be read; write smtp://user:password@host:port or smtps://user:password@host:port")
    implicit = url.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or (465 if implicit else 587),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": implicit,
        "EMAIL_USE_TLS": not implicit,
        "EMAIL_TIMEOUT": 10,
    }


def _day(name: str) -> datetime.date | None:
    said = os.environ.get(name)
    if not said:
        return None
    try:
        return datetime.date.fromisoformat(said)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {said!r}; write a day as 2026-01-31") from error


def _database(said: str | None, data: Path) -> dict[str, Any]:
    """The database: a file of SQLite in the data folder, or PostgreSQL as postgresql://user:password@host:port/name."""
    if not said:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / "db.sqlite3",
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
            "CONN_MAX_AGE": 60,  # to open it, and to put the log away when the last one closes it, takes longer than most questions
        }
    from sqlalchemy.engine import make_url  # a quarter of a second, which a file of SQLite does without
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(said)
    except ArgumentError as error:
        raise ImproperlyConfigured("HUIQI_DATABASE cannot be read; write postgresql://user:password@host:port/name") from error
    if url.get_backend_name() != "postgresql":
        raise ImproperlyConfigured(f"HUIQI_DATABASE is of {url.get_backend_name()}; only PostgreSQL is known (unset: a file of SQLite)")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database or "",
        "USER": url.username or "",
        "PASSWORD": url.password or "",
        "HOST": url.host or str(url.query.get("host", "")),
        "PORT": url.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


# ------------------------------------------------------------ what an office sets

HUIQI_DATA = Path(os.environ.get("HUIQI_DATA", "portal")).absolute()
HUIQI_TODAY = _day("HUIQI_TODAY")  # the day that the portal takes for today; unset: the clock's
HUIQI_UPLOAD_BYTES = _whole("HUIQI_UPLOAD_MB", 50, least=1) * 1_000_000
HUIQI_DEMO = _switch("HUIQI_DEMO", False)
HUIQI_PROXIES = _whole("HUIQI_PROXIES", 0)  # how many proxies of our own stand before the portal; their headers are believed only then
HUIQI_IDLE_SECONDS = _whole("HUIQI_IDLE_MINUTES", 60, least=1) * 60  # after which a session that is left alone ends
HUIQI_LOCKOUT_MINUTES = _whole("HUIQI_LOCKOUT_MINUTES", 60, least=1)  # for who guesses passwords
HUIQI_API_ADDRESS_RATE = _whole("HUIQI_API_ADDRESS_RATE", 60, least=1)  # requests a minute to the API without a token, from one address
HUIQI_API_TOKEN_RATE = _whole("HUIQI_API_TOKEN_RATE", 600, least=1)  # the same with a token
HUIQI_MAIL = os.environ.get("HUIQI_MAIL")
HTTPS = _switch("HUIQI_HTTPS", True)  # off only for trying it on one's own machine

SECRET_KEY = _secret(os.environ.get("HUIQI_SECRET_KEY", ""))
ALLOWED_HOSTS = [host for host in os.environ.get("HUIQI_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and "*" not in host]
DATABASES = {"default": _database(os.environ.get("HUIQI_DATABASE"), HUIQI_DATA)}
DEBUG = False
globals().update(_mail(HUIQI_MAIL))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("HUIQI_MAIL_FROM", "huiqi@localhost")

# ------------------------------------------------------------ what the service is made of

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "huiqi_portal.site",
    "huiqi_portal.accounts",
    "huiqi_portal.jobs",
    "huiqi_portal.texts",
    "huiqi_portal.registries",
    "huiqi_portal.catalogue",
    "huiqi_portal.interview",
    "huiqi_portal.firms",
    "huiqi_portal.applications",
    "huiqi_portal.office",
    "huiqi_portal.api",
]

MIDDLEWARE = [
    "huiqi_portal.site.headers.headers",
    "django.middleware.security.SecurityMiddleware",
    "huiqi_portal.api.around.around",
    "huiqi_portal.site.headers.size",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huiqi_portal.accounts.gate.Gate",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "huiqi_portal.service.urls"
WSGI_APPLICATION = "huiqi_portal.service.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huiqi_portal.site.frame.frame",
            ],
            "builtins": ["huiqi_portal.site.templatetags.words"],
        },
    }
]
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "rates": {  # in files, so that all workers count together
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HUIQI_DATA / "cache" / "rates",
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# ------------------------------------------------------------ languages and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("HUIQI_TIME_ZONE", "Asia/Shanghai")

# ------------------------------------------------------------ files

STATIC_URL = "static/"
STATIC_ROOT = HUIQI_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HUIQI_DATA / "uploads"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "huiqi_portal.site.uploads.Quota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# ------------------------------------------------------------ trust

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "catalogue:home"
LOGOUT_REDIRECT_URL = "catalogue:home"
PASSWORD_RESET_TIMEOUT = 24 * HOUR  # of a link by which a password is chosen
AXES_HANDLER = "huiqi_portal.accounts.lockout.Lockout"
AXES_FAILURE_LIMIT = 5  # of a name from an address; WIDE_LIMIT in lockout.py for either alone
AXES_COOLOFF_TIME = datetime.timedelta(minutes=HUIQI_LOCKOUT_MINUTES)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "huiqi_portal.accounts.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "huiqi_portal.accounts.address.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or a stranger could keep somebody out for ever
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * HOUR  # the longest a session lasts, however busy
CSRF_FAILURE_VIEW = "huiqi_portal.site.errors.form_expired"
if HUIQI_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * HOUR if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# ------------------------------------------------------------ the log

# Faults on the standard error, for systemd to keep. No names, addresses of people or contents of forms: requests are not logged, and a fault
# names its page, not the address. Who read or changed what stands in the database.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"page": {"()": "django.utils.log.CallbackFilter", "callback": name_the_page}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["page"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "axes": {"level": "ERROR"},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},  # names what strangers make up: hosts, forms without their secret
    },
}

"""Settings of the portal, all from the environment: docs/portal.md lists them."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

HOUR = 3600


def _switch(name: str, unset: bool) -> bool:
    """A setting that is on or off."""
    said = os.environ.get(name, "on" if unset else "off")
    if said not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} is {said!r}; say on or off")
    return said == "on"


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
        }
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
HUIQI_UPLOAD_BYTES = int(os.environ.get("HUIQI_UPLOAD_MB", "50")) * 1_000_000
HUIQI_DEMO = _switch("HUIQI_DEMO", False)
HTTPS = _switch("HUIQI_HTTPS", True)  # off only for trying it on one's own machine

SECRET_KEY = os.environ.get("HUIQI_SECRET_KEY", "")
ALLOWED_HOSTS = [host for host in os.environ.get("HUIQI_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and "*" not in host]
DATABASES = {"default": _database(os.environ.get("HUIQI_DATABASE"), HUIQI_DATA)}
DEBUG = False

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
    "django.middleware.security.SecurityMiddleware",
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
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "catalogue:home"
LOGOUT_REDIRECT_URL = "catalogue:home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * HOUR
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

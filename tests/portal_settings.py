"""The portal's settings, for tests: a secret that is none, no redirection to HTTPS, passwords hashed quickly."""

import os

os.environ["HUIQI_SECRET_KEY"] = "of the tests only, and of no use to anybody: 0123456789 abcdefghij klmnopqrst"

from huiqi_portal.service.settings import *  # noqa: F403

SECURE_SSL_REDIRECT = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

"""Settings: every value an operator may want to change is read from the environment."""

import os

from yipan.config.database import get_database_settings

# Asserts guard the books in production too.
assert __debug__, "Yipan does not run under python -O"

DEBUG = os.environ.get("YIPAN_DEBUG") == "1"
SECRET_KEY = os.environ.get("YIPAN_SECRET_KEY", "only-for-development")
ALLOWED_HOSTS = os.environ.get("YIPAN_HOSTS", "localhost,127.0.0.1").split(",")
USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
ROOT_URLCONF = "yipan.config.urls"
AUTH_USER_MODEL = "access.User"
STATIC_URL = "static/"
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "yipan.access",
    "yipan.masterdata",
    "yipan.ledger",
    "yipan.exchange",
    "yipan.documents",
    "yipan.pool",
    "yipan.erp",
    "yipan.wms",
    "yipan.pos",
    "yipan.console",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {"default": get_database_settings()}

"""Settings: every value an operator may want to change is read from the environment."""

import os

from yipan.config.database import get_database_settings
from yipan.config.home import get_secret_key

# Asserts guard the books in production too.
assert __debug__, "Yipan does not run under python -O"

DEBUG = os.environ.get("YIPAN_DEBUG") == "1"
SECRET_KEY = get_secret_key()
ALLOWED_HOSTS = os.environ.get("YIPAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
USE_TZ = True
# The zone of the head office; pages show times in the zone of the site that is chosen.
TIME_ZONE = os.environ.get("YIPAN_TIME_ZONE", "Asia/Shanghai")
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
ROOT_URLCONF = "yipan.config.urls"
AUTH_USER_MODEL = "access.User"
STATIC_URL = "/static/"
# Gathered under hashed names where YIPAN_STATIC_ROOT says (`python -m yipan.config.assets`);
# without it, styles are served from where they lie, as development and tests want it.
STATIC_ROOT = os.environ.get("YIPAN_STATIC_ROOT") or None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_AUTOREFRESH = STATIC_ROOT is None
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
MESSAGE_TAGS = {10: "quiet", 20: "info", 25: "good", 30: "warn", 40: "bad"}
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"

# Security. Cookies, redirects and HSTS follow YIPAN_HTTPS=1; YIPAN_PROXIES is how many
# of our own proxies stand in front, and are believed about addresses and https.
YIPAN_HTTPS = os.environ.get("YIPAN_HTTPS") == "1"
YIPAN_PROXIES = int(os.environ.get("YIPAN_PROXIES", "0"))
YIPAN_REQUESTS_PER_SECOND = float(os.environ.get("YIPAN_REQUESTS_PER_SECOND", "500"))
YIPAN_REQUESTS_BURST = int(os.environ.get("YIPAN_REQUESTS_BURST", "2000"))
YIPAN_FASTLANE_PER_SECOND = float(os.environ.get("YIPAN_FASTLANE_PER_SECOND", "5000"))
YIPAN_FASTLANE_READ_AGE_MS = int(os.environ.get("YIPAN_FASTLANE_READ_AGE_MS", "1000"))
#: Where browsers find the stream of live pages; with a port alone, at the name of the page.
YIPAN_LIVE_URL = os.environ.get("YIPAN_LIVE_URL", "")
YIPAN_FASTLANE_BURST = int(os.environ.get("YIPAN_FASTLANE_BURST", "20000"))
YIPAN_API_BODY_BYTES_MAX = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = YIPAN_API_BODY_BYTES_MAX
assert not (YIPAN_HTTPS and len(SECRET_KEY) < 50), "behind https, set YIPAN_SECRET_KEY"
CSRF_TRUSTED_ORIGINS = [
    origin for origin in os.environ.get("YIPAN_ORIGINS", "").split(",") if origin
]
CSRF_FAILURE_VIEW = "yipan.config.edge.security.answer_csrf_failure"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = YIPAN_HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-yipan" if YIPAN_HTTPS else "yipan_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = YIPAN_HTTPS
SECURE_SSL_REDIRECT = YIPAN_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if YIPAN_PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if YIPAN_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = YIPAN_HTTPS
SECURE_HSTS_PRELOAD = YIPAN_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "yipan.access",
    "yipan.masterdata",
    "yipan.ledger",
    "yipan.exchange",
    "yipan.documents",
    "yipan.stocktake",
    "yipan.pool",
    "yipan.erp",
    "yipan.wms",
    "yipan.pos",
    "yipan.oms",
    "yipan.channels",
    "yipan.recon",
    "yipan.planning",
    "yipan.shop",
    "yipan.console",
    "yipan.lab",
    "yipan.config.apps.CompositionConfig",  # last: it connects all others
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yipan.config.edge.security.SecurityHeaders",
    "yipan.config.edge.security.NulGuard",
    "yipan.config.edge.guard.ProblemMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "yipan.console.preferences.apply",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yipan.config.edge.security.RefusalPages",
    "yipan.config.scans.ScansOnce",
    "yipan.console.people_names.NamesOfPeople",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "yipan.console.shell.describe_shell",
            ]
        },
    }
]
DATABASES = {"default": get_database_settings()}

# What this node is: the hub, a site's own system (its sites, and where its hub is), or all in one.
#: Whom the page of the log-in offers to let in by one click: the supervisor names them where a
#: demo retailer is served to this machine alone.
YIPAN_DEMO_PEOPLE = [it for it in os.environ.get("YIPAN_DEMO_PEOPLE", "").split(",") if it]
YIPAN_DEMO_PASSWORD = "yipan-demo"  # noqa: S105 - meant to be known: this is a demo
YIPAN_ROLE = os.environ.get("YIPAN_ROLE", "all")
YIPAN_SITES = [site for site in os.environ.get("YIPAN_SITES", "").split(",") if site]
YIPAN_HUB_URL = os.environ.get("YIPAN_HUB_URL", "")
YIPAN_HUB_KEY = os.environ.get("YIPAN_HUB_KEY", "")
YIPAN_RETRY_SECONDS_FIRST = float(os.environ.get("YIPAN_RETRY_SECONDS_FIRST", "5"))
#: Days that messages are kept which everybody has had; 0 keeps all of them.
YIPAN_KEEP_MESSAGES_DAYS = int(os.environ.get("YIPAN_KEEP_MESSAGES_DAYS", "400"))
assert YIPAN_KEEP_MESSAGES_DAYS == 0 or YIPAN_KEEP_MESSAGES_DAYS >= 7, (
    "YIPAN_KEEP_MESSAGES_DAYS is 7 or more, or 0 to keep all"
)
YIPAN_WEBHOOK_PRIVATE = os.environ.get("YIPAN_WEBHOOK_PRIVATE") == "1"
YIPAN_PLAN_EXECUTOR = os.environ.get("YIPAN_PLAN_EXECUTOR", "serial")
YIPAN_PLAN_SHARDS = int(os.environ.get("YIPAN_PLAN_SHARDS", "8"))
YIPAN_PLAN_ADDRESS = os.environ.get("YIPAN_PLAN_ADDRESS", "")
YIPAN_GS1_PREFIX = os.environ.get("YIPAN_GS1_PREFIX", "9521234")
YIPAN_SSCC_EXTENSION = int(os.environ.get("YIPAN_SSCC_EXTENSION", "0"))
assert YIPAN_GS1_PREFIX.isdecimal() and 4 <= len(YIPAN_GS1_PREFIX) <= 10, "4 to 10 digits"  # noqa: PT018
assert YIPAN_ROLE in {"all", "hub", "wms", "pos"}, "YIPAN_ROLE is one of all, hub, wms, pos"

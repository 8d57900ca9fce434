"""Django settings: one file. What differs between nodes stands in the profile; secrets come from the environment."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from lienthong.kernel.profile import node
from lienthong.node import databases, rooms, secrets
from lienthong.node.logs import configure_logs

NODE = node()

DEBUG = False
SECRET_KEY = secrets.secret_key(NODE)
_PUBLIC = urlsplit(NODE.base_url)
_NAMES = [urlsplit(address).hostname or "localhost" for address in (NODE.base_url, NODE.exchange_url)]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", *_NAMES, *NODE.parameters.get("hosts", [])]
USE_X_FORWARDED_HOST = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    "lienthong.kernel",
    "lienthong.kernel.web",
    *rooms.installed(),
]

MIDDLEWARE = [
    "lienthong.kernel.web.middleware.Traces",
    "lienthong.kernel.web.middleware.BehindProxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lienthong.kernel.web.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lienthong.kernel.web.middleware.Language",
    "lienthong.kernel.web.middleware.Limits",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lienthong.platform.identity.middleware.ActingPerson",
    "lienthong.kernel.web.middleware.Refusals",
]

ROOT_URLCONF = "lienthong.node.urls"
WSGI_APPLICATION = "lienthong.node.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "lienthong.kernel.web.context.page",
                "lienthong.node.context.menu",
                "lienthong.platform.notices.context.unread",
            ],
        },
    }
]

DATABASES = {"default": databases.settings_for(NODE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
LOGIN_URL = "/dang-nhap/"
LOGIN_REDIRECT_URL = "/"
LANDING_PAGES = {
    "command": "/dieu-hanh/",
    **dict.fromkeys(("reception", "handling", "leader", "clerk"), "/mot-cua/"),
}
"""First page after sign-in by duty; the first that the officer holds and this node has."""
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_ADAPTER = "lienthong.platform.identity.adapters.allauth.AccountAdapter"

# Counts of attempts lie here; with Django's 300 entries anybody could push out the count that stops them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# Nodes on one machine share the host name, so each has its own cookies.
SESSION_COOKIE_NAME = f"lt_{NODE.name}_session"
CSRF_COOKIE_NAME = f"lt_{NODE.name}_csrf"
LANGUAGE_COOKIE_NAME = f"lt_{NODE.name}_language"
CSRF_FAILURE_VIEW = "lienthong.kernel.web.views.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
_HTTPS = _PUBLIC.scheme == "https"
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_SSL_REDIRECT = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "/static/"
STATIC_ROOT = NODE.home / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = NODE.home / "mail"
DEFAULT_FROM_EMAIL = f"khong-tra-loi@{NODE.name}.example"
if host := os.environ.get("EMAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = host

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]

LOGGING_CONFIG = None
configure_logs(os.environ.get("LIENTHONG_LOG", "info"))

REPOSITORY = Path(__file__).resolve().parents[3]
"""Where the checkout is, for `contracts/`, `docs/` and the shared reference data beside it; absent when installed."""

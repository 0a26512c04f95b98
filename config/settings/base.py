"""What every environment shares. Nothing here is secret and nothing here is optional."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from comms.core.logging import logging_config
from config import env
from config.storage import blob_storage

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(env.text("VAR", str(BASE_DIR / "var"))).absolute()

DEBUG = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "csp",
    "django_htmx",
    "django_vite",
    "rest_framework",
    "drf_spectacular",
    "comms.core",
    "comms.ledger",
    "comms.accounts",
    "comms.directory",
    "comms.content",
    "comms.threads",
    "comms.feedback",
    "comms.campaigns",
    "comms.insights",
    "comms.stack",
]

MIDDLEWARE = [
    "comms.core.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "comms.core.middleware.large_pieces",
    "comms.core.statics.StaticFiles",
    "comms.core.middleware.security_headers",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "comms.accounts.middleware.session_limits",
    "comms.accounts.middleware.personal_settings",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "comms.accounts.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "comms.core.forms.Renderer"

# Who signs in. The password of every form is the sign-in secret that the browser derived (docs/security.md).
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "comms.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Accounts come only from the set-up link and from invitations, both of which prove the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {"reset_password": "comms.accounts.forms.ResetForm"}
ACCOUNT_RATE_LIMITS = {
    "sign_in_salt": "60/m/ip,20/m/key",
    "redeem_link": "20/m/ip",
    "change_passphrase": "5/m/user",
    "invite": "60/h/user",
    "pass_on": "240/m/user",
    "open_upload": "120/m/user",
    "make_guest": "60/h/user",
    # Guests have no account: the key is the guest's id.
    "guest_challenge": "60/m/ip,30/m/key",
    "guest_enter": "60/m/ip,30/m/key",
    "guest_request": "900/m/key",
    "guest_post": "120/m/key",
    "guest_pass_on": "240/m/key",
    "guest_open_upload": "30/m/key",
    "change_email": "5/h/user",
}
PASSWORD_RESET_TIMEOUT = 4 * 3600
MFA_ADAPTER = "comms.accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Entente"
MFA_TOTP_TOLERANCE = 1
# A browser that nobody uses is signed out after the first, every browser after the second (seconds).
SESSION_IDLE_AGE = 12 * 3600
SESSION_COOKIE_AGE = 14 * 24 * 3600

# Languages and time.
LANGUAGE_CODE = "en"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "config.formats"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": FRONTEND_DIST / "manifest.json",
        "app_client_class": "comms.core.statics.BuiltFiles",
    }
}
MEDIA_ROOT = VAR / "blobs"
# A file that people can't afford to lose is not world-readable either.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": blob_storage(),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# What the sealed files of one workspace may take together, in MiB.
FILES_QUOTA_BYTES = env.integer("FILES_QUOTA", 10_240, low=1, high=100_000_000) * 1024 * 1024

# Forms that anybody answers. How many tries a proof of work costs at most, half of them on average: 60,000 are a
# tenth of a second on a new phone. In how many hours before it is due an answer is reminded of.
FEEDBACK_PROOF_WORK = env.integer("FEEDBACK_PROOF_WORK", 60_000, low=1, high=100_000_000)
FEEDBACK_REMIND_HOURS = env.integer("FEEDBACK_REMIND_HOURS", 24, low=1, high=24 * 90)
# What the files of answers and replies of one workspace may take together, in MiB.
FEEDBACK_FILES_QUOTA_BYTES = (
    env.integer("FEEDBACK_FILES_QUOTA", 10_240, low=1, high=100_000_000) * 1024 * 1024
)
# How often one address may ask, in so many seconds. Many people may share one, as in a camp or an office.
FEEDBACK_RATE_LIMITS = {
    "read": (240, 60),
    "challenge": (120, 60),
    "file": (60, 60),
    "chunk": (600, 60),
    # The files themselves, in KiB.
    "room": (1024 * 1024, 3600),
    "send": (60, 60),
    "code": (30, 300),
    "back": (240, 60),
}
# Multiplies all of them: for a gateway through which everybody comes, and for tests of load.
FEEDBACK_RATE_FACTOR = env.integer("FEEDBACK_RATE_FACTOR", 1, low=1, high=1_000_000)

# Bounds of what a request may bring. comms.core.bodies refuses larger ones before a thread is taken.
WEB_THREADS = env.integer("WEB_THREADS", 8, low=1, high=64)
MAX_BODY_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# What a browser may do with our pages.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "worker-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
# Under "no-referrer" browsers send `Origin: null` with our own forms, which the CSRF check must refuse (decision 0004).
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Django compares the Referer on TLS posts when there is no Origin; every browser we serve sends Origin.
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "comms.core.views.csrf_failure"

# Where comms.core.jobs hands over: the Celery app.
JOBS = "config.celery.app"

# Celery carries wake-ups and shards; the rows are the queue, so a redelivered task is harmless.
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 120, "socket_keepalive": True}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "run" / "beat-schedule")

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "comms.accounts.api.schema.Schema",
    "EXCEPTION_HANDLER": "comms.core.rest.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Entente",
    "DESCRIPTION": "What programs may do in a workspace. docs/api/README.md says how to begin.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "EditionState": "comms.campaigns.models.Edition.State",
        "DeliveryState": "comms.campaigns.models.Delivery.State",
        "TextState": "comms.content.selectors.CellState",
        "StakeholderKind": "comms.directory.models.Kind",
    },
    "LICENSE": {"name": "AGPL-3.0-or-later"},
}

# Mail leaves this machine only on the operator's word (comms.core.mail).
ALLOW_REAL_MAIL = env.flag("ALLOW_REAL_MAIL")
MAIL_CATCHER_DIR: Path | None = None
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Entente <no-reply@localhost>")
# Domains, besides that of DEFAULT_FROM_EMAIL, that editions may be sent as.
SENDER_DOMAINS = env.words("SENDER_DOMAINS")
# Where bounces go: a domain whose mail reaches this deployment. Empty: the domain of the sender's address.
BOUNCE_DOMAIN = env.text("BOUNCE_DOMAIN", "")
EMAIL_TIMEOUT = 15
# Connections of one sender to the mail server, and senders at work at the same time. The worker needs at
# least two processes more than senders, so that ticks never wait.
SMTP_CONNECTIONS = env.integer("SMTP_CONNECTIONS", 10, low=1, high=100)
CAMPAIGN_SENDERS = env.integer("CAMPAIGN_SENDERS", 2, low=1, high=16)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING_CONFIG = None
logging_config(
    json=env.flag("LOG_JSON", default=True),
    level=env.text("LOG_LEVEL", "INFO"),
    # Forms that anybody answers, and the way back to what was sent.
    discreet=("/f/", "/r/"),
)

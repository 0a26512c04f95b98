"""Production: every secret is named by the operator, every cookie needs TLS, mail goes where it is told."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.base import *  # noqa: F403 - a settings module is the sum of its base and its own lines

SECRET_KEY = env.secret("SECRET_KEY", at_least=50)
KEY_ENCRYPTION_KEY = env.key("KEY_ENCRYPTION_KEY")
KEY_ENCRYPTION_KEYS_OLD = env.keys("KEY_ENCRYPTION_KEYS_OLD")
LOG_KEY = env.key("LOG_KEY")

DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL"), pool=env.integer("DATABASE_POOL", 0, low=0, high=200)
    )
}
if env.text("DATABASE_OWNER_URL", ""):
    # Only the migrating process is given the owner's address; the product itself runs without it.
    DATABASES["owner"] = env.database(env.text("DATABASE_OWNER_URL"))

REDIS_URL = env.text("REDIS_URL")
CELERY_BROKER_URL = env.celery_broker(REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "entente",
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "entente"},
    }
}

PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme != "https" or not _public.hostname:
    raise ImproperlyConfigured("PUBLIC_URL must be the https:// address that people open.")
LOG_ORIGIN = env.text("LOG_ORIGIN", f"{_public.hostname}/identities")
ALLOWED_HOSTS = [_public.hostname, *env.words("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_SECURE = True
if env.flag("BEHIND_PROXY"):
    # Only for a proxy that sets the header itself on every request.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Rate limits count by the visitor's address, which only the proxy's own header tells.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

EMAIL_HOST = env.text("SMTP_HOST")
EMAIL_PORT = env.integer("SMTP_PORT", 587, low=1, high=65535)
EMAIL_HOST_USER = env.text("SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("SMTP_STARTTLS", default=True)

"""The embedded default: everything on this machine, data and secrets under `var/`."""

from __future__ import annotations

from urllib.parse import urlsplit

from comms.stack.endpoints import local_endpoints
from comms.stack.secrets import local_keys, local_secrets
from config import env
from config.settings.base import *  # noqa: F403 - a settings module is the sum of its base and its own lines
from config.settings.base import VAR

_endpoints = local_endpoints(VAR)
_secrets = local_secrets(VAR)
_keys = local_keys(VAR)

SECRET_KEY = env.text("SECRET_KEY", _secrets.secret_key)
KEY_ENCRYPTION_KEY = (
    _keys.key_encryption_key_file.read_text(encoding="ascii").strip()
    if _keys.key_encryption_key_file
    else env.key("KEY_ENCRYPTION_KEY")
)
KEY_ENCRYPTION_KEYS_OLD = env.keys("KEY_ENCRYPTION_KEYS_OLD")
LOG_KEY = _keys.log_key or env.key("LOG_KEY")

DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL", _endpoints.database_url),
        pool=env.integer("DATABASE_POOL", 0, low=0, high=200),
    ),
    "owner": env.database(env.text("DATABASE_OWNER_URL", _endpoints.database_owner_url)),
}
REDIS_URL = env.text("REDIS_URL", _endpoints.redis_url)
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

PORT = env.integer("PORT", 8000, low=1, high=65535)
PUBLIC_URL = env.text("PUBLIC_URL", f"http://localhost:{PORT}")
LOG_ORIGIN = env.text("LOG_ORIGIN", f"{urlsplit(PUBLIC_URL).hostname}/identities")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.words("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = urlsplit(PUBLIC_URL).hostname == "localhost"

EMAIL_HOST = env.text("SMTP_HOST", _endpoints.smtp_host)
EMAIL_PORT = env.integer("SMTP_PORT", _endpoints.smtp_port, low=1, high=65535)
MAIL_CATCHER_DIR = VAR / "mail"

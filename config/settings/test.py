"""The tests' settings: the embedded default in a data folder of its own, one database for each test worker."""

from __future__ import annotations

import os
from pathlib import Path

from config import env

_base = Path(__file__).resolve().parents[2]
os.environ["VAR"] = env.text("TEST_VAR", str(_base / "var" / "test"))
os.environ.setdefault("LOG_LEVEL", "ERROR")

from config.settings.local import *  # noqa: E402, F403 - the folder has to be chosen before local reads it
from config.settings.local import DATABASES, REDIS_URL  # noqa: E402 - as above

_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker:
    for _database in DATABASES.values():
        _database["NAME"] = f"{_database['NAME']}_{_worker}"
    _number = int(_worker.removeprefix("gw")) + 1
    REDIS_URL = f"{REDIS_URL.split('?')[0]}?db={_number}"

CELERY_BROKER_URL = env.celery_broker(REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "entente-test",
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Subscriptions know no numbered databases, so the workers differ in their names.
        "CONFIG": {"hosts": [REDIS_URL], "prefix": f"entente-test{_worker}"},
    }
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost"]
# The tests' own passwords are random sign-in secrets; strength of the hash is allauth's and Django's promise.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Every test client is a handler of its own: looking for all files at its start took a third of a matrix row's time.
WHITENOISE_AUTOREFRESH = True

# A test tries few numbers, not tens of thousands; what a proof must show is the same.
FEEDBACK_PROOF_WORK = 50
# All tests come from one address.
FEEDBACK_RATE_FACTOR = 1000

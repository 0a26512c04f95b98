"""Settings under which django-post-office runs as the peer of bench/campaigns.py: nothing but itself."""

from __future__ import annotations

import os

from config import env

SECRET_KEY = "only for a measurement on this machine, nothing is signed with it"  # noqa: S105 - no secret
INSTALLED_APPS = ["django.contrib.contenttypes", "post_office"]
DATABASES = {"default": env.database(os.environ["PEER_DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
EMAIL_BACKEND = "post_office.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["PEER_SMTP_PORT"])
POST_OFFICE = {
    "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
    "BATCH_SIZE": 1000,
    "THREADS_PER_PROCESS": 5,
    "LOG_LEVEL": 0,
}

"""The Celery app: tasks of every app. Beat has one of its own (`config.beat`)."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
# Celery would let Django look through models, addresses and views at each start of a worker: a second, for
# what the tests have found out. What can differ between deployments is looked at by `up` and `doctor`.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("entente")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

"""The composition root: the only place that knows every part. Nothing imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]

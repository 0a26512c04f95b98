"""The least that a form can be in Django, for bench/feedback.py to stand beside: a page, and a row for what is posted.

No proof of work, no limits, no signature to check, no case, no counting, no audit trail: one INSERT, by uvicorn and
psycopg as the product has them. `DATABASE` is the address of a database in which it may make a table.
"""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg.conninfo import conninfo_to_dict

_AT = conninfo_to_dict(os.environ["DATABASE"])
settings.configure(
    SECRET_KEY="only a benchmark",  # noqa: S106 - it protects nothing
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _AT["dbname"],
            "USER": _AT["user"],
            "PASSWORD": _AT["password"],
            "HOST": _AT["host"],
            "PORT": _AT.get("port"),
            "CONN_MAX_AGE": 600,
            "ATOMIC_REQUESTS": True,
        }
    },
)
django.setup()

from django.db import connection, models  # noqa: E402 - needs Django set up

_PAGE = "<!doctype html><title>Form</title>" + "<p>Question <input name=q>" * 20


class Row(models.Model):
    """What was posted."""

    content = models.BinaryField()

    class Meta:
        app_label = "bench"
        db_table = "bench_form_row"


def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_PAGE)


def send(request: HttpRequest) -> HttpResponse:
    Row(content=request.body).save(force_insert=True)
    return HttpResponse(status=201)


urlpatterns = [path("", page), path("send", send)]


def make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_form_row")
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    connection.close()


make_table()
application = get_asgi_application()

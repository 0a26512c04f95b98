"""What the operator's probes are told, also when something is down."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_ready_when_both_services_answer() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "services": {"database": True, "valkey": True}}


def test_not_ready_without_valkey(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["services"] == {"database": True, "valkey": False}


def test_not_ready_without_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = connection.copy()
    gone.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1"}
    monkeypatch.setattr("comms.core.views.connection", gone)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["services"] == {"database": False, "valkey": True}
    assert "127.0.0.1" not in answer.content.decode()


def test_alive_whatever_is_down(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", None)
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


def test_probes_are_read_only() -> None:
    assert Client().post("/healthz").status_code == 405
    assert Client().post("/readyz").status_code == 405

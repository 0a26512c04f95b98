"""A program that calls the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from comms.accounts.models import Scope, User, Workspace
from comms.accounts.services import create_token
from tests import factories


class Program(Client):
    """A test client that sends a token, and JSON."""

    def __init__(self, token: str = "") -> None:
        super().__init__(raise_request_exception=False)
        self.token = token

    def request(self, **request: Any) -> Any:
        if self.token:
            request.setdefault("HTTP_AUTHORIZATION", f"Bearer {self.token}")
        return super().request(**request)

    def send(self, method: str, address: str, body: object = None, **headers: str) -> Any:
        """A request with a JSON body."""
        import json

        return self.generic(
            method, address, json.dumps(body), content_type="application/json", headers=headers
        )


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    """No test is throttled by what another called."""
    cache.clear()


@pytest.fixture
def program(mission: Workspace) -> Callable[..., Program]:
    """`program(person, *scopes)`: a program with a token that the person made for the mission."""

    def make(person: User, *scopes: Scope) -> Program:
        _token, text = create_token(
            actor=factories.actor_of(person, mission),
            name="Program",
            scopes=scopes or list(Scope),
            expires_at=timezone.now() + dt.timedelta(days=30),
        )
        return Program(text)

    return make

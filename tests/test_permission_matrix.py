"""Who may open what. A route without a row fails, and so does a row without a route."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.files import File
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from comms.accounts.models import User, Workspace
from comms.core.tenancy import in_workspace
from tests import permissions
from tests.permissions.rows import PERSONAS, Cast, Row

_MODULES = [
    module.name for module in pkgutil.iter_modules(permissions.__path__) if module.name != "rows"
]
ROWS: list[Row] = [
    row for name in _MODULES for row in importlib.import_module(f"tests.permissions.{name}").ROWS
]


def _routes(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _routes(entry.url_patterns, inner)
        else:
            yield f"{namespace}{entry.name}" if entry.name else f"(unnamed) {entry.pattern}"


def test_every_route_has_a_row() -> None:
    """A new page fails here until somebody says who may open it."""
    missing = sorted(set(_routes(get_resolver().url_patterns)) - {row.name for row in ROWS})
    assert not missing, f"say in tests/permissions/ who may open: {missing}"


def test_every_row_has_a_route() -> None:
    """A row that outlived its page is removed."""
    stale = sorted({row.name for row in ROWS} - set(_routes(get_resolver().url_patterns)))
    assert not stale, f"no route has this name: {stale}"


@pytest.fixture
def cast(
    mission: Workspace,
    elsewhere: Workspace,
    ada: User,
    dina: User,
    edgar: User,
    petra: User,
    anna: User,
    oscar: User,
) -> Cast:
    """Everyone."""
    people = {
        "admin": ada,
        "diplomat": dina,
        "editor": edgar,
        "approver": petra,
        "analyst": anna,
        "outsider": oscar,
    }
    return Cast(mission=mission, elsewhere=elsewhere, people=people)


BATCH = 40
"""Rows that share a cast and its sessions, whose making would cost more than the requests."""


@pytest.mark.parametrize("first", range(0, len(ROWS), BATCH))
def test_routes_answer_by_role(first: int, cast: Cast) -> None:
    """Each persona gets exactly the status that the row says."""
    sessions = {
        persona: _signed_in(cast.people[persona]) for persona in PERSONAS if persona != "anonymous"
    }
    wrong: dict[str, dict[str, tuple[int, int]]] = {}
    for row in ROWS[first : first + BATCH]:
        name = f"{row.method} {row.name} {row.query}".strip()
        try:
            with transaction.atomic():
                answers = _answers(row, cast, sessions)
                transaction.set_rollback(True)
        except Exception as error:
            error.add_note(f"in the row {name}")
            raise
        said = {persona: (row.status_for(persona), answers[persona]) for persona in PERSONAS}
        if unlike := {persona: pair for persona, pair in said.items() if pair[0] != pair[1]}:
            wrong[name] = unlike
    assert not wrong, "(expected, answered): " + json.dumps(wrong, indent=1)


def _signed_in(user: User) -> SimpleCookie:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies


def _answers(row: Row, cast: Cast, sessions: dict[str, SimpleCookie]) -> dict[str, int]:
    """What each persona is answered: all ask for the same, and what each did is undone before the next."""
    with in_workspace(cast.mission.id):
        arguments = row.arguments(cast)
        data = row.data(cast)
    address = reverse(row.name, kwargs=arguments) + row.query
    answers: dict[str, int] = {}
    for persona in PERSONAS:
        with transaction.atomic():
            client = Client(raise_request_exception=False)
            if persona in sessions:
                client.cookies = SimpleCookie(sessions[persona].output(header="", sep=";"))
            answers[persona] = _status(row, client, address, data)
            transaction.set_rollback(True)
    return answers


def _status(row: Row, client: Client, address: str, data: Any) -> int:
    headers = dict(row.headers)
    if row.method in {"GET", "POST"}:
        for file in data.values() if isinstance(data, dict) else ():  # A body of bytes has none.
            if isinstance(file, File):
                file.seek(0)  # The persona before has read it.
        kind = {"content_type": row.content_type} if row.content_type else {}
        return int(
            getattr(client, row.method.lower())(address, data, headers=headers, **kind).status_code
        )
    return int(
        client.generic(
            row.method,
            address,
            json.dumps(data) if data else "",
            content_type=row.content_type or "application/json",
            headers=headers,
        ).status_code
    )

"""Who may open what. A route without a row fails, and so does a row without a route."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
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


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row.method} {row.name} {row.query}".strip()
)
def test_route_answers_by_role(row: Row, cast: Cast) -> None:
    """Each persona gets exactly the status that the row says."""
    # One test for all personas: what they ask for is made once, and what each did is undone before the next.
    with in_workspace(cast.mission.id):
        arguments = row.arguments(cast)
        data = row.data(cast)
    address = reverse(row.name, kwargs=arguments) + row.query
    answers: dict[str, int] = {}
    for persona in PERSONAS:
        with transaction.atomic():
            answers[persona] = _status(row, persona, cast, address, data)
            transaction.set_rollback(True)
    assert answers == {persona: row.status_for(persona) for persona in PERSONAS}


def _status(row: Row, persona: str, cast: Cast, address: str, data: Any) -> int:
    client = Client(raise_request_exception=False)
    if persona != "anonymous":
        client.force_login(
            cast.people[persona], backend="allauth.account.auth_backends.AuthenticationBackend"
        )
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

"""Actors of the directory's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from tests import factories


@pytest.fixture
def editor(edgar: User, mission: Workspace) -> Iterator[Actor]:
    """Edgar, acting; the test runs inside the mission."""
    with in_workspace(mission.id):
        yield factories.actor_of(edgar, mission)


@pytest.fixture
def analyst(anna: User, mission: Workspace, editor: Actor) -> Actor:
    """Anna, who changes nothing."""
    return factories.actor_of(anna, mission)


@pytest.fixture
def diplomat(dina: User, mission: Workspace, editor: Actor) -> Actor:
    """Dina, who keeps her contacts but makes no lists."""
    return factories.actor_of(dina, mission)

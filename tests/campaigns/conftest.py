"""Writer and approver, inside the mission."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from tests import factories
from tests.campaigns.makers import Pair


@pytest.fixture
def pair(edgar: User, petra: User, mission: Workspace) -> Iterator[Pair]:
    """Edgar writes, Petra approves; the test runs inside the mission."""
    with in_workspace(mission.id):
        yield Pair(factories.actor_of(edgar, mission), factories.actor_of(petra, mission))


@pytest.fixture
def writer(pair: Pair) -> Actor:
    """Edgar."""
    return pair.writer


@pytest.fixture
def approver(pair: Pair) -> Actor:
    """Petra."""
    return pair.approver

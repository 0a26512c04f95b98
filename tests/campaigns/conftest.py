"""Writer and approver, inside the mission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from comms.accounts.models import User, Workspace
from comms.campaigns.journal.reader import valkey
from comms.core.actors import Actor, Role
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


@dataclass(frozen=True)
class Team:
    """A workspace whose rows are committed, so that senders' threads and other processes see them."""

    workspace: Workspace
    pair: Pair


@pytest.fixture
def team(committed: None, valkey_emptied: None) -> Team:
    """Edgar and Petra again, for real commits."""
    workspace = factories.make_workspace("mission", "Mission to the Talks")
    writer = factories.make_member(workspace, "edgar@example.org", "Edgar", Role.EDITOR)
    approver = factories.make_member(workspace, "petra@example.org", "Petra", Role.APPROVER)
    return Team(
        workspace,
        Pair(factories.actor_of(writer, workspace), factories.actor_of(approver, workspace)),
    )


@pytest.fixture
def valkey_emptied() -> Iterator[None]:
    """No notes, slots or buckets of another test."""
    with valkey() as client:
        client.flushdb()
        yield
        client.flushdb()

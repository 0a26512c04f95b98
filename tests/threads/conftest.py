"""A thread of Ada, who owns it, and Dina; Edgar is in the workspace and not in it."""

from __future__ import annotations

import pytest

from comms.accounts.models import User, Workspace
from comms.threads.models import Thread
from tests.threads.world import World


@pytest.fixture
def world(mission: Workspace, ada: User, dina: User, edgar: User) -> World:
    world = World(mission)
    for user in (ada, dina, edgar):
        world.keys(user)
    return world


@pytest.fixture
def thread(world: World, ada: User, dina: User) -> Thread:
    return world.open(ada, dina)

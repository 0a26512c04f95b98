"""A published form that Ada owns and Dina reads; Edgar is in the workspace and no reader."""

from __future__ import annotations

import pytest

from comms.accounts.models import User, Workspace
from comms.feedback.models import Form
from tests.feedback.world import World


@pytest.fixture
def world(mission: Workspace, ada: User, dina: User, edgar: User) -> World:
    return World(mission)


@pytest.fixture
def form(world: World, ada: User, dina: User) -> Form:
    return world.published(ada, dina)

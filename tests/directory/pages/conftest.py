"""Edgar's browser, and more stakeholders than a page holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.directory.models import Stakeholder
from tests import factories
from tests.directory.makers import make_many


@pytest.fixture
def editing(edgar: User, as_user: Callable[[User], Client]) -> Client:
    """Edgar's browser."""
    return as_user(edgar)


@pytest.fixture
def actor(edgar: User, mission: Workspace) -> Actor:
    """Edgar, for making things."""
    return factories.actor_of(edgar, mission)


@pytest.fixture
def sixty(mission: Workspace, actor: Actor) -> list[Stakeholder]:
    """More than one page of stakeholders."""
    known = [(f"Mission {number:02}", f"m{number}@example.org") for number in range(60)]
    shared = {"country": "FR", "languages": ("fr", "ar")}
    africa = make_many(actor, known[::2], region="AFRICA", **shared)
    europe = make_many(actor, known[1::2], region="EUROPE", **shared)
    return [each for pair in zip(africa, europe, strict=True) for each in pair]

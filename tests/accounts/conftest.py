"""Accounts as the tests need them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.core.cache import caches

from comms.accounts import services
from comms.accounts.models import User, Workspace
from comms.core.ids import uuid7
from tests.accounts.browser import Person, make_person


@pytest.fixture(autouse=True)
def own_counters() -> Iterator[None]:
    """Rate limits count for each test on its own."""
    cache = caches["default"]
    before = cache.key_prefix
    cache.key_prefix = uuid.uuid4().hex
    yield
    cache.key_prefix = before


@pytest.fixture
def founder(db: None) -> tuple[User, Workspace, Person]:
    """The person and the workspace of a first run, with the browser's keys."""
    link = services.redeem_setup_link(services.create_setup_link())
    made = make_person(link.account_id)
    user, workspace = services.set_up(
        link_id=link.id,
        workspace_name="Mission to the Talks",
        email="Freya@Example.org",
        name="Freya Founder",
        language="en",
        time_zone="Europe/Geneva",
        keys=made.keys,
    )
    return user, workspace, made


@pytest.fixture
def stranger() -> Person:
    """Keys that belong to nobody's account."""
    return make_person(uuid7())

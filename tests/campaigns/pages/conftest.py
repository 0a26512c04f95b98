"""An edition at each stage of its way, for the tests of its pages."""

from __future__ import annotations

import pytest

from comms.accounts.models import User, Workspace
from comms.campaigns import services
from comms.campaigns.models import Edition
from comms.content.models import Template
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory.models import Audience
from tests import factories
from tests.campaigns import makers


@pytest.fixture
def writer(mission: Workspace, edgar: User) -> Actor:
    return factories.actor_of(edgar, mission)


@pytest.fixture
def approver(mission: Workspace, petra: User) -> Actor:
    return factories.actor_of(petra, mission)


@pytest.fixture
def audience(mission: Workspace, writer: Actor) -> Audience:
    """Thirty readers of English, two of Arabic, one of Georgian."""
    with in_workspace(mission.id):
        makers.make_people(writer, 30)
        makers.make_people(writer, 2, languages=["ar"], prefix="arabic")
        makers.make_people(writer, 1, languages=["ka"], prefix="georgian")
        return makers.make_audience(writer)


@pytest.fixture
def template(mission: Workspace, writer: Actor) -> Template:
    with in_workspace(mission.id):
        return makers.make_template(writer)


@pytest.fixture
def draft(mission: Workspace, writer: Actor, audience: Audience, template: Template) -> Edition:
    with in_workspace(mission.id):
        return makers.make_edition(writer, template=template, audience_ids=[audience.id])


@pytest.fixture
def in_review(mission: Workspace, writer: Actor, draft: Edition) -> Edition:
    with in_workspace(mission.id):
        services.accept_fallback(actor=writer, edition_id=draft.id)
        return services.submit_for_review(actor=writer, edition_id=draft.id).edition


@pytest.fixture
def approved(mission: Workspace, approver: Actor, in_review: Edition) -> Edition:
    with in_workspace(mission.id):
        services.approve_edition(
            actor=approver,
            edition_id=in_review.id,
            expected_hash=bytes(in_review.frozen_hash or b""),
        )
        in_review.refresh_from_db()
    return in_review

"""Runs the engine in a test: ticks and senders as the worker would, without Celery."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from comms.campaigns.models import Delivery, Edition
from comms.campaigns.services.sending import Order, Tally, send_edition
from comms.campaigns.services.ticking import tick_workspace
from comms.campaigns.transports.email import EmailTransport
from comms.campaigns.transports.smtp import Server
from comms.core.tenancy import in_workspace
from tests.campaigns.conftest import Team
from tests.campaigns.makers import make_edition, make_people, make_scheduled, make_template
from tests.campaigns.server import ScriptedServer


def scheduled(
    team: Team,
    count: int,
    *,
    languages: Sequence[str] = ("en",),
    unknown_policy: str = Edition.UnknownPolicy.WAIT,
) -> Edition:
    """An approved edition to `count` people, on the clock and due."""
    with in_workspace(team.workspace.id):
        make_people(team.pair.writer, count)
        template = make_template(team.pair.writer, languages=languages)
        edition = make_edition(team.pair.writer, template=template, unknown_policy=unknown_policy)
        return make_scheduled(team.pair, edition)


def begun(team: Team, count: int, **options: Any) -> Edition:
    """The same, begun by a tick."""
    edition = scheduled(team, count, **options)
    assert tick_workspace(team.workspace.id).due == [edition.id]
    return edition


def send(
    team: Team,
    edition: Edition,
    server: ScriptedServer,
    *,
    connections: int = 3,
    seconds: float = 30,
) -> Tally:
    """One run of a sender."""
    transport = EmailTransport(
        Server("127.0.0.1", server.port, connect_seconds=2), connections=connections
    )
    return asyncio.run(send_edition(Order(team.workspace.id, edition.id, 0, seconds), transport))


def counts(team: Team, edition: Edition) -> dict[str, int]:
    """Deliveries by state."""
    with in_workspace(team.workspace.id):
        return dict(
            Counter(Delivery.objects.filter(edition=edition).values_list("state", flat=True))
        )


def state(team: Team, edition: Edition) -> str:
    """The edition's state now."""
    with in_workspace(team.workspace.id):
        return Edition.objects.values_list("state", flat=True).get(id=edition.id)


def tick(team: Team) -> list[uuid.UUID]:
    """One tick; the editions with something due."""
    return tick_workspace(team.workspace.id).due

"""Makes stakeholders for the tests, through the services."""

from __future__ import annotations

from datetime import date

from comms.core.actors import Actor
from comms.directory import services
from comms.directory.models import Basis, Channel, Purpose, Stakeholder


def make_stakeholder(
    actor: Actor,
    name: str = "Embassy of Freedonia",
    *,
    email: str = "",
    basis: bool = True,
    **details: object,
) -> Stakeholder:
    """A stakeholder, with an address and a lawful basis for updates if wanted."""
    known = services.StakeholderDetails(
        **{"kind": "mission", "name": name, "languages": ("en",), **details}  # type: ignore[arg-type]  # test words
    )
    stakeholder = services.create_stakeholder(actor=actor, details=known)
    if email:
        services.add_contact_point(
            actor=actor, stakeholder_id=stakeholder.id, channel=Channel.EMAIL, address=email
        )
    if basis:
        services.record_consent(
            actor=actor,
            stakeholder_id=stakeholder.id,
            purpose=Purpose.UPDATES,
            basis=Basis.PUBLIC_TASK,
            source="Diplomatic list",
            given_at=date(2026, 1, 15),
        )
    return stakeholder

"""Makes stakeholders for the tests: one through the services, many as an import does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from comms.core.actors import Actor
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from comms.directory import services
from comms.directory.models import (
    Basis,
    Channel,
    Consent,
    ContactPoint,
    Purpose,
    Stakeholder,
)
from comms.directory.models.stakeholders import derive_from_names


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


def make_many(
    actor: Actor,
    known: Sequence[tuple[str, str]],
    *,
    languages: Sequence[str] = ("en",),
    **details: object,
) -> list[Stakeholder]:
    """Missions by name and address, with a lawful basis for updates, in three statements; no acts are recorded."""
    shared = {"kind": "mission", **details, "workspace_id": actor.workspace_id}
    people = [
        Stakeholder(id=uuid7(), name=name, languages=list(languages), **shared)
        for name, _email in known
    ]
    with in_workspace(actor.workspace_id):
        derive_from_names(people)
        Stakeholder.objects.bulk_create(people)
        ContactPoint.objects.bulk_create(
            ContactPoint(
                workspace_id=actor.workspace_id,
                stakeholder=person,
                channel=Channel.EMAIL,
                address=email,
            )
            for person, (_name, email) in zip(people, known, strict=True)
            if email
        )
        Consent.objects.bulk_create(
            Consent(
                workspace_id=actor.workspace_id,
                stakeholder=person,
                purpose=Purpose.UPDATES,
                basis=Basis.PUBLIC_TASK,
                source="Diplomatic list",
                given_at=date(2026, 1, 15),
            )
            for person in people
        )
    return people

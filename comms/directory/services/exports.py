"""The directory as a file that a spreadsheet opens and the import reads again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory.models import Channel, Consent, ContactPoint, Stakeholder
from comms.directory.selectors.filters import StakeholderFilter, matching
from comms.directory.services.audiences import require_lists
from comms.ledger.services import record

_CHUNK = 500


def export_stakeholders(*, actor: Actor, question: StakeholderFilter) -> Iterator[list[str]]:
    """Record the export at once, then give the rows, the header first, a short transaction for each 500.

    Call it outside any transaction.
    """
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        record(
            action="directory.exported_stakeholders",
            actor=actor,
            details={"filter": question.as_json(), "count": matching(question).count()},
        )
    return _rows(actor, question)


def _rows(actor: Actor, question: StakeholderFilter) -> Iterator[list[str]]:
    yield [
        _("Name"),
        _("Kind"),
        _("Role or title"),
        _("Country"),
        _("Region"),
        _("Languages"),
        _("Time zone"),
        _("E-mail"),
        _("Telephone"),
        _("Postal address"),
        _("Lawful basis"),
        _("Notes"),
    ]
    after = uuid.UUID(int=0)
    while True:
        with in_workspace(actor.workspace_id):
            chunk = list(
                matching(question)
                .filter(id__gt=after)
                .order_by("id")
                .prefetch_related(
                    Prefetch(
                        "contact_points",
                        ContactPoint.objects.order_by("channel", "position", "id"),
                    ),
                    Prefetch("consents", Consent.objects.filter(withdrawn_at=None)),
                )[:_CHUNK]
            )
            lines = [_line(stakeholder) for stakeholder in chunk]
        yield from lines
        if len(chunk) < _CHUNK:
            return
        after = chunk[-1].id


def _line(stakeholder: Stakeholder) -> list[str]:
    def addresses(channel: Channel) -> str:
        return "; ".join(
            point.address.replace("\n", ", ")
            for point in stakeholder.contact_points.all()
            if point.channel == channel
        )

    return [
        stakeholder.name,
        str(stakeholder.get_kind_display()),
        stakeholder.role,
        stakeholder.country,
        stakeholder.region,
        ", ".join(stakeholder.languages),
        stakeholder.time_zone,
        addresses(Channel.EMAIL),
        addresses(Channel.PHONE),
        addresses(Channel.POST),
        "; ".join(
            f"{consent.get_purpose_display()}: {consent.get_basis_display()}"
            for consent in stakeholder.consents.all()
        ),
        stakeholder.notes,
    ]

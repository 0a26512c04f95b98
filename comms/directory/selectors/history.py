"""What happened with a stakeholder, put together from its own rows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from comms.accounts.selectors import names_of
from comms.directory.models import Engagement, Stakeholder, Suppression
from comms.directory.models.scope import open_workspace_id


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `who` is empty for the stakeholder's own act and the system's."""

    at: datetime
    what: str | Promise
    note: str = ""
    who: str = ""
    who_id: uuid.UUID | None = None


def list_history(stakeholder: Stakeholder) -> list[Event]:
    """The newest first; at most some dozens. Three queries beyond those of `get_stakeholder`."""
    events = [
        Event(stakeholder.created_at, _("Added to the directory"), who_id=stakeholder.created_by)
    ]
    if stakeholder.archived_at:
        events.append(Event(stakeholder.archived_at, _("Archived")))
    for consent in stakeholder.consents.all():
        about = {"purpose": consent.get_purpose_display()}
        events.append(
            Event(
                consent.recorded_at,
                _("Lawful basis recorded for “%(purpose)s”") % about,
                f"{consent.get_basis_display()} · {consent.source}",
                who_id=consent.recorded_by,
            )
        )
        if consent.withdrawn_at:
            events.append(
                Event(
                    consent.withdrawn_at,
                    _("Lawful basis ended for “%(purpose)s”") % about,
                    consent.withdrawn_how,
                    who_id=consent.withdrawn_by,
                )
            )
    events += _addresses(stakeholder)
    events += [
        Event(one.at, one.get_kind_display(), who_id=one.noted_by)
        for one in Engagement.objects.filter(stakeholder=stakeholder).order_by("-at")[:50]
    ]
    names = names_of(event.who_id for event in events)
    return sorted(
        (
            Event(event.at, event.what, event.note, names.get(event.who_id, ""), event.who_id)
            if event.who_id
            else event
            for event in events
        ),
        key=lambda event: event.at,
        reverse=True,
    )


def _addresses(stakeholder: Stakeholder) -> list[Event]:
    points = {bytes(p.address_index or b""): p for p in stakeholder.contact_points.all()}
    events = [
        Event(point.created_at, _("Address added"), point.address) for point in points.values()
    ]
    stops = Suppression.objects.filter(
        workspace_id=open_workspace_id(), address_index__in=list(points)
    ).order_by("-at")[:50]
    for stop in stops:
        address = points[bytes(stop.address_index)].address
        events.append(
            Event(
                stop.at,
                _("Sending to %(address)s stopped") % {"address": address},
                str(stop.get_reason_display()),
                who_id=stop.by,
            )
        )
        if stop.lifted_at:
            events.append(
                Event(
                    stop.lifted_at,
                    _("Sending to %(address)s allowed again") % {"address": address},
                    stop.lifted_because,
                    who_id=stop.lifted_by,
                )
            )
    return events

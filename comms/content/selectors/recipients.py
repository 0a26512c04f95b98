"""Whom a text can be shown as: people of its audience, and an invented one where there are none."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from comms.content.rendering import Recipient
from comms.content.selectors.matrix import Cell
from comms.core.errors import NotFoundError
from comms.directory import selectors as directory
from comms.directory.models import Channel

SAMPLE = 20
# Not a place that answers: a preview must not unsubscribe the person it is shown as.
PREVIEW_LINK = "https://example.org/your-own-link"


def example() -> Recipient:
    """Nobody, for a template whose audience is empty."""
    return Recipient(
        name=_("Example Recipient"),
        address="recipient@example.org",
        unsubscribe_link=PREVIEW_LINK,
        role=_("Head of mission"),
        country="CH",
        region=_("Europe"),
        kind="mission",
    )


def as_recipient(person: directory.Recipient, *, unsubscribe_link: str) -> Recipient:
    """A person of the directory as rendering takes them."""
    return Recipient(
        name=person.name,
        address=person.address,
        unsubscribe_link=unsubscribe_link,
        role=person.role,
        country=person.country,
        region=person.region,
        kind=person.kind,
    )


def list_sample(cell: Cell) -> list[tuple[uuid.UUID, str]]:
    """Some who would get a mail in this cell's audience: contact point and name. Inside `in_workspace`."""
    chosen = _contact_points(cell)
    people = directory.load_recipients(chosen)
    named = [(identifier, people[identifier].name) for identifier in chosen if identifier in people]
    return sorted(named, key=lambda entry: entry[1].casefold())


def get_sample_recipient(cell: Cell, contact_point_id: uuid.UUID | None) -> Recipient:
    """The person to show a text as: this one, else the first of the audience, else the example.

    Raises NotFoundError for a person who isn't in this workspace.
    """
    wanted = [contact_point_id] if contact_point_id else _contact_points(cell)[:1]
    people = directory.load_recipients(wanted)
    if contact_point_id and contact_point_id not in people:
        raise NotFoundError(_("This person is no longer in the directory."))
    if not people:
        return example()
    return as_recipient(next(iter(people.values())), unsubscribe_link=PREVIEW_LINK)


def _contact_points(cell: Cell) -> list[uuid.UUID]:
    audience_id = cell.column.audience_id
    if audience_id is None:
        points = directory.contact_points_for(Channel.EMAIL).filter(suppressed_at=None)
        return list(points.order_by("id").values_list("id", flat=True)[:SAMPLE])
    rows = directory.list_sendable([audience_id], channel=Channel.EMAIL, limit=SAMPLE)
    return [row.contact_point_id for row in rows if row.contact_point_id and not row.blocked]

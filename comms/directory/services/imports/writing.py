"""What one matched row makes or changes. Nothing here is saved; `running` does that for a chunk at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from comms.directory.lists.mapping import Mapping
from comms.directory.models import Channel, ContactPoint, Import, ImportState, Stakeholder
from comms.directory.services.imports.matching import (
    Directory,
    Known,
    Match,
    NewAddress,
    Outcome,
)

_KEPT_FIELDS = ("region", "role", "country", "time_zone", "notes")


@dataclass(slots=True)
class Change:
    """The unsaved rows of one match."""

    outcome: Outcome
    stakeholder: Stakeholder
    is_new: bool = False
    # What search and sorting see of the name has yet to be derived; a check never needs it.
    is_renamed: bool = False
    points: list[NewAddress] = field(default_factory=list)
    moved: list[ContactPoint] = field(default_factory=list)
    gets_basis: bool = False
    is_reachable: bool = False


def change_of(match: Match, run: Import, mapping: Mapping, directory: Directory) -> Change:
    """What importing the row means, given what is known; `match.known` is set afterwards in any case."""
    if match.known is None:
        change = _created(match, run, directory)
        if match.adds_to_row and run.state == ImportState.CHECKING:
            # A check writes nothing, so it can't find what an earlier row would have made.
            change.outcome = "updated"
    else:
        change = _updated(match, match.known, run, mapping, directory)
    known = match.known or Known(change.stakeholder, {}, False, False)
    for point in change.points:
        known.points[(point.channel, directory.index[point.address])] = point
    _add_basis(change, known, match)
    if change.outcome == "unchanged" and (change.points or change.gets_basis):
        change.outcome = "updated"
    match.known = known
    directory.remember(known, match.name_index)
    change.stakeholder.import_id = run.id
    change.stakeholder.import_row = match.draft.number
    change.is_reachable = any(
        channel == Channel.EMAIL and point.suppressed_at is None
        for (channel, _index), point in known.points.items()
    )
    return change


def _created(match: Match, run: Import, directory: Directory) -> Change:
    draft = match.draft
    stakeholder = Stakeholder(
        workspace_id=run.workspace_id,
        created_by=run.created_by,
        name=draft.name,
        kind=draft.kind,
        role=draft.role,
        country=draft.country,
        region=draft.region,
        languages=draft.languages,
        time_zone=draft.time_zone,
        notes=draft.notes,
    )
    change = Change("created", stakeholder, is_new=True, is_renamed=True)
    for position, email in enumerate(match.email_indexes):
        _add_point(change, match, directory, Channel.EMAIL, email, position)
    if draft.phone:
        _add_point(change, match, directory, Channel.PHONE, draft.phone, 0)
    if draft.post:
        _add_point(change, match, directory, Channel.POST, draft.post, 0)
    return change


def _updated(
    match: Match, known: Known, run: Import, mapping: Mapping, directory: Directory
) -> Change:
    draft, stakeholder = match.draft, known.stakeholder
    change = Change("unchanged", stakeholder)
    if stakeholder.name != draft.name:
        stakeholder.name = draft.name
        change.outcome, change.is_renamed = "updated", True
    for name in _KEPT_FIELDS:
        given, held = getattr(draft, name), getattr(stakeholder, name)
        # What the list says replaces; what a rule or a constant assumes, and any note, only fills a gap.
        replaces = mapping.uses_column(name) and name != "notes"
        if given and given != held and (replaces or not held):
            setattr(stakeholder, name, given)
            change.outcome = "updated"
    if (
        draft.languages
        and draft.languages != stakeholder.languages
        and (mapping.uses_column("languages") or not stakeholder.languages)
    ):
        stakeholder.languages = draft.languages
        change.outcome = "updated"
    if change.outcome == "updated":
        stakeholder.updated_at = timezone.now()
    _add_emails(change, match, known, directory)
    for channel, address in ((Channel.PHONE, draft.phone), (Channel.POST, draft.post)):
        if address and (channel, directory.index[address]) not in known.points:
            count = sum(other == channel for other, _index in known.points)
            _add_point(change, match, directory, channel, address, count)
    return change


def _add_emails(change: Change, match: Match, known: Known, directory: Directory) -> None:
    held = [point for (channel, _index), point in known.points.items() if channel == Channel.EMAIL]
    new = [
        email
        for email, index in match.email_indexes.items()
        if (Channel.EMAIL, index) not in known.points
    ]
    if not new:
        return
    first = 0
    if match.adds_to_row or len(new) < len(match.email_indexes):
        first = len(held)
    elif held:
        for point in held:
            point.position += len(new)
        change.moved = [point for point in held if isinstance(point, ContactPoint)]
        match.draft.note("address_first")
    for position, email in enumerate(new, first):
        _add_point(change, match, directory, Channel.EMAIL, email, position)


def _add_point(
    change: Change,
    match: Match,
    directory: Directory,
    channel: Channel,
    address: str,
    position: int,
) -> None:
    point = NewAddress(channel, address, position)
    stopped = directory.stopped.get((channel, directory.index[address]))
    if stopped is not None:
        point.suppressed_at, point.suppressed_reason = stopped
        match.draft.note("stopped")
    change.points.append(point)


def _add_basis(change: Change, known: Known, match: Match) -> None:
    if known.has_open_basis:
        return
    if known.had_basis:
        match.draft.note("withdrawn")
        return
    change.gets_basis = True
    known.has_open_basis = True

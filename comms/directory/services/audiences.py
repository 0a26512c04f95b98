"""Making and changing audiences."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ConflictError, ForbiddenError, InvalidError
from comms.core.tenancy import in_workspace
from comms.directory import policies, selectors
from comms.directory.models import Audience, AudienceMember, Stakeholder
from comms.directory.selectors.filters import StakeholderFilter, filter_from_json
from comms.ledger.services import record

MOST_PICKED_AT_ONCE = 1000


def require_lists(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may make audiences and change many stakeholders at once."""
    if not policies.can_manage_lists(actor):
        raise ForbiddenError(
            _(
                "Only administrators and editors may import, export, change many at once and make audiences."
            )
        )


def create_audience(
    *,
    actor: Actor,
    name: str,
    description: str = "",
    mode: str = Audience.Mode.LIVE,
    filters: StakeholderFilter | None = None,
) -> Audience:
    """A new audience. Raises InvalidError, or ConflictError when the name is taken."""
    require_lists(actor)
    _check(name, description, mode)
    with in_workspace(actor.workspace_id):
        audience = Audience(
            workspace_id=actor.workspace_id,
            created_by=actor.user_id,
            name=name.strip(),
            description=description.strip(),
            mode=mode,
            filters=_stored(mode, filters),
        )
        _save(audience)
        record(
            action="directory.created_audience",
            actor=actor,
            subject_type="audience",
            subject_id=audience.id,
            details={"name": audience.name, "mode": mode, "filters": audience.filters},
        )
    return audience


def update_audience(
    *,
    actor: Actor,
    audience_id: uuid.UUID,
    name: str,
    description: str,
    filters: StakeholderFilter | None = None,
) -> Audience:
    """The audience as it is now described. What it is made of, filter or list, stays."""
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        audience = selectors.get_audience(actor, audience_id)
        _check(name, description, audience.mode)
        audience.name = name.strip()
        audience.description = description.strip()
        audience.filters = _stored(audience.mode, filters)
        _save(audience)
        record(
            action="directory.updated_audience",
            actor=actor,
            subject_type="audience",
            subject_id=audience.id,
            details={"name": audience.name, "filters": audience.filters},
        )
    return audience


def archive_audience(*, actor: Actor, audience_id: uuid.UUID) -> None:
    """No new campaign can choose it; those that have it keep it."""
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        selectors.get_audience(actor, audience_id)
        if Audience.objects.filter(id=audience_id, archived_at=None).update(
            archived_at=timezone.now()
        ):
            record(
                action="directory.archived_audience",
                actor=actor,
                subject_type="audience",
                subject_id=audience_id,
            )


def add_to_audience(
    *, actor: Actor, audience_id: uuid.UUID, stakeholder_ids: Collection[uuid.UUID]
) -> int:
    """Put stakeholders on a hand-picked list; how many were not on it yet. Unknown ids are left out."""
    require_lists(actor)
    if len(stakeholder_ids) > MOST_PICKED_AT_ONCE:
        raise InvalidError(
            _("Add at most %(most)d at once.") % {"most": MOST_PICKED_AT_ONCE}, field="stakeholders"
        )
    with in_workspace(actor.workspace_id):
        audience = _picked(actor, audience_id)
        known = Stakeholder.objects.filter(
            workspace_id=actor.workspace_id, archived_at=None, id__in=list(stakeholder_ids)
        ).exclude(id__in=audience.members.values("stakeholder_id"))
        members = AudienceMember.objects.bulk_create(
            [
                AudienceMember(
                    workspace_id=actor.workspace_id,
                    audience=audience,
                    stakeholder_id=stakeholder_id,
                    added_by=actor.user_id,
                )
                for stakeholder_id in known.values_list("id", flat=True)
            ],
            ignore_conflicts=True,
        )
        if members:
            record(
                action="directory.added_to_audience",
                actor=actor,
                subject_type="audience",
                subject_id=audience.id,
                details={"stakeholders": [str(member.stakeholder_id) for member in members]},
            )
    return len(members)


def remove_from_audience(
    *, actor: Actor, audience_id: uuid.UUID, stakeholder_ids: Collection[uuid.UUID]
) -> int:
    """Take stakeholders off a hand-picked list; how many were on it."""
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        audience = _picked(actor, audience_id)
        removed, _rows = audience.members.filter(stakeholder_id__in=list(stakeholder_ids)).delete()
        if removed:
            record(
                action="directory.removed_from_audience",
                actor=actor,
                subject_type="audience",
                subject_id=audience.id,
                details={"count": removed},
            )
    return removed


def _picked(actor: Actor, audience_id: uuid.UUID) -> Audience:
    audience = selectors.get_audience(actor, audience_id)
    if not audience.is_picked:
        raise ConflictError(_("This audience follows its filter; nobody is added to it by hand."))
    return audience


def _check(name: str, description: str, mode: str) -> None:
    if not 1 <= len(name.strip()) <= 80:
        raise InvalidError(_("Give a name of at most 80 characters."), field="name")
    if len(description) > 300:
        raise InvalidError(_("Shorten the description to 300 characters."), field="description")
    if mode not in Audience.Mode.values:
        raise InvalidError(_("Choose a filter or a list picked by hand."), field="mode")


def _stored(mode: str, filters: StakeholderFilter | None) -> dict[str, list[str]]:
    if mode == Audience.Mode.PICKED:
        return {}
    return filter_from_json((filters or StakeholderFilter()).as_json()).as_json()


def _save(audience: Audience) -> None:
    try:
        with transaction.atomic():
            audience.save()
    except IntegrityError as error:
        raise ConflictError(
            _("Another audience has this name; choose a different one."), field="name"
        ) from error

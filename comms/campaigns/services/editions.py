"""Drafting editions: what, to whom, when, from whom."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts.selectors import get_actor_by_ids
from comms.campaigns import policies
from comms.campaigns.models import Edition, EditionAudience
from comms.campaigns.selectors.campaigns import get_campaign
from comms.campaigns.services.loading import lock_edition, require, require_state
from comms.campaigns.services.senders import (
    require_reply_address,
    require_sender_address,
    require_sender_name,
)
from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.directory.facts.zones import is_zone
from comms.directory.selectors import by_specificity, get_audience
from comms.ledger.services import record

MAX_AUDIENCES = 12
_CHANGEABLE = (
    Edition.State.DRAFT,
    Edition.State.IN_REVIEW,
    Edition.State.APPROVED,
    Edition.State.SCHEDULED,
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an edition goes out: at one instant (`at` None: as soon as it is scheduled), or at a local time.

    `time_zone` is IANA's name: the officer's for an instant, and that of recipients without one of their own.
    """

    kind: Edition.Schedule = Edition.Schedule.INSTANT
    at: datetime.datetime | None = None
    local_date: datetime.date | None = None
    local_time: datetime.time | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class EditionPlan:
    """Everything an officer decides about an edition."""

    title: str
    audience_ids: Collection[uuid.UUID]
    schedule: Schedule = Schedule()
    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""
    unknown_policy: str = Edition.UnknownPolicy.WAIT


def create_edition(*, actor: Actor, campaign_id: uuid.UUID, plan: EditionPlan) -> Edition:
    """A new draft. Raises ForbiddenError, NotFoundError, InvalidError."""
    require(policies.can_write(actor), _("Your roles do not include writing editions."))
    with in_workspace(actor.workspace_id):
        campaign = get_campaign(actor, campaign_id)
        edition = Edition(
            workspace_id=actor.workspace_id,
            campaign=campaign,
            author_id=actor.user_id,
            authors=[actor.user_id],
        )
        _apply(actor, edition, plan)
        edition.save(force_insert=True)
        _set_audiences(actor, edition, plan.audience_ids)
        record(
            action="campaigns.created_edition",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
            details={"title": edition.title, "campaign": campaign.id},
        )
    return edition


def update_edition(*, actor: Actor, edition_id: uuid.UUID, plan: EditionPlan) -> Edition:
    """Change the plan. An edition under review or approved becomes a draft again: its approval is void.

    Raises ForbiddenError, NotFoundError, InvalidError, ConflictError once it is sending.
    """
    require(policies.can_write(actor), _("Your roles do not include writing editions."))
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require_state(edition, *_CHANGEABLE)
        before = edition.state
        to_draft(edition)
        _apply(actor, edition, plan)
        if actor.user_id not in edition.authors:
            edition.authors = [*edition.authors, actor.user_id]
        edition.save()
        _set_audiences(actor, edition, plan.audience_ids)
        edition.refresh_from_db()
        record(
            action="campaigns.updated_edition",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
            details={"title": edition.title, "was": before},
        )
    return edition


def accept_fallback(*, actor: Actor, edition_id: uuid.UUID, accepted: bool = True) -> Edition:
    """Say that recipients without a text in a language of theirs get the template's fallback language.

    Part of what is approved. Raises ForbiddenError, NotFoundError, ConflictError once it is sending.
    """
    require(policies.can_write(actor), _("Your roles do not include writing editions."))
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require_state(edition, *_CHANGEABLE)
        to_draft(edition)
        edition.fallback_accepted_by_id = actor.user_id if accepted else None
        edition.fallback_accepted_at = timezone.now() if accepted else None
        edition.fallback_language = edition.campaign.template.fallback_language if accepted else ""
        edition.save()
        record(
            action="campaigns.accepted_fallback" if accepted else "campaigns.refused_fallback",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
            details={"language": edition.fallback_language},
        )
    return edition


def delete_edition(*, actor: Actor, edition_id: uuid.UUID) -> None:
    """Throw a draft away. Raises ForbiddenError, NotFoundError, ConflictError for anything but a draft."""
    require(policies.can_write(actor), _("Your roles do not include writing editions."))
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require_state(edition, Edition.State.DRAFT)
        record(
            action="campaigns.deleted_edition",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
            details={"title": edition.title},
        )
        edition.delete()


def to_draft(edition: Edition) -> None:
    """The first step of every change: back to the draft, frozen rows and approval gone (database rule)."""
    if edition.state == Edition.State.DRAFT:
        return
    edition.state = Edition.State.DRAFT
    edition.save(update_fields=["state"])
    edition.refresh_from_db()


def _apply(actor: Actor, edition: Edition, plan: EditionPlan) -> None:
    title = " ".join(plan.title.split())
    if not 1 <= len(title) <= 160:
        raise InvalidError(_("Give the edition a title of 1 to 160 characters."), field="title")
    edition.title = title
    _apply_schedule(edition, plan.schedule)
    edition.from_name = require_sender_name(plan.from_name) or _workspace_name(actor)
    edition.from_address = require_sender_address(plan.from_address)
    edition.reply_to = require_reply_address(plan.reply_to)
    if plan.unknown_policy not in Edition.UnknownPolicy.values:
        raise InvalidError(
            _("Choose what happens when it is unknown whether a message arrived."),
            field="unknown_policy",
        )
    edition.unknown_policy = plan.unknown_policy


def _apply_schedule(edition: Edition, schedule: Schedule) -> None:
    if not is_zone(schedule.time_zone):
        raise InvalidError(_("Choose a time zone such as Europe/Dublin."), field="time_zone")
    edition.time_zone = schedule.time_zone
    edition.schedule_kind = schedule.kind
    local = schedule.kind == Edition.Schedule.LOCAL
    if local and (schedule.local_date is None or schedule.local_time is None):
        raise InvalidError(_("Give the day and the local time."), field="local_time")
    if not local and schedule.at is not None and timezone.is_naive(schedule.at):
        raise InvalidError(_("Give the moment with its time zone."), field="send_at")
    edition.send_at = None if local else schedule.at
    edition.local_date = schedule.local_date if local else None
    edition.local_time = schedule.local_time if local else None


def _set_audiences(actor: Actor, edition: Edition, audience_ids: Collection[uuid.UUID]) -> None:
    wanted = list(dict.fromkeys(audience_ids))
    if len(wanted) > MAX_AUDIENCES:
        raise InvalidError(
            _("Choose at most %(most)d audiences.") % {"most": MAX_AUDIENCES}, field="audiences"
        )
    chosen = by_specificity([get_audience(actor, audience_id) for audience_id in wanted])
    before = dict(edition.audiences.values_list("audience_id", "rank"))
    after = {audience.id: rank for rank, audience in enumerate(chosen)}
    if before == after:
        return
    edition.audiences.all().delete()
    for audience_id, rank in after.items():
        EditionAudience.objects.create(
            workspace_id=actor.workspace_id, edition=edition, audience_id=audience_id, rank=rank
        )


def _workspace_name(actor: Actor) -> str:
    place = get_actor_by_ids(user_id=actor.user_id, workspace_id=actor.workspace_id)
    return require_sender_name(place.workspace.name)

"""Making and changing stakeholders."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError, InvalidError
from comms.core.tenancy import in_workspace
from comms.directory import policies, selectors
from comms.directory.facts.countries import is_country
from comms.directory.facts.languages import MOST_LANGUAGES, language_tag
from comms.directory.facts.words import words_of
from comms.directory.facts.zones import is_zone
from comms.directory.models import Kind, Stakeholder
from comms.ledger.services import record

NAME_LENGTH = 300
ROLE_LENGTH = 200
REGION_LENGTH = 80
NOTES_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class StakeholderDetails:
    """What a person says of a stakeholder. Languages are BCP 47 tags in order of preference."""

    kind: str
    name: str
    role: str = ""
    country: str = ""
    region: str = ""
    languages: tuple[str, ...] = ()
    time_zone: str = ""
    notes: str = ""


def require_edit(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may change stakeholders."""
    if not policies.can_edit_stakeholders(actor):
        raise ForbiddenError(
            _("Your roles in this workspace do not include changing the directory.")
        )


def check_details(details: StakeholderDetails) -> None:
    """Raise InvalidError, naming the field, for anything that can't be kept."""
    if not words_of(details.name):
        raise InvalidError(_("Give a name: people find the stakeholder by it."), field="name")
    for field, text, most in (
        ("name", details.name, NAME_LENGTH),
        ("role", details.role, ROLE_LENGTH),
        ("region", details.region, REGION_LENGTH),
        ("notes", details.notes, NOTES_LENGTH),
    ):
        if len(text) > most:
            raise InvalidError(
                _("This is %(length)d characters long; shorten it to %(most)d.")
                % {"length": len(text), "most": most},
                field=field,
            )
        if "\x00" in text:
            raise InvalidError(
                _("Remove the invisible character (NUL) from this text."), field=field
            )
    if details.kind not in Kind.values:
        raise InvalidError(_("Choose what kind of stakeholder this is."), field="kind")
    if details.country and not is_country(details.country):
        raise InvalidError(
            _("“%(code)s” is not a country code; choose a country from the list.")
            % {"code": details.country},
            field="country",
        )
    if len(details.languages) > MOST_LANGUAGES:
        raise InvalidError(
            _("Name at most %(most)d languages, the preferred one first.")
            % {"most": MOST_LANGUAGES},
            field="languages",
        )
    for tag in details.languages:
        if language_tag(tag) != tag:
            raise InvalidError(
                _("“%(tag)s” is not a language we know; write a name (French) or a tag (fr).")
                % {"tag": tag},
                field="languages",
            )
    if details.time_zone and not is_zone(details.time_zone):
        raise InvalidError(
            _("“%(zone)s” is not a time zone; write it as Europe/Dublin.")
            % {"zone": details.time_zone},
            field="time_zone",
        )


def apply_details(stakeholder: Stakeholder, details: StakeholderDetails) -> list[str]:
    """Write the details on the unsaved row; the names of the fields that changed."""
    changed = [
        field
        for field in ("kind", "name", "role", "country", "region", "time_zone", "notes")
        if getattr(stakeholder, field) != getattr(details, field)
    ]
    if list(stakeholder.languages) != list(details.languages):
        changed.append("languages")
    stakeholder.rename(details.name, details.kind)
    stakeholder.role = details.role
    stakeholder.country = details.country
    stakeholder.region = details.region
    stakeholder.languages = list(details.languages)
    stakeholder.time_zone = details.time_zone
    stakeholder.notes = details.notes
    stakeholder.updated_at = timezone.now()
    return changed


def create_stakeholder(*, actor: Actor, details: StakeholderDetails) -> Stakeholder:
    """A new stakeholder. Raises InvalidError naming the field."""
    require_edit(actor)
    check_details(details)
    with in_workspace(actor.workspace_id):
        stakeholder = Stakeholder(workspace_id=actor.workspace_id, created_by=actor.user_id)
        apply_details(stakeholder, details)
        stakeholder.save(force_insert=True)
        record(
            action="directory.created_stakeholder",
            actor=actor,
            subject_type="stakeholder",
            subject_id=stakeholder.id,
            details={"kind": details.kind},
        )
    return stakeholder


def update_stakeholder(
    *, actor: Actor, stakeholder_id: uuid.UUID, details: StakeholderDetails
) -> Stakeholder:
    """The stakeholder as it is now described. The trail names the changed fields, not their contents."""
    require_edit(actor)
    check_details(details)
    with in_workspace(actor.workspace_id):
        selectors.get_stakeholder(actor, stakeholder_id)
        stakeholder = Stakeholder.objects.select_for_update().get(id=stakeholder_id)
        changed = apply_details(stakeholder, details)
        if changed:
            stakeholder.save(force_update=True)
            record(
                action="directory.updated_stakeholder",
                actor=actor,
                subject_type="stakeholder",
                subject_id=stakeholder.id,
                details={"fields": changed},
            )
    return stakeholder


def archive_stakeholder(*, actor: Actor, stakeholder_id: uuid.UUID) -> None:
    """Take the stakeholder out of lists and audiences; nothing is deleted."""
    _set_archived(actor, stakeholder_id, archived=True)


def restore_stakeholder(*, actor: Actor, stakeholder_id: uuid.UUID) -> None:
    """Bring an archived stakeholder back."""
    _set_archived(actor, stakeholder_id, archived=False)


def _set_archived(actor: Actor, stakeholder_id: uuid.UUID, *, archived: bool) -> None:
    require_edit(actor)
    with in_workspace(actor.workspace_id):
        selectors.get_stakeholder(actor, stakeholder_id)
        now = timezone.now()
        changed = Stakeholder.objects.filter(
            id=stakeholder_id, archived_at__isnull=archived
        ).update(archived_at=now if archived else None, updated_at=now)
        if changed:
            record(
                action="directory.archived_stakeholder"
                if archived
                else "directory.restored_stakeholder",
                actor=actor,
                subject_type="stakeholder",
                subject_id=stakeholder_id,
            )

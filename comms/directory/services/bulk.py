"""One change to many stakeholders: counted first, then made in one transaction with one audit entry."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError
from comms.core.tenancy import in_workspace
from comms.directory.facts.countries import is_country
from comms.directory.facts.languages import MOST_LANGUAGES, language_tag
from comms.directory.facts.words import folded
from comms.directory.models import AudienceMember, Consent, Kind, Stakeholder
from comms.directory.selectors.audiences import get_audience
from comms.directory.selectors.filters import StakeholderFilter, matching
from comms.directory.services.audiences import require_lists
from comms.directory.services.consents import check_basis
from comms.directory.services.stakeholders import REGION_LENGTH
from comms.ledger.services import record

Field = Literal["kind", "region", "country", "languages", "basis", "audience", "archive"]
FIELDS: tuple[Field, ...] = (
    "kind",
    "region",
    "country",
    "languages",
    "basis",
    "audience",
    "archive",
)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """The stakeholders that were ticked, or all that fit a filter."""

    ids: tuple[uuid.UUID, ...] = ()
    question: StakeholderFilter | None = None


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What becomes of each: `field` says which of the others is used."""

    field: str
    value: str = ""
    languages: tuple[str, ...] = ()
    purpose: str = ""
    basis: str = ""
    source: str = ""
    given_at: date | None = None
    audience_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """How many are selected and how many of them the change would touch."""

    selected: int
    changing: int


def selected(selection: Selection) -> QuerySet[Stakeholder]:
    """The selected stakeholders that are still there. Inside `in_workspace`."""
    if selection.question is not None:
        return matching(selection.question)
    return matching(StakeholderFilter()).filter(id__in=selection.ids)


def preview_bulk_change(*, actor: Actor, selection: Selection, change: BulkChange) -> BulkPreview:
    """Count without changing. Raises InvalidError naming what is missing."""
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        _check(actor, change)
        rows = selected(selection)
        return BulkPreview(rows.count(), _touched(rows, change).count())


def apply_bulk_change(
    *, actor: Actor, selection: Selection, change: BulkChange, expected: int
) -> int:
    """Make the change to exactly `expected` stakeholders, the number that was shown; how many it was.

    Raises ConflictError when the directory has changed since, so that nobody changes more than they saw.
    """
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        _check(actor, change)
        ids = list(
            _touched(selected(selection), change)
            .order_by("id")
            .select_for_update(of=("self",))
            .values_list("id", flat=True)
        )
        if len(ids) != expected:
            raise ConflictError(
                _("The directory has changed: it would be %(now)d now, not %(before)d. Look again.")
                % {"now": len(ids), "before": expected}
            )
        if not ids:
            return 0
        _apply(actor, ids, change)
        record(
            action="directory.changed_many",
            actor=actor,
            details={"field": change.field, "count": len(ids), "value": _said(change)},
        )
    return len(ids)


def _audience_of(change: BulkChange) -> uuid.UUID:
    if change.audience_id is None:
        raise InvalidError(_("Choose a hand-picked audience."), field="audience")
    return change.audience_id


def _said(change: BulkChange) -> str:
    if change.field == "languages":
        return ", ".join(change.languages)
    if change.field == "basis":
        return f"{change.purpose}: {change.basis}"
    return str(change.audience_id) if change.field == "audience" else change.value


def _check(actor: Actor, change: BulkChange) -> None:
    value = change.value
    if change.field not in FIELDS:
        raise InvalidError(_("Choose what to change."), field="field")
    if change.field == "kind" and value not in Kind.values:
        raise InvalidError(_("Choose a kind."), field="kind")
    if change.field == "region" and not 1 <= len(value) <= REGION_LENGTH:
        raise InvalidError(
            _("Write a region of at most %(most)d characters.") % {"most": REGION_LENGTH},
            field="region",
        )
    if change.field == "country" and not is_country(value):
        raise InvalidError(_("Choose a country."), field="country")
    if change.field == "languages" and not (
        1 <= len(change.languages) <= MOST_LANGUAGES
        and all(language_tag(tag) == tag for tag in change.languages)
    ):
        raise InvalidError(
            _("Name one to %(most)d languages, the preferred one first.")
            % {"most": MOST_LANGUAGES},
            field="languages",
        )
    if change.field == "basis":
        check_basis(
            purpose=change.purpose,
            basis=change.basis,
            source=change.source,
            given_at=change.given_at,
        )
    if change.field == "audience" and not get_audience(actor, _audience_of(change)).is_picked:
        raise InvalidError(
            _("This audience follows its filter; nobody is added to it by hand."),
            field="audience",
        )


def _touched(rows: QuerySet[Stakeholder], change: BulkChange) -> QuerySet[Stakeholder]:
    """Those that are not yet as they should become."""
    if change.field in {"kind", "region", "country"}:
        return rows.exclude(**{change.field: change.value})
    if change.field == "languages":
        return rows.exclude(languages=list(change.languages))
    if change.field == "basis":
        # Who withdrew or objected is never covered by a change to many.
        return rows.filter(
            ~Exists(Consent.objects.filter(stakeholder=OuterRef("pk"), purpose=change.purpose))
        )
    if change.field == "audience":
        return rows.filter(
            ~Exists(
                AudienceMember.objects.filter(
                    stakeholder=OuterRef("pk"), audience_id=_audience_of(change)
                )
            )
        )
    return rows.filter(Q(archived_at=None))


def _apply(actor: Actor, ids: Collection[uuid.UUID], change: BulkChange) -> None:
    rows = Stakeholder.objects.filter(workspace_id=actor.workspace_id, id__in=ids)
    now = timezone.now()
    if change.field == "kind":
        _change_kind(rows, change.value)
    elif change.field in {"region", "country"}:
        rows.update(**{change.field: change.value, "updated_at": now})
    elif change.field == "languages":
        rows.update(languages=list(change.languages), updated_at=now)
    elif change.field == "archive":
        rows.update(archived_at=now, updated_at=now)
    elif change.field == "audience":
        AudienceMember.objects.bulk_create(
            (
                AudienceMember(
                    workspace_id=actor.workspace_id,
                    audience_id=_audience_of(change),
                    stakeholder_id=stakeholder_id,
                    added_by=actor.user_id,
                )
                for stakeholder_id in ids
            ),
            batch_size=_BATCH,
        )
    else:
        Consent.objects.bulk_create(
            (
                Consent(
                    workspace_id=actor.workspace_id,
                    stakeholder_id=stakeholder_id,
                    purpose=change.purpose,
                    basis=change.basis,
                    source=change.source.strip(),
                    given_at=change.given_at or timezone.localdate(),
                    recorded_by=actor.user_id,
                )
                for stakeholder_id in ids
            ),
            batch_size=_BATCH,
        )


def _change_kind(rows: QuerySet[Stakeholder], kind: str) -> None:
    """What sorting may see of a name depends on the kind, so the names are read."""
    now = timezone.now()
    batch: list[Stakeholder] = []
    for stakeholder in rows.only("id", "workspace_id", "name", "kind").iterator(chunk_size=_BATCH):
        name = folded(stakeholder.name)
        stakeholder.kind = kind
        stakeholder.sort_name = name[:1] if kind == Kind.PERSON else name[:300]
        stakeholder.updated_at = now
        batch.append(stakeholder)
    Stakeholder.objects.bulk_update(batch, ["kind", "sort_name", "updated_at"], batch_size=_BATCH)

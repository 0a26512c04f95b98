"""Who gets what of a frozen edition: counts by text, and why the others get nothing."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from comms.campaigns.models import Delivery, Edition, EditionVariant
from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.directory.selectors import BLOCKED_REASONS, get_audience


@dataclass(frozen=True)
class FrozenText:
    """One frozen text, its audience's name (empty: everyone else), and how many get it."""

    variant: EditionVariant
    audience: str
    count: int


@dataclass(frozen=True)
class Frozen:
    """Who gets what. `sendable` and the counts of `suppressed` add up to `total`."""

    texts: list[FrozenText]
    sendable: int
    total: int
    suppressed: list[tuple[str | Promise, int]]

    @property
    def blocked(self) -> int:
        """How many get nothing."""
        return self.total - self.sendable

    @property
    def has_one_column(self) -> bool:
        """No audience has a text of its own, so that the one for all is for everyone, not for the rest."""
        return not any(text.audience for text in self.texts)

    @property
    def languages(self) -> int:
        """How many languages it goes out in."""
        return len({text.variant.language for text in self.texts if text.count})


def frozen_of(actor: Actor, edition: Edition) -> Frozen:
    """The counts of a frozen edition. Inside `in_workspace`."""
    per_text: Counter[uuid.UUID | None] = Counter()
    suppressed: Counter[str] = Counter()
    rows = (
        Delivery.objects.filter(edition=edition)
        .values_list("variant_id", "state", "reason")
        .annotate(times=Count("id"))
        .order_by()
    )
    for variant_id, state, reason, times in rows:
        if state == Delivery.State.SUPPRESSED:
            suppressed[reason] += times
        else:
            per_text[variant_id] += times
    variants = list(edition.variants.order_by("audience_id", "language"))
    names = {
        audience_id: get_audience(actor, audience_id).name
        for audience_id in {variant.audience_id for variant in variants}
        if audience_id is not None
    }
    sendable = sum(per_text.values())
    return Frozen(
        texts=[
            FrozenText(
                variant,
                names[variant.audience_id] if variant.audience_id else "",
                per_text[variant.id],
            )
            for variant in variants
        ],
        sendable=sendable,
        total=sendable + sum(suppressed.values()),
        suppressed=[(reason_words(reason), count) for reason, count in suppressed.most_common()],
    )


def reason_words(reason: str) -> str | Promise:
    """Why a delivery is as it is, in words: the directory's reasons and the campaigns' own."""
    if reason in BLOCKED_REASONS:
        return BLOCKED_REASONS[reason]
    if reason in Delivery.Reason.values:
        return Delivery.Reason(reason).label
    return reason


def get_frozen_text(actor: Actor, edition: Edition, variant_id: uuid.UUID) -> EditionVariant:
    """One frozen text of the edition. Raises NotFoundError."""
    found = edition.variants.filter(workspace_id=actor.workspace_id, id=variant_id).first()
    if found is None:
        raise NotFoundError(_("This edition has no such text."))
    return found


def list_readers(
    edition: Edition, variant: EditionVariant, limit: int = 25
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Some who get this text: delivery and contact point."""
    rows = (
        Delivery.objects.filter(edition=edition, variant=variant)
        .exclude(contact_point_id=None)
        .order_by("id")
        .values_list("id", "contact_point_id")[:limit]
    )
    return [(delivery, point) for delivery, point in rows if point is not None]

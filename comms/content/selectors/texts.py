"""A variant as rendering takes it."""

from __future__ import annotations

from comms.content.models import Variant
from comms.content.rendering import FrozenVariant


def frozen_variant(variant: Variant, *, workspace_name: str) -> FrozenVariant:
    """What this variant is rendered from, at this moment."""
    return FrozenVariant(
        subject=variant.subject,
        body=variant.body,
        language=variant.language,
        direction=variant.direction,
        workspace_name=workspace_name,
    )

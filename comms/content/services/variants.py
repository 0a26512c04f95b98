"""The texts of a template: written, brought in line with their source, marked ready."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.content.models import KeyMessage, Template, Variant, VariantMessage
from comms.content.rendering import FrozenVariant, compile_variant
from comms.content.selectors.matrix import Cell, cell_of
from comms.content.services.rights import require_writer
from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError
from comms.directory.facts.languages import direction_of
from comms.ledger.services import record


@dataclass(frozen=True)
class VariantText:
    """What an author wrote. `seen_version` is the version they began from (0 for a new text), and
    `in_line_with` the version of the source text that they say it now agrees with, or None.
    """

    subject: str
    body: str
    ready: bool
    key_message_ids: Sequence[uuid.UUID] = ()
    seen_version: int = 0
    in_line_with: int | None = None


def save_variant(
    *,
    actor: Actor,
    template: Template,
    column_key: str,
    language: str,
    text: VariantText,
    workspace_name: str,
) -> Variant:
    """Write the text of one cell. A text that can't be rendered is refused, so it never reaches a send.

    Raises ForbiddenError, NotFoundError, TemplateError (with `field` and `line`), InvalidError, and
    ConflictError when somebody else saved this text since `seen_version`.
    """
    require_writer(actor)
    subject = " ".join(text.subject.split())
    body = text.body.replace("\r\n", "\n").replace("\r", "\n").strip()
    compile_variant(FrozenVariant(subject, body, language, direction_of(language), workspace_name))
    with transaction.atomic():
        # Locking the template orders the writers of all its cells, also of one that has no row yet.
        current = Template.objects.select_for_update().get(id=template.id)
        if current.archived_at is not None:
            raise ConflictError(_("This template was archived, so its texts can't change."))
        cell = cell_of(current, column_key, language)
        variant = cell.variant or Variant(
            workspace_id=actor.workspace_id,
            template=current,
            audience_id=cell.column.audience_id,
            language=language,
            version=0,
        )
        if variant.version != text.seen_version:
            raise ConflictError(
                _(
                    "Someone else saved this text while you were writing. Copy what you wrote, "
                    "reload the page and put the two together."
                )
            )
        if (variant.subject, variant.body) != (subject, body):
            variant.version += 1
            variant.subject, variant.body = subject, body
            if actor.user_id not in variant.authors:
                variant.authors = [*variant.authors, actor.user_id]
        variant.state = Variant.State.READY if text.ready else Variant.State.DRAFT
        variant.source_version = _source_version(cell, text.in_line_with)
        variant.updated_at = timezone.now()
        variant.updated_by = actor.user_id
        variant.save()
        _carry(variant, text.key_message_ids)
        _record(actor, variant)
    return variant


def _source_version(cell: Cell, in_line_with: int | None) -> int:
    if cell.source is None:
        return 0
    if in_line_with is not None:
        return min(in_line_with, cell.source.version)
    return cell.variant.source_version if cell.variant else 0


def _carry(variant: Variant, key_message_ids: Sequence[uuid.UUID]) -> None:
    wanted = set(key_message_ids)
    known = set(
        KeyMessage.objects.filter(workspace_id=variant.workspace_id, id__in=wanted).values_list(
            "id", flat=True
        )
    )
    if known != wanted:
        raise InvalidError(_("One of the key messages is no longer there."), field="key_messages")
    variant.carried.exclude(key_message_id__in=wanted).delete()
    VariantMessage.objects.bulk_create(
        [
            VariantMessage(
                workspace_id=variant.workspace_id, variant=variant, key_message_id=identifier
            )
            for identifier in wanted
        ],
        ignore_conflicts=True,
    )


def _record(actor: Actor, variant: Variant) -> None:
    words = f"{variant.subject}\n{variant.body}".encode()
    record(
        action="content.saved_variant",
        actor=actor,
        subject_type="variant",
        subject_id=variant.id,
        details={
            "template": str(variant.template_id),
            "audience": str(variant.audience_id) if variant.audience_id else None,
            "language": variant.language,
            "version": variant.version,
            "state": variant.state,
            "sha256": hashlib.sha256(words).hexdigest(),
        },
    )

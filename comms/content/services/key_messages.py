"""Key messages: made, changed, retired."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.content.models import KeyMessage
from comms.content.services.rights import require_writer
from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError
from comms.ledger.services import record

TEXT_CHARS = 500


def create_key_message(
    *,
    actor: Actor,
    text: str,
    valid_from: datetime.date,
    valid_until: datetime.date | None = None,
    required: bool = False,
) -> KeyMessage:
    """A new key message. Raises ForbiddenError, InvalidError."""
    require_writer(actor)
    _check(text, valid_from, valid_until)
    with transaction.atomic():
        message = KeyMessage.objects.create(
            workspace_id=actor.workspace_id,
            text=text.strip(),
            valid_from=valid_from,
            valid_until=valid_until,
            required=required,
            created_by=actor.user_id,
        )
        _record(actor, "content.created_key_message", message)
    return message


def update_key_message(
    *,
    actor: Actor,
    message: KeyMessage,
    text: str,
    valid_from: datetime.date,
    valid_until: datetime.date | None,
    required: bool,
) -> KeyMessage:
    """Change it; texts that carry it keep carrying it. Raises ForbiddenError, InvalidError, ConflictError."""
    require_writer(actor)
    _check(text, valid_from, valid_until)
    with transaction.atomic():
        message = _locked(message)
        message.text = text.strip()
        message.valid_from = valid_from
        message.valid_until = valid_until
        message.required = required
        message.save()
        _record(actor, "content.updated_key_message", message)
    return message


def retire_key_message(*, actor: Actor, message: KeyMessage) -> KeyMessage:
    """It holds no longer; texts that still carry it must be mended before they are sent."""
    require_writer(actor)
    with transaction.atomic():
        message = _locked(message)
        message.retired_at = timezone.now()
        message.save(update_fields=["retired_at"])
        _record(actor, "content.retired_key_message", message)
    return message


def _locked(message: KeyMessage) -> KeyMessage:
    current = KeyMessage.objects.select_for_update().get(id=message.id)
    if current.retired_at is not None:
        raise ConflictError(_("This key message was retired; write a new one."))
    return current


def _check(text: str, valid_from: datetime.date, valid_until: datetime.date | None) -> None:
    if not text.strip() or len(text.strip()) > TEXT_CHARS:
        raise InvalidError(
            _("Write the message in at most %(most)d characters.") % {"most": TEXT_CHARS},
            field="text",
        )
    if valid_until is not None and valid_until < valid_from:
        raise InvalidError(
            _("The last day can't be before the first: choose a later one, or leave it empty."),
            field="valid_until",
        )


def _record(actor: Actor, action: str, message: KeyMessage) -> None:
    record(
        action=action,
        actor=actor,
        subject_type="key_message",
        subject_id=message.id,
        details={
            "text": message.text,
            "required": message.required,
            "valid_from": message.valid_from.isoformat(),
            "valid_until": message.valid_until.isoformat() if message.valid_until else None,
        },
    )

"""Keeping what a member has begun to write, so that it follows them to their next browser."""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.threads import selectors
from comms.threads.errors import OvertakenError
from comms.threads.models import Draft
from comms.threads.services import events

BOX_LIMIT = 66 * 1024


def save_draft(
    *, actor: Actor, thread_id: uuid.UUID, number: int, fingerprint: bytes, box: bytes
) -> None:
    """Keep the member's draft in the thread; an empty box clears it.

    `number` must be one more than that of the draft there is (1 for the first), else another browser was
    faster: OvertakenError. The same write again changes nothing. Raises NotFoundError, InvalidError.
    """
    if len(fingerprint) != 32 or len(box) > BOX_LIMIT or number < 1:
        raise InvalidError(_("The draft is not what this address reads."))
    with in_workspace(actor.workspace_id):
        thread = selectors.get_thread(actor, thread_id).thread
        draft = (
            Draft.objects.select_for_update().filter(thread=thread, member_id=actor.user_id).first()
        )
        if draft is None:
            if number != 1:
                raise _overtaken()
            _draft, created = Draft.objects.get_or_create(
                thread=thread,
                member_id=actor.user_id,
                defaults={
                    "workspace_id": actor.workspace_id,
                    "number": 1,
                    "fingerprint": fingerprint,
                    "box": box,
                },
            )
            if not created:
                raise _overtaken()
        elif number == draft.number and bytes(draft.box) == box:
            return
        elif number != draft.number + 1:
            raise _overtaken()
        else:
            draft.number, draft.fingerprint, draft.box = number, fingerprint, box
            draft.written_at = timezone.now()
            draft.save(update_fields=["number", "fingerprint", "box", "written_at"])
        events.tell_draft(thread, actor.user_id, number)


def _overtaken() -> OvertakenError:
    return OvertakenError(_("You have written on in another browser. Load that draft first."))

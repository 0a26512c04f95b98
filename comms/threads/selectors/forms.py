"""Keys of forms: for the readers, and, without names, for whoever answers and must check them.

What takes no actor is for the app of forms, which has decided that the form may be seen. Inside `in_workspace`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.threads.models import Epoch, FormKey, Member, Thread
from comms.threads.selectors.threads import get_form_thread

KEYS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ReadersOfForm:
    """Who reads what is sealed to a form, and whether its key must be made anew before anybody else may."""

    member_ids: list[uuid.UUID]
    owner_ids: list[uuid.UUID]
    key_due: bool
    epoch_number: int


def list_form_keys(actor: Actor, thread_id: uuid.UUID, *, after: int = 0) -> list[bytes]:
    """Up to 200 form keys of epochs with numbers above `after`, for a reader. Raises NotFoundError."""
    thread = get_form_thread(actor, thread_id).thread
    rows = FormKey.objects.filter(thread=thread, number__gt=after).order_by("number")
    return [bytes(raw) for raw in rows.values_list("content", flat=True)[:KEYS_AT_ONCE]]


def get_newest_form_key(thread_id: uuid.UUID) -> bytes | None:
    """The form key that answers are sealed to now, verbatim."""
    row = FormKey.objects.filter(thread_id=thread_id).order_by("-number").first()
    return bytes(row.content) if row is not None else None


def find_form_key(thread_id: uuid.UUID, epoch_hash: bytes) -> bytes | None:
    """The form key of the epoch with this hash, verbatim."""
    row = FormKey.objects.filter(thread_id=thread_id, epoch_hash=epoch_hash).first()
    return bytes(row.content) if row is not None else None


def get_newest_epoch(thread_id: uuid.UUID) -> tuple[int, bytes] | None:
    """Number and hash of a thread's newest epoch, which what is sealed must name."""
    row = Thread.objects.filter(id=thread_id).values_list("epoch_number", "epoch_hash").first()
    return (row[0], bytes(row[1])) if row is not None else None


def list_records(thread_id: uuid.UUID) -> list[bytes]:
    """All epoch records of a form's thread, oldest first, verbatim."""
    rows = Epoch.objects.filter(thread_id=thread_id, thread__purpose=Thread.Purpose.FORM).order_by(
        "number"
    )
    return [bytes(raw) for raw in rows.values_list("record", flat=True)]


def list_form_chains(thread_id: uuid.UUID) -> list[tuple[uuid.UUID, list[bytes]]]:
    """Identity entries of everybody who is or was a reader: ids and public keys, no names."""
    ids = Member.objects.filter(thread_id=thread_id).values_list("member_id", flat=True)
    return [(one.user_id, one.entries) for one in accounts.list_chains(list(ids))]


def list_readers(thread_id: uuid.UUID) -> ReadersOfForm:
    """Who holds the form's newest key, and may still come for what was sealed to it."""
    thread = Thread.objects.filter(id=thread_id).values_list("key_due", "epoch_number").first()
    seats = Member.objects.filter(thread_id=thread_id, removed_at=None).order_by("id")
    rows = list(seats.values_list("member_id", "role"))
    due, number = thread if thread is not None else (False, 0)
    return ReadersOfForm(
        [member for member, _role in rows],
        [member for member, role in rows if role == Member.Role.OWNER],
        due,
        number,
    )


def reads_form(thread_id: uuid.UUID, user_id: uuid.UUID) -> bool:
    """Whether the person is one of the form's readers now."""
    return Member.objects.filter(thread_id=thread_id, member_id=user_id, removed_at=None).exists()

"""Form keys: checked with the epoch that they belong to, and kept beside it."""

from __future__ import annotations

from comms.threads.models import FormKey, Thread
from comms.wire import form_keys as wire
from comms.wire.epochs import EpochUpload
from comms.wire.keys import PublicKeys


def check_form_key(raw: bytes, parsed: EpochUpload, author: PublicKeys) -> wire.FormKey:
    """The form key of this very epoch, signed by its author. Raises WireError."""
    key = wire.read_form_key(raw)
    wire.verify_form_key(key, parsed.record, author)
    return key


def save_form_key(thread: Thread, key: wire.FormKey) -> None:
    """Beside its epoch, in the same transaction."""
    FormKey.objects.create(
        workspace_id=thread.workspace_id,
        thread=thread,
        number=key.epoch.number,
        epoch_hash=key.epoch.hash,
        content=key.raw,
    )

"""Posting over a connection that comes and goes."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from comms.client.errors import ClientError, ServerError, UnreachableError
from comms.client.remote import Remote

WAITS: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds between tries to send the same bytes again, after the connection was lost."""
_LOOKED: Final = frozenset({"stale_epoch", "replayed"})
"""Refusals that the server gives only after looking whether it has the message already."""


def post_patiently(remote: Remote, thread: UUID, raw: bytes) -> int:
    """Posts an envelope; its number. The same bytes again after a lost connection: the server takes them once.

    Raises UnreachableError when it isn't known in the end whether they arrived, and ServerError, SignedOutError for a
    refusal that leaves no doubt.
    """
    lost: ClientError | None = None
    for wait in (*WAITS, None):
        try:
            return remote.post(thread, raw)
        except UnreachableError as error:
            lost = error
        except ClientError as error:
            is_broken = isinstance(error, ServerError) and error.status >= 500
            if error.code in _LOOKED or (lost is None and not is_broken):
                raise
            # A server in between may have said so, or an earlier try may have arrived.
            lost = error
            if not is_broken:
                break
        if wait is not None:
            time.sleep(wait)
    raise UnreachableError(lost.sentence if lost else "", code="not_known") from lost

"""Posting over a connection that comes and goes."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from comms.client.errors import UnreachableError
from comms.client.remote import Remote

WAITS: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds between tries to send the same bytes again, after the connection was lost."""


def post_patiently(remote: Remote, thread: UUID, raw: bytes) -> int:
    """Posts an envelope; its number. The same bytes again after a lost connection: the server takes them once.

    Raises UnreachableError when it isn't known in the end whether they arrived, and ServerError.
    """
    for wait in (*WAITS, None):
        try:
            return remote.post(thread, raw)
        except UnreachableError as error:
            if wait is None:
                sentence = (
                    f"{error.sentence} It is not known whether the message arrived: read the "
                    "conversation before you send it again."
                )
                raise UnreachableError(sentence, code="not_known") from error
            time.sleep(wait)
    raise AssertionError

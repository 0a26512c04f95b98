"""Refusals that a browser mends by itself, told apart by their code."""

from __future__ import annotations

from comms.core.errors import ConflictError


class StaleEpochError(ConflictError):
    """The thread has a newer key. The browser fetches it and seals again, under the same counter."""

    code = "stale_epoch"


class ReplayedError(ConflictError):
    """This client has used this counter for other bytes."""

    code = "replayed"


class OvertakenError(ConflictError):
    """Somebody else published an epoch or wrote a message first; look again and try again."""

    code = "overtaken"

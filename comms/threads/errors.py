"""Refusals that a browser mends by itself, told apart by their code."""

from __future__ import annotations

from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError


class StaleEpochError(ConflictError):
    """The thread has a newer key. The browser fetches it and seals again, under the same counter."""

    code = "stale_epoch"


class ReplayedError(ConflictError):
    """This client has used this counter for other bytes."""

    code = "replayed"


class OvertakenError(ConflictError):
    """Somebody else published an epoch or wrote a message first; look again and try again."""

    code = "overtaken"


class GuestEndedError(NotFoundError):
    """The link was withdrawn, its time is up, or it was closed after too many wrong tries."""

    code = "guest_ended"


class GuestOpenedError(ForbiddenError):
    """Another browser has opened the link: its secret opens nothing any more."""

    code = "guest_opened"


class WrongCodeError(InvalidError):
    """The link's secret, or the code that goes with it, is another one."""

    code = "wrong_code"


class GuestSignedOutError(ForbiddenError):
    """The guest's pass is missing or old: their browser signs a new challenge."""

    status = 401
    code = "guest_signed_out"

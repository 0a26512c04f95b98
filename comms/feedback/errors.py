"""Refusals that a page mends by itself, told apart by their code."""

from __future__ import annotations

from comms.core.errors import CommsError, ConflictError, ForbiddenError, InvalidError


class OvertakenError(ConflictError):
    """Somebody else saved, published or wrote first; look again and try again."""

    code = "overtaken"


class StaleKeyError(ConflictError):
    """The readers changed: seal anew to the newest form key."""

    code = "stale-key"


class ClosedError(ConflictError):
    """The form takes no answers any more."""

    code = "closed"


class FullError(ConflictError):
    """The form has as many answers as it was to take."""

    code = "full"


class QuotaError(ConflictError):
    """A quota that these answers fall under is full; `field` is its number."""

    code = "quota"


class LookupTakenError(ConflictError):
    """Another submission has this return code."""

    code = "lookup-taken"


class TakenError(ConflictError):
    """Somebody claimed the case first, or there is such a code or name already."""

    code = "taken"


class ProofError(InvalidError):
    """The proof of work is wrong, too old or was used."""

    code = "proof"


class AnswersError(InvalidError):
    """An open answer doesn't fit the version; `field` is the question."""

    code = "answers"


class FileMissingError(InvalidError):
    """A file isn't wholly here; `field` is the blob."""

    code = "file-missing"


class UnreadableError(InvalidError):
    """The definition can't be read."""

    code = "unreadable"


class LeakError(InvalidError):
    """A sealed answer would show in an open one; `field` is the open question."""

    code = "leak"


class WrongCodeError(ForbiddenError):
    """There is nothing under this return code, or it was not proved."""

    code = "wrong-code"


class GoneError(CommsError):
    """The person erased what they had sent."""

    status = 410
    code = "gone"


class SignedOutError(ForbiddenError):
    """The pass of somebody who came back is missing or old: the page signs a new challenge."""

    status = 401
    code = "signed-out"

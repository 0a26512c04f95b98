"""The errors of the product. Each carries a sentence for the person and, where it helps, the field."""

from __future__ import annotations


class CommsError(Exception):
    """Base of all errors that a person may be told about. `message` is a whole sentence."""

    status = 400
    code = "error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFoundError(CommsError):
    """It does not exist, or the actor may not know that it does."""

    status = 404
    code = "not_found"


class SecondStepNeededError(NotFoundError):
    """The workspace demands a second step of people with these roles, and the actor has none.

    A kind of "not found", so that whoever knows nothing of second steps (a socket, a token) stays shut.
    """

    status = 403
    code = "second_step_needed"


class ForbiddenError(CommsError):
    """The actor may see it but not do this to it."""

    status = 403
    code = "forbidden"


class InvalidError(CommsError):
    """What was given can't be accepted; `field` says where."""

    status = 422
    code = "invalid"


class ConflictError(CommsError):
    """Somebody else got there first, or the state has moved on."""

    status = 409
    code = "conflict"


class RateLimitedError(CommsError):
    """Too many tries; `retry_after` in seconds."""

    status = 429
    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(CommsError):
    """A service that this needs doesn't answer; trying again later may help."""

    status = 503
    code = "unavailable"

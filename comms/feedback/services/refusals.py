"""Sentences for what strangers and browsers send and the server does not accept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.feedback.errors import ClosedError, FullError, OvertakenError, StaleKeyError
from comms.feedback.selectors import CLOSED, FULL, Standing
from comms.wire.errors import WireError


def refused(error: WireError) -> InvalidError:
    """What a person is told; the code in brackets is for whoever helps them."""
    sentence = _(
        "The server can't accept what your browser sent ({code}). Reload the page and try again."
    )
    return InvalidError(sentence.format(code=error.code))


def stale_key() -> StaleKeyError:
    """The page seals anew by itself; this is read only where it can't."""
    return StaleKeyError(_("The people who read this have changed. Send it again."))


def overtaken() -> OvertakenError:
    """Somebody else was faster."""
    return OvertakenError(_("Something was written here meanwhile. Read it, then send again."))


def check_state(standing: Standing) -> None:
    """Raise ClosedError or FullError unless the form takes answers."""
    if standing.state == CLOSED:
        raise ClosedError(_("This form is closed and takes no answers any more."))
    if standing.state == FULL:
        raise full()


def full() -> FullError:
    """It has all that it was to take."""
    return FullError(_("This form has as many answers as it was to take. Thank you."))

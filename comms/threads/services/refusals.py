"""Sentences for bytes that the server does not accept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comms.core.errors import CommsError, InvalidError
from comms.threads.errors import OvertakenError
from comms.wire.errors import WireError


def refused(error: WireError) -> CommsError:
    """What a person is told; the code in brackets is for whoever helps them."""
    sentence = _(
        "The server can't accept what your browser sent ({code}). Reload the page and try again."
    )
    return InvalidError(sentence.format(code=error.code))


def overtaken() -> OvertakenError:
    """Somebody else was faster."""
    return OvertakenError(_("The conversation has moved on meanwhile. Try again."))

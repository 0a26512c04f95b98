"""The key that signs the public log's checkpoints: an Ed25519 seed from the deployment's secrets.

It is no data key: browsers and witnesses remember it, so it never changes while the log lives.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from comms.wire import notes
from comms.wire.errors import WireError


@dataclass(frozen=True, slots=True)
class LogKey:
    """The seed and its public half, whose name is the log's origin."""

    seed: bytes = field(repr=False)
    verifier: notes.Verifier


def get_log_key() -> LogKey:
    """The deployment's log key. Raises ImproperlyConfigured with a sentence when it isn't one."""
    try:
        seed = base64.b64decode(settings.LOG_KEY, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured("LOG_KEY must be base64 of 32 random bytes.") from error
    if len(seed) != 32:
        raise ImproperlyConfigured("LOG_KEY must be base64 of exactly 32 random bytes.")
    try:
        return LogKey(seed, notes.log_verifier(settings.LOG_ORIGIN, seed))
    except WireError as error:
        raise ImproperlyConfigured(
            "LOG_ORIGIN must be 1 to 200 printable ASCII characters without space and plus."
        ) from error

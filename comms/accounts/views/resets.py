"""Signing in again after a forgotten passphrase: for the page that a mail opens, and for a program of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import finalize_password_reset
from allauth.account.utils import url_str_to_user_pk
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from comms.accounts import services
from comms.accounts.models import User
from comms.accounts.views.answers import argon2, limit_rate, text
from comms.core.errors import NotFoundError
from comms.wire.cbor import Value

FINISH_LIMIT = 1024
"""Bytes of the body whose three items `finish_reset` takes."""


def finish_reset(request: HttpRequest, items: Sequence[Value]) -> None:
    """Takes [mailed key, sign-in secret, argon2]; every session of the person ends, and the vault stays as it was.

    Raises NotFoundError for a key that is used or old, InvalidError, RateLimitedError.
    """
    key, secret, parameters = items
    limit_rate(request, "reset_password_from_key")
    person = _owner_of(text(key, 200))
    services.reset_sign_in(person=person, secret=text(secret, 64), argon2=argon2(parameters))
    services.end_other_sessions(person=person, keep=None)
    finalize_password_reset(request, person)


def _owner_of(key: str) -> User:
    uid, _dash, token = key.partition("-")
    try:
        person = User.objects.filter(pk=url_str_to_user_pk(uid), is_active=True).first()
    except (ValueError, ValidationError):
        person = None
    if person is None or not default_token_generator.check_token(person, token):
        raise NotFoundError(
            _("This link has been used or has expired. Ask for a new one on the sign-in page.")
        )
    return person

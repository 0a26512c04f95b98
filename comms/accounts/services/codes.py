"""Codes of authenticator apps: each opens once (RFC 6238, section 5.2).

allauth remembers a used code in the cache for one period of 30 seconds, while it accepts codes of three. What
was used stands in the authenticator's own row instead (decision 0065).
"""

from __future__ import annotations

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt
from django.db import transaction

from comms.accounts.models import User

_USED = "last_step"


def use_app_code(*, authenticator: Authenticator, code: str) -> bool:
    """True once for a code of this moment; from then on it and every earlier one are refused.

    Two requests at the same time wait for each other at the row, so that one of them wins.
    """
    step = _step_of(decrypt(authenticator.data["secret"]), code)
    if step is None:
        return False
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
        if kept is None or step <= kept.data.get(_USED, -1):
            return False
        kept.data[_USED] = step
        kept.save(update_fields=["data"])
    authenticator.data = kept.data
    return True


def spend_code_of_adding(*, person: User, code: str) -> None:
    """The code that proved a new app isn't good for signing in as well."""
    added = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    if added is not None:
        use_app_code(authenticator=added, code=code)


def _step_of(secret: str, code: str) -> int | None:
    """The latest of the accepted periods whose code this is; None when it is none's."""
    found = None
    for step in auth.yield_hotp_counters_from_time():
        expected = auth.format_hotp_value(auth.hotp_value(secret, step))
        if compare_user_code(actual=code, expected=expected):
            found = step
    return found


def replace_allauths_rule() -> None:
    """Make every way in that asks allauth about a code ask `use_app_code`. Once, when the app is ready."""
    # Its forms and the API's all call this one method; it has no setting for it.
    auth.TOTP.validate_code = _validate_code


def _validate_code(self: auth.TOTP, code: str) -> bool:
    return use_app_code(authenticator=self.instance, code=code)

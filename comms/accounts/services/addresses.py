"""A person's e-mail address: changed by a link to the new one, with the passphrase asked for before.

Nothing of the keys hangs on the address: the sign-in salt is kept with the account and the vault is bound
to the account's id, so passphrase, passkeys and recovery code work after the change as before.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from comms.accounts.models import User
from comms.accounts.services.people import require_address
from comms.accounts.services.trail import record_for_person
from comms.core.errors import ConflictError, InvalidError, NotFoundError

LIFETIME = 4 * 3600
"""Seconds that a link can be used."""

_SALT = "comms/accounts/email-change"
_LONGEST = 1000


def request_email_change(*, person: User, secret: str, email: str) -> tuple[str, str | None]:
    """The new address in lower case, and the token of a link to it; None when another account has it.

    The caller mails the link, and says the same in both cases, so that nobody learns who has an account.
    The link ends with the first change of the address or of the passphrase. Raises InvalidError when
    `secret` is not the person's sign-in secret, or the address is none or is theirs already.
    """
    address = require_address(email)
    if not person.check_password(secret):
        raise InvalidError(_("That is not your present passphrase."), field="password")
    if address == person.email:
        raise InvalidError(_("That is your address already."), field="email")
    if User.objects.filter(email=address).exists():
        return address, None
    parts = [str(person.pk), person.email, address, _state_of(person)]
    return address, signing.dumps(parts, salt=_SALT)


def confirm_email_change(*, person: User, token: str) -> tuple[str, str]:
    """Give the person the address that the link was sent to; the address before and the new one.

    Raises NotFoundError for a link that is not this person's, used, overtaken or older than four hours,
    ConflictError when another account got the address meanwhile.
    """
    try:
        if len(token) > _LONGEST:
            raise signing.BadSignature
        owner, before, after, state = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError):
        raise _unusable() from None
    with transaction.atomic():
        locked = User.objects.select_for_update().filter(pk=person.pk, is_active=True).first()
        if locked is None or owner != str(locked.pk) or before != locked.email:
            raise _unusable()
        if not constant_time_compare(state, _state_of(locked)):
            raise _unusable()
        locked.email = after
        try:
            with transaction.atomic():
                locked.save(update_fields=["email"])
        except IntegrityError:
            raise ConflictError(
                _("Another account has got this address meanwhile. Choose another one.")
            ) from None
        EmailAddress.objects.filter(user=locked).delete()
        EmailAddress.objects.create(user=locked, email=after, verified=True, primary=True)
        record_for_person(locked, "accounts.changed_email", {"before": before, "after": after})
    return before, after


def _state_of(person: User) -> str:
    """Changes with the passphrase, so that whoever locks a thief out ends the thief's links too."""
    return salted_hmac(_SALT, f"{person.pk}:{person.password}", algorithm="sha256").hexdigest()


def _unusable() -> NotFoundError:
    return NotFoundError(
        _(
            "This link can not be used: it has been used before, is older than four hours, or belongs to "
            "another account than the one you are signed in with. Ask for a new one under Security."
        )
    )

"""Where allauth asks the product: who may sign up, how mail goes out, how second-step secrets are kept."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comms.accounts.models import User
from comms.core.errors import UnavailableError
from comms.core.keyring import key_encryption_keys
from comms.core.mail import require_allowed_host

log = structlog.get_logger(__name__)

_SECOND_STEP = b"accounts.second_step"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Words of our own, no open sign-up, and mail only where the operator allows it."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The address and the passphrase do not belong together. Check both and try again."
        ),
        "incorrect_password": _("That is not your passphrase."),
        "too_many_login_attempts": _(
            "Too many wrong tries, for this e-mail address or from your network. "
            "Wait five minutes and try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come only from the set-up link and from invitations."""
        return False

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether the sign-in secret is the person's, counted against the same limit as signing in."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The page that a reset mail opens; the key is in the fragment, which no server and no log sees."""
        return f"{settings.PUBLIC_URL}{reverse('accounts:reset')}#{key}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send now. Raises UnavailableError when the mail server can't be used."""
        require_allowed_host(settings.EMAIL_HOST)
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            log.warning("mail.not_sent", kind=template_prefix, error=type(error).__name__)
            raise UnavailableError(
                gettext(
                    "The mail could not be sent: the mail server does not answer. Try again later."
                )
            ) from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """A notice of a change that is already made: a mail server that is down must not undo it."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except UnavailableError as error:
            log.warning("mail.notice_not_sent", error=type(error).__name__)


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of authenticator apps and backup codes are encrypted in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That code or passkey was not accepted. Try again."),
    }

    def encrypt(self, text: str) -> str:
        """`text` under the key-encryption key, which the value names: it belongs to no workspace."""
        keys = key_encryption_keys()
        return f"{keys.current_id}:{keys.wrap(text.encode(), _SECOND_STEP).hex()}"

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` was given. Raises MissingKeyError or SealedValueError."""
        key_id, _colon, wrapped = encrypted_text.partition(":")
        return key_encryption_keys().unwrap(key_id, bytes.fromhex(wrapped), _SECOND_STEP).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name that a passkey's dialog shows."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Entente"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What a passkey is called unless the person says otherwise."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

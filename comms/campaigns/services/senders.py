"""Whose name and address an edition carries."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError

_NAME_CHARS = 120


def default_address() -> str:
    """The deployment's own sender address."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def sender_domains() -> frozenset[str]:
    """The domains that this deployment may send as: its own, and those that the operator listed."""
    own = default_address().rpartition("@")[2].lower()
    return frozenset({own, *(domain.lower() for domain in settings.SENDER_DOMAINS)})


def require_sender_name(text: str) -> str:
    """One line, at most 120 characters, nothing that could forge a header."""
    name = " ".join(text.split())
    if len(name) > _NAME_CHARS or not name.isprintable():
        raise InvalidError(
            _("Give the sender a name of at most 120 ordinary characters."), field="from_name"
        )
    return name


def require_sender_address(text: str) -> str:
    """An address at one of the sender's domains; the deployment's own when empty."""
    given = text.strip()
    if not given or given.lower() == default_address().lower():
        return default_address()
    address = _mailbox(given, field="from_address")
    domain = address.rpartition("@")[2].lower()
    if domain not in sender_domains():
        raise InvalidError(
            _("Mail can't be sent as %(domain)s from here. Choose an address at one of: %(known)s.")
            % {"domain": domain, "known": ", ".join(sorted(sender_domains()))},
            field="from_address",
        )
    return address


def require_reply_address(text: str) -> str:
    """Any address, or none."""
    given = text.strip()
    return _mailbox(given, field="reply_to") if given else ""


def _mailbox(text: str, *, field: str) -> str:
    # Loaded by whoever names a sender, not at every start.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidError(_("This is not an e-mail address."), field=field) from error
    if not found.normalized.isascii():
        raise InvalidError(
            _(
                "A sender's address can only have letters from a to z, so that every server takes it."
            ),
            field=field,
        )
    return found.normalized

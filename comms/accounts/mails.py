"""Mails about accounts that are not allauth's."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from comms.accounts.models import Invitation
from comms.core.errors import UnavailableError
from comms.core.mail import require_allowed_host

log = structlog.get_logger(__name__)


def send_invitation(invitation: Invitation, link: str, *, sender: str) -> None:
    """Mail the link to the invited address. Raises UnavailableError when it can't be sent.

    Called outside a transaction, in the request that made the link: the link is a secret, and secrets
    do not go through the queue.
    """
    days = invitation.workspace.invitation_days
    context = {"invitation": invitation, "link": link, "sender": sender, "days": days}
    _send("invitation", invitation.email, context)


def send_email_change(*, before: str, after: str, link: str | None) -> None:
    """Tell the present address what was asked for, then mail the link to the new one if there is one.

    In this order, so that no link goes out that the owner does not hear of. Raises UnavailableError.
    """
    _send("email_asked", before, {"after": after})
    if link is not None:
        _send("email_link", after, {"link": link})


def send_email_changed(*, before: str, after: str) -> None:
    """Tell the address before that it is none any more. The change is made: a failure is only noted."""
    try:
        _send("email_changed", before, {"after": after})
    except UnavailableError:
        log.warning("mail.notice_not_sent", kind="email_changed")


def _send(kind: str, address: str, context: dict[str, Any]) -> None:
    subject = render_to_string(f"email/{kind}_subject.txt", context)
    message = EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string(f"email/{kind}.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
    )
    require_allowed_host(settings.EMAIL_HOST)
    try:
        message.send()
    except OSError as error:
        log.warning("mail.not_sent", kind=kind, error=type(error).__name__)
        raise UnavailableError(
            _("The mail could not be sent: the mail server does not answer.")
        ) from error


def require_mail_server() -> None:
    """Raise UnavailableError when no mail can leave now.

    Asked before it is known whether there is anybody to write to: an answer that depends on that would tell
    strangers who has an account.
    """
    require_allowed_host(settings.EMAIL_HOST)
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        log.warning("mail.server_down", error=type(error).__name__)
        raise UnavailableError(
            _("The mail could not be sent: the mail server does not answer. Try again later.")
        ) from error
    finally:
        connection.close()

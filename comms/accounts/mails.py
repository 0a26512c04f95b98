"""Mails about accounts that are not allauth's."""

from __future__ import annotations

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
    context = {"invitation": invitation, "link": link, "sender": sender}
    subject = render_to_string("email/invitation_subject.txt", context)
    message = EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("email/invitation.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[invitation.email],
    )
    require_allowed_host(settings.EMAIL_HOST)
    try:
        message.send()
    except OSError as error:
        log.warning("mail.not_sent", kind="invitation", error=type(error).__name__)
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

"""The only mail about cases: an answer is due. No title, no name, no workspace, no number."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from comms.core.errors import UnavailableError
from comms.core.mail import require_allowed_host

log = structlog.get_logger(__name__)


def send_due(address: str, language: str) -> None:
    """Say that an answer is due soon, in the person's language. Raises UnavailableError when it can't be sent.

    The link leads to the front page, which asks to sign in: one of a case would name its workspace.
    """
    require_allowed_host(settings.EMAIL_HOST)
    with translation.override(language):
        message = EmailMessage(
            subject=_("An answer is due in Entente"),
            body=render_to_string("email/due.txt", {"link": f"{settings.PUBLIC_URL}/"}),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[address],
            # Nobody's "out of office" answers this.
            headers={"Auto-Submitted": "auto-generated"},
        )
    try:
        message.send()
    except OSError as error:
        log.warning("mail.not_sent", kind="due", error=type(error).__name__)
        raise UnavailableError(
            _("The mail could not be sent: the mail server does not answer.")
        ) from error

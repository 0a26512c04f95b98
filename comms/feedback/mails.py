"""The only mail about cases: an answer is due. No title, no name, no workspace, no number."""

from __future__ import annotations

import smtplib

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from comms.core.errors import UnavailableError
from comms.core.mail import require_allowed_host

log = structlog.get_logger(__name__)


class NotTakenError(UnavailableError):
    """The mail server answers, and does not take this mail. `is_final`: it won't take it later either."""

    code = "mail_not_taken"

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


def send_due(address: str, language: str) -> None:
    """Say that an answer is due soon, in the person's language.

    Raises NotTakenError when the server refuses this mail, and UnavailableError when it would take none at all.

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
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        code = _code_of(error)
        log.warning("mail.refused", kind="due", status_code=code)
        raise NotTakenError(
            _("The mail server does not take mail for this address."), is_final=code >= 500
        ) from error
    except OSError as error:
        log.warning("mail.not_sent", kind="due", error=type(error).__name__)
        raise UnavailableError(
            _("The mail could not be sent: the mail server does not answer.")
        ) from error


def _code_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    """The reply code: 4yz asks to come again, 5yz is final (RFC 5321, section 4.2.1)."""
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code
    return max((code for code, _text in error.recipients.values()), default=0)

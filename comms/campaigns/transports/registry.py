"""Which transport serves a channel."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from comms.campaigns.transports.base import Transport
from comms.campaigns.transports.email import EmailTransport
from comms.campaigns.transports.smtp import Server


def _email() -> Transport:
    return EmailTransport(
        Server(
            host=settings.EMAIL_HOST,
            port=settings.EMAIL_PORT,
            starttls=settings.EMAIL_USE_TLS,
            implicit_tls=settings.EMAIL_USE_SSL,
            user=settings.EMAIL_HOST_USER,
            secret=settings.EMAIL_HOST_PASSWORD,
            connect_seconds=float(settings.EMAIL_TIMEOUT or 15),
        ),
        connections=settings.SMTP_CONNECTIONS,
    )


_TRANSPORTS: dict[str, Callable[[], Transport]] = {"email": _email}


def make_transport(channel: str) -> Transport:
    """A transport for the channel, from the settings. Raises KeyError for a channel without one, and
    RealMailRefusedError for a mail server that is not this machine unless the operator allowed it.
    """
    return _TRANSPORTS[channel]()

"""Whether mail may leave this machine."""

from __future__ import annotations

import ipaddress

from django.conf import settings

from comms.core.errors import UnavailableError


class RealMailRefusedError(UnavailableError):
    """The mail server is not on this machine and nobody allowed that."""

    code = "real_mail_refused"


def require_allowed_host(host: str) -> None:
    """Raise RealMailRefusedError unless `host` is this machine or ALLOW_REAL_MAIL=1 is set."""
    if settings.ALLOW_REAL_MAIL or _is_local(host):
        return
    raise RealMailRefusedError(
        f"Mail to {host} was refused: it is not this machine. To send real mail, set ALLOW_REAL_MAIL=1."
    )


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

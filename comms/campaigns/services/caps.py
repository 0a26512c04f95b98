"""How fast a workspace lets mail go out: in all, from one sender, to one destination."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from comms.campaigns import policies
from comms.campaigns.models import SendingCap
from comms.campaigns.selectors.caps import get_cap
from comms.campaigns.services.loading import require
from comms.campaigns.transports.headers import AddressError, wire_address
from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger.services import record

FASTEST = 10_000
"""Messages a second; more than any server of ours sends."""
MOST = 100
"""Limits of one workspace: every sender keeps them in mind."""
ALL_MAIL, EACH_DOMAIN = "email", "*"


def set_cap(*, actor: Actor, kind: SendingCap.Kind, key: str, per_second: int) -> SendingCap:
    """Let no more than so many messages a second go out; a limit for the same is replaced.

    `key` is `ALL_MAIL` for the channel, a sender's address, a domain, or `EACH_DOMAIN`. Senders that are at work
    follow when their run ends. Raises ForbiddenError, InvalidError.
    """
    _require(actor)
    if not 1 <= per_second <= FASTEST:
        raise InvalidError(
            _("Give a whole number from 1 to %(most)s.") % {"most": FASTEST}, field="per_second"
        )
    key = _named(kind, key)
    with in_workspace(actor.workspace_id):
        others = SendingCap.objects.exclude(kind=kind, key=key)
        if others.count() >= MOST:
            raise InvalidError(_("There are %(most)s limits already.") % {"most": MOST})
        cap, _made = SendingCap.objects.update_or_create(
            workspace_id=actor.workspace_id,
            kind=kind,
            key=key,
            defaults={"per_second": per_second},
        )
        record(
            action="campaigns.set_cap",
            actor=actor,
            subject_type="cap",
            subject_id=cap.id,
            details={"what": key, "per_second": per_second},
        )
    return cap


def remove_cap(*, actor: Actor, cap_id: uuid.UUID) -> None:
    """Let it go as fast as servers take it. Raises ForbiddenError, NotFoundError."""
    _require(actor)
    with in_workspace(actor.workspace_id):
        cap = get_cap(actor, cap_id)
        record(
            action="campaigns.removed_cap",
            actor=actor,
            subject_type="cap",
            subject_id=cap.id,
            details={"what": cap.key, "per_second": cap.per_second},
        )
        cap.delete()


def _require(actor: Actor) -> None:
    require(
        policies.can_set_caps(actor),
        _("Your roles do not include limiting how fast mail goes out."),
    )


def _named(kind: SendingCap.Kind, key: str) -> str:
    """The key as senders look it up."""
    key = key.strip().lower()
    match kind:
        case SendingCap.Kind.CHANNEL:
            return ALL_MAIL
        case SendingCap.Kind.SENDER:
            try:
                validate_email(key)
            except ValidationError:
                raise InvalidError(
                    _("Give the sender's address, such as news@example.org."), field="key"
                ) from None
            return key
        case SendingCap.Kind.DOMAIN if key == EACH_DOMAIN:
            return key
        case SendingCap.Kind.DOMAIN:
            try:
                if "." not in key:
                    raise AddressError("it is no domain of the Internet")
                return wire_address(f"x@{key}")[1]
            except AddressError:
                raise InvalidError(
                    _("Give a domain, such as example.org: what stands behind the @."), field="key"
                ) from None

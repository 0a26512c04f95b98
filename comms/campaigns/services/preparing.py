"""From claimed rows to messages ready for the wire."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone

from comms.campaigns.models import Edition, EditionVariant
from comms.campaigns.services.claiming import Claimed
from comms.campaigns.services.links import (
    message_id,
    return_path,
    unsubscribe_link,
    unsubscribe_token,
)
from comms.campaigns.services.readiness import compile_frozen
from comms.campaigns.transports.base import Message, Outcome, Result
from comms.campaigns.transports.headers import AddressError, wire_address
from comms.campaigns.transports.mime import Skeleton, Stationery, date_of, mostly_ascii
from comms.content.rendering import CompiledVariant, MissingVariableError
from comms.content.selectors.recipients import as_recipient
from comms.core import keyring
from comms.core.errors import CommsError
from comms.core.tenancy import in_workspace


@dataclass(frozen=True, slots=True)
class Text:
    """One frozen text, compiled once for a sender."""

    compiled: CompiledVariant
    skeleton: Skeleton


@dataclass(frozen=True, slots=True)
class Press:
    """Everything that all messages of an edition share."""

    workspace_id: uuid.UUID
    edition_id: uuid.UUID
    from_address: str
    message_domain: str
    bounce_domain: str
    texts: Mapping[uuid.UUID, Text]


@dataclass(slots=True)
class Prepared:
    """A claimed batch, made: messages, and outcomes of those that could not be made."""

    claimed: Claimed
    messages: list[Message] = field(default_factory=list)
    failures: list[Result] = field(default_factory=list)
    message_ids: dict[uuid.UUID, str] = field(default_factory=dict)


def make_press(*, workspace_id: uuid.UUID, edition_id: uuid.UUID) -> Press:
    """Compile the edition's frozen texts."""
    with in_workspace(workspace_id):
        edition = Edition.objects.get(id=edition_id)
        variants = list(EditionVariant.objects.filter(edition_id=edition_id))
    domain = edition.from_address.rpartition("@")[2]
    return Press(
        workspace_id=workspace_id,
        edition_id=edition_id,
        from_address=edition.from_address,
        message_domain=domain,
        bounce_domain=settings.BOUNCE_DOMAIN or domain,
        texts={
            variant.id: Text(
                compile_frozen(variant, workspace_name=edition.workspace_name),
                Skeleton(
                    Stationery(
                        from_name=edition.from_name,
                        from_address=edition.from_address,
                        reply_to=edition.reply_to,
                        language=variant.language,
                        mostly_ascii=mostly_ascii(variant.body),
                    ),
                    boundary=bytes(variant.sha256).hex()[:24],
                ),
            )
            for variant in variants
        },
    )


def prepare(press: Press, claimed: Claimed) -> Prepared:
    """Make the messages of a batch. One that can't be made fails and says why; the others go on."""
    ring = keyring.ring_of(press.workspace_id)
    made = Prepared(claimed)
    date = date_of(timezone.now())
    for row in claimed.rows:
        person = claimed.people[row.contact_point_id]
        text = press.texts[row.variant_id]
        token = unsubscribe_token(ring, press.workspace_id, row.delivery_id)
        link = unsubscribe_link(token)
        identifier = message_id(ring, row.delivery_id, press.message_domain)
        try:
            address, domain, utf8 = wire_address(person.address)
            rendered = text.compiled.render(as_recipient(person, unsubscribe_link=link))
        except (AddressError, CommsError) as error:
            made.failures.append(Result(row.delivery_id, Outcome.UNMADE, 0, _reason(error)))
            continue
        made.message_ids[row.delivery_id] = identifier
        made.messages.append(
            Message(
                delivery_id=row.delivery_id,
                envelope_from=return_path(ring, row.delivery_id, press.bounce_domain),
                envelope_to=address,
                domain=domain,
                utf8=utf8,
                content=text.skeleton.mail(
                    to_name=person.name,
                    to_address=address,
                    subject_line=rendered.subject,
                    text=rendered.text,
                    html=rendered.html,
                    message_id=identifier,
                    unsubscribe_link=link,
                    date=date,
                ),
            )
        )
    return made


def _reason(error: Exception) -> str:
    # An error's own words may name the recipient; the log of deliveries must not keep that unencrypted.
    if isinstance(error, MissingVariableError):
        return f"no value for {error.variable}"
    if isinstance(error, AddressError):
        return "not an address"
    return "the text could not be made"

"""What the pages' script and a program of one's own are told of keys, and how they replace them: once for both."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _

from comms.accounts import selectors, services
from comms.accounts.models import User
from comms.accounts.views.answers import limit_rate, octets, octets_list, text
from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.wire import vault as wire_vault
from comms.wire.cbor import Value, decode

REPLACEMENT_LIMIT = wire_vault.LIMIT + 64 * 1024
"""Bytes of the body whose four items `replace_keys` takes."""


def all_that_opens(person: User) -> list[Value]:
    """The person's id, address, vault, wraps, newest identity entry and sign-in parameters."""
    newest = selectors.newest_entry(person.id)
    return [
        person.id.bytes,
        person.email,
        bytes(selectors.get_vault(person).content),
        [bytes(wrap.content) for wrap in selectors.list_vault_wraps(person)],
        bytes(newest.entry) if newest else b"",
        decode(selectors.sign_in_argon2(person.email), limit=64),
    ]


def own_chain(person: User) -> list[Value]:
    """The person's own identity entries, the oldest first, verbatim."""
    chains = selectors.list_chains([person.id])
    return [entry for one in chains for entry in one.entries]


def identities_of(actor: Actor, wanted: Sequence[str]) -> list[Value]:
    """Chains of identity entries of members: of everyone, or of the ids `wanted` (at most 500).

    Raises InvalidError.
    """
    try:
        ids = [uuid.UUID(one) for one in wanted] if wanted else None
    except ValueError:
        raise InvalidError(_("A user is named by a UUID."), field="user") from None
    members = selectors.list_identities(actor, ids)
    return [[one.user_id.bytes, one.name, list(one.entries)] for one in members]


def replace_keys(
    request: HttpRequest, items: list[Value], *, person: User, keep: str | None
) -> None:
    """Takes [sign-in secret, identity-entry, vault, [vault-wrap, …]]; every session but `keep` ends.

    Raises InvalidError, RateLimitedError, and what `services.replace_lost_keys` raises.
    """
    secret, entry, content, wraps = items
    limit_rate(request, "change_passphrase")
    services.replace_lost_keys(
        person=person,
        secret=text(secret, 64),
        keep=keep,
        entry=octets(entry),
        vault_content=octets(content),
        wraps=octets_list(wraps, 22),
    )

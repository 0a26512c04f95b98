"""A person's own keys for a program of theirs, and the public identities of fellow members.

The vault and its wraps are given to a session only, never to a token: with them a thief can guess a
passphrase at leisure. The server can open none of it.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts import services
from comms.accounts.api.door import SessionView, WorkspaceView
from comms.accounts.views.answers import decode_list
from comms.accounts.views.kept_keys import (
    REPLACEMENT_LIMIT,
    all_that_opens,
    identities_of,
    own_chain,
    replace_keys,
)
from comms.core.rest import CborParser, CborRenderer, body_of, cbor_body, cbor_schema
from comms.wire import vault as wire_vault
from comms.wire.cbor import encode

WRAP_LIMIT = 2048


class KeysView(SessionView):
    """Everything that opens a vault."""

    renderer_classes = [CborRenderer]

    @extend_schema(
        operation_id="get_keys",
        summary="The person's own sealed keys",
        responses=cbor_schema(
            "[user, address, vault, [vault-wrap, …], newest identity-entry, argon2 of the sign-in secret]"
        ),
    )
    def get(self, request: Request) -> Response:
        """Vault, the ways to unlock it, and the newest identity entry, verbatim."""
        return Response(encode(all_that_opens(self.person)))


class ChainView(SessionView):
    """The person's identity entries."""

    renderer_classes = [CborRenderer]

    @extend_schema(
        operation_id="get_key_chain",
        summary="The person's own identity entries",
        responses=cbor_schema("[identity-entry, …], the oldest first"),
    )
    def get(self, request: Request) -> Response:
        """All of them, verbatim: to hold against the public log."""
        return Response(encode(own_chain(self.person)))


class VaultView(SessionView):
    """The vault."""

    parser_classes = [CborParser]
    renderer_classes = [CborRenderer]

    @extend_schema(
        operation_id="put_vault",
        summary="Write the next version of the vault",
        request=cbor_body(wire_vault.LIMIT),
        responses=cbor_schema("[the new number]"),
    )
    def put(self, request: Request) -> Response:
        """Takes a `vault` whose number is one more than the present one's; 409 when another was faster."""
        content = body_of(request, wire_vault.LIMIT)
        return Response(encode([services.put_vault(person=self.person, content=content)]))


class WrapsView(SessionView):
    """The ways to unlock the vault."""

    parser_classes = [CborParser]

    @extend_schema(
        operation_id="put_vault_wrap",
        summary="Add a way to unlock the vault",
        request=cbor_body(WRAP_LIMIT),
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Takes a `vault-wrap`. That of a passphrase or a recovery code replaces the one before it."""
        services.put_vault_wrap(person=self.person, content=body_of(request, WRAP_LIMIT))
        return Response(status=204)


class IdentityView(SessionView):
    """The person's own keys, replaced."""

    parser_classes = [CborParser]
    renderer_classes = [CborRenderer]

    @extend_schema(
        operation_id="replace_identity",
        summary="Replace the person's own keys",
        request=cbor_body(REPLACEMENT_LIMIT),
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Takes [sign-in secret, identity-entry, vault, [vault-wrap, …]], for when a browser was lost.

        From that moment every other session is ended, and nothing is accepted in the person's conversations until
        their epochs are there. 409 when another browser was faster.
        """
        items = decode_list(body_of(request, REPLACEMENT_LIMIT), 4)
        inner = request._request  # where allauth counts the tries
        replace_keys(inner, items, person=self.person, keep=self.session_key)
        return Response(status=204)


class SessionSecretView(SessionView):
    """The server's half of what keeps a vault open."""

    renderer_classes = [CborRenderer]

    @extend_schema(
        operation_id="open_session_secret",
        summary="The session's secret",
        request=None,
        responses=cbor_schema("[32 bytes]"),
    )
    def post(self, request: Request) -> Response:
        """Drawn when first asked for, the same until the session locks or ends."""
        return Response(encode([services.open_session_secret(self.session_key)]))

    @extend_schema(operation_id="lock_session", summary="Lock", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forgets the secret: what this program kept opens nothing any more."""
        services.lock_session(self.session_key)
        return Response(status=204)


class IdentitiesQuery(serializers.Serializer[Any]):
    """Whose keys."""

    user = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=500,
        help_text="A person; may be given up to 500 times. Everyone, if left out.",
    )


class IdentitiesView(WorkspaceView):
    """Public keys of members."""

    scopes = {"get": "members:read"}
    renderer_classes = [CborRenderer]

    @extend_schema(
        operation_id="list_identities",
        summary="Public keys of members",
        parameters=[IdentitiesQuery],
        responses=cbor_schema("[[user, name, [identity-entry, …]], …]"),
    )
    def get(self, request: Request) -> Response:
        """Chains of identity entries, verbatim, of everyone or of those asked for; at most 500 people."""
        wanted = request.query_params.getlist("user")
        return Response(encode(identities_of(self.actor, wanted)))

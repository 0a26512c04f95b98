"""A forgotten passphrase, as a program of a person: the same mail, key and limits as on the page.

It restores signing in, never the vault: that is opened by the printed recovery code, by the caller.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.api.session import AddressSerializer, EntranceView
from comms.accounts.forms import ResetForm
from comms.accounts.views.answers import decode_list, limit_rate
from comms.accounts.views.resets import FINISH_LIMIT, finish_reset
from comms.core.errors import InvalidError
from comms.core.rest import CborParser, body_of, cbor_body


class ResetView(EntranceView):
    """A mail with a key."""

    @extend_schema(
        operation_id="ask_for_reset",
        summary="Ask for a mail that restores signing in",
        request=AddressSerializer,
        responses={204: None},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """The mail's link carries the key in its fragment. Addresses without an account are answered alike."""
        given = AddressSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        address = given.validated_data["email"].strip().lower()
        inner = request._request  # where allauth counts the tries
        limit_rate(inner, "reset_password", key=address)
        form = ResetForm(data={"email": address})
        if not form.is_valid():
            raise InvalidError(_("That is not an e-mail address."), field="email")
        form.save(inner)
        return Response(status=204)


class ResetFinishView(EntranceView):
    """A new sign-in secret."""

    parser_classes = [CborParser]

    @extend_schema(
        operation_id="finish_reset",
        summary="Set a new sign-in secret with the mailed key",
        request=cbor_body(FINISH_LIMIT),
        responses={204: None},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Takes [key, sign-in secret, argon2]. Every session of the person ends; the vault stays as it was.

        404 for a key that has been used or has expired.
        """
        finish_reset(request._request, decode_list(body_of(request, FINISH_LIMIT), 3))
        return Response(status=204)

"""Endpoints of the keys: a person's own vault, and the public identities of fellow members."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts import services
from comms.accounts.scope import MemberRequest, member_view
from comms.accounts.views.answers import (
    CBOR,
    PersonRequest,
    argon2,
    cbor,
    endpoint,
    limit_rate,
    octets,
    person_endpoint,
    read_list,
    text,
)
from comms.accounts.views.kept_keys import (
    REPLACEMENT_LIMIT,
    all_that_opens,
    identities_of,
    own_chain,
    replace_keys,
)
from comms.core.errors import InvalidError
from comms.wire import vault as wire_vault


@require_GET
@person_endpoint
def keys(request: PersonRequest) -> HttpResponse:
    """The person's id, address, vault, wraps, newest identity entry and sign-in parameters."""
    return cbor(all_that_opens(request.user))


@require_GET
@person_endpoint
def chain(request: PersonRequest) -> HttpResponse:
    """The person's own identity entries, oldest first, verbatim."""
    return cbor(own_chain(request.user))


@require_http_methods(["PUT"])
@person_endpoint
def vault(request: PersonRequest) -> HttpResponse:
    """Write the next version of the vault; 409 when another browser was faster."""
    if request.content_type != CBOR or len(request.body) > wire_vault.LIMIT:
        raise InvalidError(_("Send the vault as application/cbor, at most 2 MiB."))
    return cbor([services.put_vault(person=request.user, content=request.body)])


@require_POST
@person_endpoint
def wraps(request: PersonRequest) -> HttpResponse:
    """Add a way to unlock the vault: a passkey's, or a new recovery code in place of the old one.

    A passphrase's comes with the passphrase itself, or after a reset by mail with the vault opened otherwise.
    """
    services.put_vault_wrap(person=request.user, content=request.body[:2048])
    return JsonResponse({"ok": True})


@require_POST
@person_endpoint
def session_secret(request: PersonRequest) -> HttpResponse:
    """The server's half of what keeps the vault open in this browser. It ends with the session."""
    return cbor([services.open_session_secret(request.session.session_key or "")])


@require_POST
@person_endpoint
def lock(request: PersonRequest) -> HttpResponse:
    """Forget the server's half: what this browser kept opens nothing any more."""
    services.lock_session(request.session.session_key or "")
    return JsonResponse({"ok": True})


@require_POST
@person_endpoint
def passphrase(request: PersonRequest) -> HttpResponse:
    """Change the passphrase and sign every other browser out."""
    current, secret, parameters, wrap = read_list(request, 4, limit=4096)
    limit_rate(request, "change_passphrase")
    services.change_passphrase(
        person=request.user,
        current_secret=text(current, 64),
        new=services.NewPassphrase(text(secret, 64), argon2(parameters), octets(wrap)),
    )
    with services.session_renewed(request.session):
        update_session_auth_hash(request, request.user)
        # Listed under its new key, or it could not be ended from afar.
        UserSession.objects.create_from_request(request)
    services.end_other_sessions(person=request.user, keep=request.session.session_key)
    return JsonResponse({"ok": True})


@require_POST
@person_endpoint
def identity(request: PersonRequest) -> HttpResponse:
    """Replace the identity together with vault and wraps; the other browsers are signed out."""
    items = read_list(request, 4, limit=REPLACEMENT_LIMIT)
    replace_keys(request, items, person=request.user, keep=request.session.session_key)
    return JsonResponse({"ok": True})


@require_GET
@endpoint
@member_view()
def identities(request: MemberRequest) -> HttpResponse:
    """Chains of identity entries of members: everyone, or the `user` ids asked for (at most 500)."""
    return cbor(identities_of(request.actor, request.GET.getlist("user")))

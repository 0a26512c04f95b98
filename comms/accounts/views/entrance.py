"""The ways in: the front door, the salt before sign-in, first set-up, invitations."""

from __future__ import annotations

import uuid
from typing import cast

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comms.accounts import policies, selectors, services
from comms.accounts.models import User, Workspace
from comms.accounts.scope import LAST_WORKSPACE, keys_page
from comms.accounts.views.answers import (
    argon2,
    cbor,
    endpoint,
    limit_rate,
    octets,
    octets_list,
    read_list,
    text,
)
from comms.core.errors import CommsError, NotFoundError
from comms.wire.cbor import Value, decode

_SETUP, _INVITATION = "setup_link", "invitation"
_KEYS_LIMIT = 256 * 1024


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send people where they work: Today of their workspace, the sign-in page, or what to do without one."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    place = selectors.get_place_of(
        request.user.id, preferred=[request.session.get(LAST_WORKSPACE, "")]
    )
    if place is not None:
        return redirect(f"/w/{place.workspace.slug}/")
    return render(
        request,
        "accounts/no_workspace.html",
        {"can_create": policies.can_create_workspace(request.user)},
    )


@require_POST
@endpoint
def salt(request: HttpRequest) -> HttpResponse:
    """Argon2id parameters for an address, before sign-in. Addresses without an account get some too."""
    (email,) = read_list(request, 1, limit=400)
    address = text(email, 254).strip().lower()
    limit_rate(request, "sign_in_salt", key=address)
    return cbor(decode(selectors.sign_in_argon2(address), limit=64))


@require_GET
@keys_page
def setup(request: HttpRequest) -> HttpResponse:
    """The page behind the set-up link; its script sends the token that is in the fragment."""
    account_id = None
    if _SETUP in request.session:
        try:
            account_id = services.get_setup_link(_kept(request, _SETUP)).account_id
        except NotFoundError:
            del request.session[_SETUP]
    return render(request, "accounts/setup.html", {"account_id": account_id})


@require_POST
@endpoint
def setup_open(request: HttpRequest) -> HttpResponse:
    """Trade the link's token for a place in this session."""
    (token,) = read_list(request, 1, limit=400)
    limit_rate(request, "redeem_link")
    request.session[_SETUP] = str(services.redeem_setup_link(text(token)).id)
    return JsonResponse({"location": reverse("accounts:setup")})


@require_POST
@endpoint
def setup_finish(request: HttpRequest) -> HttpResponse:
    """Make the first account and workspace, and sign the person in."""
    body = read_list(request, 9, limit=_KEYS_LIMIT)
    person, workspace = services.set_up(
        link_id=_kept(request, _SETUP),
        workspace_name=text(body[0]),
        email=text(body[1], 254),
        name=text(body[2]),
        time_zone=text(body[3], 64),
        language=translation.get_language() or "en",
        keys=_new_keys(body[4:]),
    )
    del request.session[_SETUP]
    return _signed_in(request, person, workspace)


@require_GET
@keys_page
def join(request: HttpRequest) -> HttpResponse:
    """The page behind an invitation: a new account, or one click for somebody who has one."""
    context: dict[str, object] = {}
    if _INVITATION in request.session:
        try:
            invitation = selectors.get_open_invitation(_kept(request, _INVITATION))
        except NotFoundError as error:
            del request.session[_INVITATION]
            return render(request, "accounts/join_refused.html", {"why": error.message}, status=404)
        context = {
            "invitation": invitation,
            "has_account": selectors.invited_has_account(invitation),
            "is_theirs": isinstance(request.user, User) and request.user.email == invitation.email,
        }
    return render(request, "accounts/join.html", context)


@require_POST
@endpoint
def join_open(request: HttpRequest) -> HttpResponse:
    """Trade the link's token for a place in this session."""
    (token,) = read_list(request, 1, limit=400)
    limit_rate(request, "redeem_link")
    invitation = services.redeem_invitation(text(token))
    request.session[_INVITATION] = str(invitation.id)
    return JsonResponse({"location": reverse("accounts:join")})


@require_POST
@endpoint
def join_finish(request: HttpRequest) -> HttpResponse:
    """Make the invited person's account, add them to the workspace, and sign them in."""
    body = read_list(request, 7, limit=_KEYS_LIMIT)
    person, workspace = services.join_with_new_account(
        invitation_id=_kept(request, _INVITATION),
        name=text(body[0]),
        time_zone=text(body[1], 64),
        language=translation.get_language() or "en",
        keys=_new_keys(body[2:]),
    )
    del request.session[_INVITATION]
    return _signed_in(request, person, workspace)


@require_POST
@login_required
def join_accept(request: HttpRequest) -> HttpResponse:
    """Add the signed-in person to the workspace that invited their address."""
    try:
        workspace = services.accept_invitation(
            person=cast(User, request.user), invitation_id=_kept(request, _INVITATION)
        )
    except CommsError as error:
        return render(
            request, "accounts/join_refused.html", {"why": error.message}, status=error.status
        )
    del request.session[_INVITATION]
    return redirect(f"/w/{workspace.slug}/")


def _kept(request: HttpRequest, name: str) -> uuid.UUID:
    """The id of the link that this session has redeemed. Raises NotFoundError."""
    value = request.session.get(name)
    if value is None:
        raise NotFoundError(_("Open the link again: this browser has not used it yet."))
    return uuid.UUID(value)


def _new_keys(items: list[Value]) -> services.NewKeys:
    secret, parameters, entry, vault, wraps = items
    return services.NewKeys(
        sign_in_secret=text(secret, 64),
        argon2=argon2(parameters),
        identity_entry=octets(entry),
        vault=octets(vault),
        wraps=octets_list(wraps, 2),
    )


def _signed_in(request: HttpRequest, person: User, workspace: Workspace) -> HttpResponse:
    perform_login(request, person)
    return JsonResponse({"location": f"/w/{workspace.slug}/"})

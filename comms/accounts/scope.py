"""The door of every page of a workspace: who is this, are they a member, then the workspace's rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from comms.accounts import selectors
from comms.accounts.models import Workspace
from comms.core.actors import Actor, Role
from comms.core.errors import ForbiddenError, NotFoundError, SecondStepNeededError
from comms.core.tenancy import in_workspace

_P = ParamSpec("_P")

_KEYS_POLICY: Final = {
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["entente-worker"],
}

LAST_WORKSPACE = "last_workspace"
"""Where the session keeps the workspace to come back to."""


class MemberRequest(HttpRequest):
    """A request whose person is a member of the workspace in the address."""

    actor: Actor
    workspace: Workspace


def member_view(
    *roles: Role, transaction: bool = True
) -> Callable[
    [Callable[Concatenate[MemberRequest, _P], HttpResponseBase]], Callable[..., HttpResponseBase]
]:
    """A view for members of the workspace that the address names, holding one of `roles` if given.

    The view runs in `in_workspace`, so it must not talk to the network; with `transaction=False` it runs
    outside, sees no row of the workspace, and its services enter by themselves. People not signed in go
    to the sign-in page; people who are not members get "not found"; members without the role "forbidden".
    `NotFoundError` and `ForbiddenError` raised inside become 404 and 403. Whoever lacks a second step that
    the workspace demands is led to add one.
    """

    def decorate(
        view: Callable[Concatenate[MemberRequest, _P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def scoped(
            request: Any, workspace: str, *args: _P.args, **kwargs: _P.kwargs
        ) -> HttpResponseBase:
            try:
                place = selectors.get_actor(user_id=request.user.id, slug=workspace)
                if roles and not place.actor.holds(*roles):
                    raise ForbiddenError(_("Your roles in this workspace do not include this."))
                request.actor = place.actor
                request.workspace = place.workspace
                if request.session.get(LAST_WORKSPACE) != workspace:
                    request.session[LAST_WORKSPACE] = workspace
                scope = in_workspace(place.workspace.id) if transaction else nullcontext()
                with scope:
                    response = view(request, *args, **kwargs)
                    # A template rendered later would run outside the workspace and find nothing.
                    if hasattr(response, "render") and callable(response.render):
                        response = response.render()
                    return response
            except SecondStepNeededError as error:
                return _lead_to_second_step(request, error)
            except NotFoundError as error:
                raise Http404(error.message) from error

        scoped.workspace_roles = roles  # type: ignore[attr-defined]  # read by the permission matrix
        return scoped

    return decorate


def _lead_to_second_step(request: HttpRequest, error: SecondStepNeededError) -> HttpResponseBase:
    """To the page that adds one; a script, which follows no redirect, is told in a sentence."""
    if request.headers.get("Accept", "").startswith("application/"):
        raise ForbiddenError(error.message) from error
    address = reverse("accounts:second_step")
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def keys_page(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A page on which keys or passphrases are in memory: no string may become script there.

    The only policy is for the addresses of our own workers (frontend/src/keys/trusted.ts). Such a page
    empties the template block `htmx`.
    """
    return csp_update(_KEYS_POLICY)(view)


def keys_and_pictures_page(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A keys page that also shows pictures which it has decrypted itself (decision 0060)."""
    return csp_update({**_KEYS_POLICY, "img-src": ["blob:"]})(view)


def person_page(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A person's own page, inside the navigation of the workspace that they came from, or their first."""

    @wraps(view)
    def framed(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            place = selectors.get_place_of(
                request.user.id, preferred=[request.session.get(LAST_WORKSPACE, "")]
            )
            if place is not None:
                request.actor, request.workspace = place.actor, place.workspace
        return view(request, *args, **kwargs)

    return framed

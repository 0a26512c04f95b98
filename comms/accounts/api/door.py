"""The door of every API resource: who calls, as a member of which workspace, with which scope.

A program calls with `Authorization: Bearer entente_…`; our own pages call with their session and CSRF
token. Either way `self.actor` is a member with their present roles, and each method of a `WorkspaceView`
runs in the workspace that the address names, in one transaction that an error rolls back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import wraps
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from comms.accounts import selectors
from comms.accounts.models import User, Workspace
from comms.accounts.selectors import Place
from comms.accounts.services import Caller, find_caller
from comms.core.actors import Actor, Role
from comms.core.errors import ForbiddenError, NotFoundError
from comms.core.tenancy import in_workspace

METHODS = ("get", "post", "put", "patch", "delete")


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer entente_…`. `request.auth` is the `Caller`."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        """The token's maker and the caller; None without a token. Raises AuthenticationFailed."""
        kind, _space, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        caller = find_caller(text.strip())
        if caller is None:
            raise AuthenticationFailed(
                _("This token is unknown, expired or revoked, or its maker has left the workspace.")
            )
        return caller.token.made_by, caller

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing or wrong token a 401."""
        return "Bearer"


class CallerThrottle(SimpleRateThrottle):
    """So many calls a minute for each token, or for each person who calls with a session."""

    rate = "600/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """One counter for each caller."""
        if isinstance(request.auth, Caller):
            return f"api-token-{request.auth.token.pk}"
        return f"api-person-{request.user.pk}"


class MemberView(APIView):
    """An API resource for people with an account, outside any workspace. Nobody else gets in."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]
    throttle_classes = [CallerThrottle]

    @property
    def person(self) -> User:
        """Who calls, or whose token does."""
        user = self.request.user
        if not isinstance(user, User):
            raise NotAuthenticated
        return user


class SignedInAuthentication(SessionAuthentication):
    """A session alone, with its CSRF token for everything that changes something."""

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing session a 401."""
        return "Session"


class SessionView(MemberView):
    """An API resource of a person's own keys and session. No token gets in, whatever its scopes."""

    authentication_classes = [SignedInAuthentication]

    @property
    def session_key(self) -> str:
        """The key of the session that calls."""
        return self.request.session.session_key or ""


class WorkspaceView(MemberView):
    """An API resource of one workspace.

    `scopes` says for each method which scope a token needs; a method without one is refused at import.
    `roles` says, for each method that not every member may call, who may. With `transaction` off a
    method runs outside the workspace, sees no row of it, and its services enter by themselves.
    """

    scopes: ClassVar[Mapping[str, str]] = {}
    roles: ClassVar[Mapping[str, frozenset[Role]]] = {}
    transaction: ClassVar[bool] = True
    actor: Actor
    workspace: Workspace

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for method in METHODS:
            handler = cls.__dict__.get(method)
            if handler is None:
                continue
            if method not in cls.scopes:
                raise TypeError(f"{cls.__name__}.{method}: say in `scopes` which scope it needs")
            setattr(cls, method, _inside(handler))

    def check_permissions(self, request: Request) -> None:
        """Find the caller's place in the workspace; then scope, then role."""
        super().check_permissions(request)
        method = (request.method or "").lower()
        if method not in self.scopes:
            self.http_method_not_allowed(request)
        place = self._place(request)
        if isinstance(request.auth, Caller) and not request.auth.may(self.scopes[method]):
            raise ForbiddenError(
                _("This token may not do this: it lacks the scope %(scope)s.")
                % {"scope": self.scopes[method]}
            )
        needed = self.roles.get(method)
        if needed and not place.actor.holds(*needed):
            raise ForbiddenError(_("Your roles in this workspace do not include this."))
        self.actor, self.workspace = place.actor, place.workspace

    def _place(self, request: Request) -> Place:
        slug = self.kwargs["workspace"]
        if isinstance(request.auth, Caller):
            place = request.auth.place
            if place.workspace.slug != slug:
                raise NotFoundError(_("There is no such workspace, or this token is not for it."))
            return place
        return selectors.get_actor(user_id=self.person.id, slug=slug)


def _inside(handler: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(handler)
    def run(self: WorkspaceView, request: Request, workspace: str, **kwargs: Any) -> Any:
        with in_workspace(self.workspace.id) if self.transaction else nullcontext():
            return handler(self, request, **kwargs)

    return run


class _TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself, untyped
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """How the OpenAPI document describes a token."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from Settings, API tokens. It begins with entente_.",
        }


class _SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # as above
    target_class = SignedInAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """How the OpenAPI document describes a session."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The cookie of a session (POST /api/v1/session), with X-CSRFToken to change things.",
        }

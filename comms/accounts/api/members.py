"""Who calls, which workspaces they have, and who else is there."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts import selectors
from comms.accounts.api.door import MemberView, WorkspaceView
from comms.accounts.models import Membership, User
from comms.accounts.services import Caller
from comms.core.actors import Role
from comms.core.rest import CursorQuery, page_schema, paged


class WorkspaceSerializer(serializers.Serializer[Any]):
    """A workspace."""

    id = serializers.UUIDField()
    slug = serializers.CharField(help_text="Names the workspace in addresses.")
    name = serializers.CharField()


class MeSerializer(serializers.Serializer[Any]):
    """Who calls."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    scopes = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="What the token may do at most; null for a session.",
    )
    workspaces = WorkspaceSerializer(many=True)


class MemberSerializer(serializers.Serializer[Any]):
    """A person in a workspace."""

    id = serializers.UUIDField(help_text="Of the membership.")
    person = serializers.UUIDField(source="user_id")
    name = serializers.CharField(source="user.name")
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))
    since = serializers.DateTimeField(source="created_at")


class MeView(MemberView):
    """The caller."""

    @extend_schema(operation_id="get_me", summary="Who is calling", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """The person, and the workspaces that they (or the token) can reach."""
        return Response(MeSerializer(_me(self.person, request.auth)).data)


def _me(person: User, auth: object) -> dict[str, Any]:
    caller = auth if isinstance(auth, Caller) else None
    return {
        "id": person.id,
        "name": person.name,
        "language": person.language,
        "time_zone": person.time_zone,
        "scopes": caller.token.scopes if caller else None,
        "workspaces": [caller.place.workspace]
        if caller
        else selectors.list_workspaces_of(person.id),
    }


class MembersView(WorkspaceView):
    """The members of a workspace."""

    scopes = {"get": "members:read"}

    @extend_schema(
        operation_id="list_members",
        summary="Members and their roles",
        parameters=[CursorQuery],
        responses=page_schema(MemberSerializer, "MemberPage"),
    )
    def get(self, request: Request) -> Response:
        """Everyone in the workspace, the newest first. Every member may read this."""
        return paged(request, selectors.list_members(self.actor), _serialised)


def _serialised(rows: Any) -> list[Any]:
    members: list[Membership] = list(rows)
    return list(MemberSerializer(members, many=True).data)

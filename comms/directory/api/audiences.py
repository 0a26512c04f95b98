"""Audiences in the API."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.api.door import WorkspaceView
from comms.core.rest import CursorQuery, page_schema, paged
from comms.directory import selectors
from comms.directory.models import Audience


class AudienceSerializer(serializers.Serializer[Any]):
    """A saved, live question to the directory, or a list picked by hand."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    mode = serializers.ChoiceField(choices=Audience.Mode.choices)
    filters = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Lists by kinds, regions, languages, countries; empty when picked by hand.",
    )
    size = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_size(self, row: Audience) -> int:
        """How many it reaches now."""
        sizes: dict[uuid.UUID, int] = self.context["sizes"]
        return sizes[row.id]


class AudiencesView(WorkspaceView):
    """The audiences of a workspace."""

    scopes = {"get": "directory:read"}

    @extend_schema(
        operation_id="list_audiences",
        summary="Audiences and how many they reach",
        parameters=[CursorQuery],
        responses=page_schema(AudienceSerializer, "AudiencePage"),
    )
    def get(self, request: Request) -> Response:
        """Those that are not archived, the newest first."""
        return paged(request, selectors.audiences_page(self.actor), _serialised)


class AudienceView(WorkspaceView):
    """One audience."""

    scopes = {"get": "directory:read"}

    @extend_schema(
        operation_id="get_audience", summary="One audience", responses=AudienceSerializer
    )
    def get(self, request: Request, audience: uuid.UUID) -> Response:
        """The audience, archived or not, with how many it reaches now."""
        return Response(_serialised([selectors.get_audience(self.actor, audience)])[0])


def _serialised(rows: Any) -> list[Any]:
    audiences = list(rows)
    sizes = selectors.audience_sizes(audiences)
    return list(AudienceSerializer(audiences, many=True, context={"sizes": sizes}).data)

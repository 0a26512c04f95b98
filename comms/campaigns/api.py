"""Campaigns in the API: what is planned, and how each edition went. Nothing is sent from here."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.api.door import WorkspaceView
from comms.campaigns import selectors
from comms.campaigns.models import Delivery, Edition
from comms.core.rest import CursorQuery, page_schema, paged


class CampaignSerializer(serializers.Serializer[Any]):
    """A planned communication; its editions are the occasions."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    objective = serializers.CharField()
    template = serializers.UUIDField(source="template_id")
    editions = serializers.IntegerField(source="edition_count")
    created_at = serializers.DateTimeField()


class EditionQuery(CursorQuery):
    """How editions can be narrowed."""

    campaign = serializers.UUIDField(required=False)
    state = serializers.MultipleChoiceField(choices=Edition.State.choices, required=False)


class EditionSerializer(serializers.Serializer[Any]):
    """One occasion of a campaign."""

    id = serializers.UUIDField()
    campaign = serializers.UUIDField(source="campaign_id")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Edition.State.choices)
    recipients = serializers.IntegerField(
        source="frozen_total", allow_null=True, help_text="Null until it is frozen for approval."
    )
    hash = serializers.SerializerMethodField(
        help_text="What the approval is bound to, in hexadecimal; null until it is frozen."
    )
    starts_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_hash(self, row: Edition) -> str | None:
        """Hexadecimal."""
        return None if row.frozen_hash is None else bytes(row.frozen_hash).hex()


class ProgressSerializer(serializers.Serializer[Any]):
    """Where the messages of an edition are."""

    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="By state of delivery; their sum is total."
    )
    total = serializers.IntegerField()
    settled = serializers.IntegerField()
    rate = serializers.FloatField(help_text="Messages a second over the last ten seconds.")
    eta = serializers.DateTimeField(allow_null=True)


class EditionDetailSerializer(EditionSerializer):
    """An edition with its progress."""

    progress = serializers.SerializerMethodField()

    def get_progress(self, row: Edition) -> dict[str, Any]:
        """Counted now."""
        return dict(ProgressSerializer(selectors.edition_progress(row)).data)


class DeliveryQuery(CursorQuery):
    """How deliveries can be narrowed."""

    state = serializers.MultipleChoiceField(choices=Delivery.State.choices, required=False)


class DeliverySerializer(serializers.Serializer[Any]):
    """What became of one message. The address is in the directory, under the stakeholder."""

    id = serializers.UUIDField()
    stakeholder = serializers.UUIDField(source="stakeholder_id")
    channel = serializers.CharField()
    language = serializers.CharField()
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    reason = serializers.CharField(help_text="A code; empty when the state says it all.")
    attempts = serializers.IntegerField(source="attempt")
    settled_at = serializers.DateTimeField(allow_null=True)


class CampaignsView(WorkspaceView):
    """The campaigns of a workspace."""

    scopes = {"get": "campaigns:read"}

    @extend_schema(
        operation_id="list_campaigns",
        summary="Campaigns",
        parameters=[CursorQuery],
        responses=page_schema(CampaignSerializer, "CampaignPage"),
    )
    def get(self, request: Request) -> Response:
        """All campaigns, the newest first."""
        return paged(request, selectors.list_campaigns(self.actor), _serialised(CampaignSerializer))


class EditionsView(WorkspaceView):
    """The editions of a workspace."""

    scopes = {"get": "campaigns:read"}

    @extend_schema(
        operation_id="list_editions",
        summary="Editions and their states",
        parameters=[EditionQuery],
        responses=page_schema(EditionSerializer, "EditionPage"),
    )
    def get(self, request: Request) -> Response:
        """Editions of all campaigns or of one, the newest first."""
        query = EditionQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        given = query.validated_data
        rows = selectors.list_editions(
            self.actor, states=sorted(given.get("state", ())), campaign_id=given.get("campaign")
        )
        return paged(request, rows, _serialised(EditionSerializer))


class EditionView(WorkspaceView):
    """One edition."""

    scopes = {"get": "campaigns:read"}

    @extend_schema(
        operation_id="get_edition",
        summary="One edition and how far it is",
        responses=EditionDetailSerializer,
    )
    def get(self, request: Request, edition: uuid.UUID) -> Response:
        """The edition with the counts of its messages by state."""
        return Response(EditionDetailSerializer(selectors.get_edition(self.actor, edition)).data)


class DeliveriesView(WorkspaceView):
    """The deliveries of an edition."""

    scopes = {"get": "campaigns:read"}

    @extend_schema(
        operation_id="list_deliveries",
        summary="What became of each message",
        parameters=[DeliveryQuery],
        responses=page_schema(DeliverySerializer, "DeliveryPage"),
    )
    def get(self, request: Request, edition: uuid.UUID) -> Response:
        """One line for each recipient of the edition."""
        query = DeliveryQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = selectors.list_deliveries(
            selectors.get_edition(self.actor, edition),
            states=sorted(query.validated_data.get("state", ())),
        )
        return paged(request, rows, _serialised(DeliverySerializer))


def _serialised(kind: type[serializers.Serializer[Any]]) -> Any:
    return lambda rows: list(kind(list(rows), many=True).data)


workspace: list[URLPattern | URLResolver] = [
    path("campaigns", CampaignsView.as_view(), name="campaigns"),
    path("editions", EditionsView.as_view(), name="editions"),
    path("editions/<uuid:edition>", EditionView.as_view(), name="edition"),
    path("editions/<uuid:edition>/deliveries", DeliveriesView.as_view(), name="deliveries"),
]

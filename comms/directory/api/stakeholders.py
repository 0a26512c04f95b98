"""Stakeholders in the API."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.api.door import WorkspaceView
from comms.core.rest import CursorQuery, page_schema, paged
from comms.directory import selectors, services
from comms.directory.models import Basis, Channel, Kind, Purpose, Stakeholder
from comms.directory.selectors import StakeholderFilter
from comms.directory.services.stakeholders import (
    NAME_LENGTH,
    NOTES_LENGTH,
    REGION_LENGTH,
    ROLE_LENGTH,
)


class StakeholderQuery(CursorQuery):
    """How the list can be narrowed. A parameter given twice means either value."""

    kind = serializers.MultipleChoiceField(choices=Kind.choices, required=False)
    region = serializers.ListField(
        child=serializers.CharField(max_length=80), required=False, max_length=100
    )
    country = serializers.ListField(
        child=serializers.CharField(max_length=2), required=False, max_length=100
    )
    language = serializers.ListField(
        child=serializers.CharField(max_length=35), required=False, max_length=100
    )
    text = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Beginnings of words of a name, or a whole address.",
    )


class ContactPointSerializer(serializers.Serializer[Any]):
    """A way to reach a stakeholder."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    address = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a declared field; DRF takes it off the class
    suppressed = serializers.BooleanField(
        source="is_suppressed", help_text="True: nothing may be sent to it."
    )


class ConsentSerializer(serializers.Serializer[Any]):
    """A lawful basis that holds."""

    purpose = serializers.ChoiceField(choices=Purpose.choices)
    basis = serializers.ChoiceField(choices=Basis.choices)
    since = serializers.DateField(source="given_at")


class StakeholderInput(serializers.Serializer[Any]):
    """What is said of a stakeholder. What is left out is emptied."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    name = serializers.CharField(max_length=NAME_LENGTH)
    role = serializers.CharField(max_length=ROLE_LENGTH, allow_blank=True, default="")
    country = serializers.CharField(
        max_length=2, allow_blank=True, default="", help_text="ISO 3166-1, two letters."
    )
    region = serializers.CharField(max_length=REGION_LENGTH, allow_blank=True, default="")
    languages = serializers.ListField(
        child=serializers.CharField(max_length=35),
        max_length=6,
        default=list,
        help_text="BCP 47 tags, the preferred one first.",
    )
    time_zone = serializers.CharField(
        max_length=64, allow_blank=True, default="", help_text="As Europe/Dublin."
    )
    notes = serializers.CharField(max_length=NOTES_LENGTH, allow_blank=True, default="")

    def details(self) -> services.StakeholderDetails:
        """The checked input as the services take it."""
        given = dict(self.validated_data)
        given["languages"] = tuple(given["languages"])
        return services.StakeholderDetails(**given)


class StakeholderSerializer(StakeholderInput):
    """A person or an organisation."""

    id = serializers.UUIDField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)
    contact_points = ContactPointSerializer(source="contact_points.all", many=True, read_only=True)
    lawful_bases = serializers.SerializerMethodField()

    def get_lawful_bases(self, row: Stakeholder) -> list[dict[str, Any]]:
        """Those that hold now."""
        return [
            self._consent.to_representation(consent)
            for consent in row.consents.all()
            if consent.is_open
        ]

    @cached_property
    def _consent(self) -> ConsentSerializer:
        """One for all rows: making one costs more than writing ten with it."""
        return ConsentSerializer()


class StakeholdersView(WorkspaceView):
    """The stakeholders of a workspace."""

    scopes = {"get": "directory:read", "post": "directory:write"}

    @extend_schema(
        operation_id="list_stakeholders",
        summary="Stakeholders",
        parameters=[StakeholderQuery],
        responses=page_schema(StakeholderSerializer, "StakeholderPage"),
    )
    def get(self, request: Request) -> Response:
        """Those who fit and are not archived, the newest first, with their addresses and lawful bases."""
        query = StakeholderQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        given = query.validated_data
        question = StakeholderFilter(
            kinds=tuple(sorted(given.get("kind", ()))),
            regions=tuple(given.get("region", ())),
            countries=tuple(given.get("country", ())),
            languages=tuple(given.get("language", ())),
            text=given.get("text", ""),
        )
        return paged(request, selectors.list_stakeholders(self.actor, question), _serialised)

    @extend_schema(
        operation_id="create_stakeholder",
        summary="Add a stakeholder",
        request=StakeholderInput,
        responses={201: StakeholderSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a person or an organisation. Administrators, diplomats and editors only."""
        given = StakeholderInput(data=request.data)
        given.is_valid(raise_exception=True)
        made = services.create_stakeholder(actor=self.actor, details=given.details())
        return Response(StakeholderSerializer(_one(self, made.id)).data, status=201)


class StakeholderView(WorkspaceView):
    """One stakeholder."""

    scopes = {"get": "directory:read", "put": "directory:write", "delete": "directory:write"}

    @extend_schema(
        operation_id="get_stakeholder", summary="One stakeholder", responses=StakeholderSerializer
    )
    def get(self, request: Request, stakeholder: uuid.UUID) -> Response:
        """The stakeholder, archived or not."""
        return Response(StakeholderSerializer(_one(self, stakeholder)).data)

    @extend_schema(
        operation_id="update_stakeholder",
        summary="Change a stakeholder",
        request=StakeholderInput,
        responses=StakeholderSerializer,
    )
    def put(self, request: Request, stakeholder: uuid.UUID) -> Response:
        """Replace what is said of the stakeholder. Administrators, diplomats and editors only."""
        given = StakeholderInput(data=request.data)
        given.is_valid(raise_exception=True)
        services.update_stakeholder(
            actor=self.actor, stakeholder_id=stakeholder, details=given.details()
        )
        return Response(StakeholderSerializer(_one(self, stakeholder)).data)

    @extend_schema(
        operation_id="archive_stakeholder", summary="Archive a stakeholder", responses={204: None}
    )
    def delete(self, request: Request, stakeholder: uuid.UUID) -> Response:
        """Take the stakeholder out of lists and audiences. Nothing is deleted; doing it again is fine."""
        services.archive_stakeholder(actor=self.actor, stakeholder_id=stakeholder)
        return Response(status=204)


def _one(view: WorkspaceView, stakeholder_id: uuid.UUID) -> Stakeholder:
    return selectors.get_stakeholder(view.actor, stakeholder_id)


def _serialised(rows: Any) -> list[Any]:
    return list(StakeholderSerializer(list(rows), many=True).data)

"""Content in the API: templates with the state of their texts, and key messages."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.api.door import WorkspaceView
from comms.content import selectors
from comms.content.selectors import CellState, Matrix
from comms.core.rest import CursorQuery, page_schema, paged


class CellSerializer(serializers.Serializer[Any]):
    """The text for one audience in one language."""

    audience = serializers.UUIDField(
        source="column.audience_id", allow_null=True, help_text="Null: everyone else."
    )
    language = serializers.CharField()
    state = serializers.ChoiceField(choices=CellState.choices)


class TemplateSerializer(serializers.Serializer[Any]):
    """A message in the abstract, with the state of each of its texts."""

    id = serializers.UUIDField(source="template.id")
    name = serializers.CharField(source="template.name")
    note = serializers.CharField(source="template.note")
    purpose = serializers.CharField(source="template.purpose")
    source_language = serializers.CharField(source="template.source_language")
    languages = serializers.ListField(source="template.languages", child=serializers.CharField())
    created_at = serializers.DateTimeField(source="template.created_at")
    ready = serializers.IntegerField(help_text="How many texts are ready.")
    total = serializers.IntegerField(help_text="How many texts there are to be.")
    texts = serializers.SerializerMethodField()

    def get_texts(self, matrix: Matrix) -> list[dict[str, Any]]:
        """Every cell, row by row."""
        return list(CellSerializer(list(matrix.cells()), many=True).data)


class KeyMessageSerializer(serializers.Serializer[Any]):
    """An approved statement that texts carry."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    required = serializers.BooleanField(  # type: ignore[assignment]  # a declared field; DRF takes it off the class
        help_text="Every text must carry it while it holds."
    )
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()


class TemplatesView(WorkspaceView):
    """The templates of a workspace."""

    scopes = {"get": "content:read"}

    @extend_schema(
        operation_id="list_templates",
        summary="Templates and how complete they are",
        parameters=[CursorQuery],
        responses=page_schema(TemplateSerializer, "TemplatePage"),
    )
    def get(self, request: Request) -> Response:
        """Those in use, the newest first."""
        return paged(request, selectors.list_templates(self.actor), _templates)


class KeyMessagesView(WorkspaceView):
    """The key messages of a workspace."""

    scopes = {"get": "content:read"}

    @extend_schema(
        operation_id="list_key_messages",
        summary="Key messages",
        parameters=[CursorQuery],
        responses=page_schema(KeyMessageSerializer, "KeyMessagePage"),
    )
    def get(self, request: Request) -> Response:
        """Those in use, the newest first."""
        return paged(request, selectors.list_key_messages(self.actor), _key_messages)


def _templates(rows: Any) -> list[Any]:
    templates = list(rows)
    matrices = selectors.matrices_of(templates)
    return list(TemplateSerializer([matrices[row.id] for row in templates], many=True).data)


def _key_messages(rows: Any) -> list[Any]:
    return list(KeyMessageSerializer(list(rows), many=True).data)


workspace: list[URLPattern | URLResolver] = [
    path("templates", TemplatesView.as_view(), name="templates"),
    path("key-messages", KeyMessagesView.as_view(), name="key_messages"),
]

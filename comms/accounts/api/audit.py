"""The audit trail in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.api.door import WorkspaceView
from comms.core.actors import Role
from comms.core.rest import CursorQuery, page_schema, paged
from comms.ledger import chain
from comms.ledger.models import AuditEntry
from comms.ledger.selectors import EntryFilter, get_head, list_entries
from comms.ledger.sentences import sentence_of


class AuditQuery(CursorQuery):
    """How the trail can be narrowed."""

    person = serializers.UUIDField(required=False, help_text="Whose acts.")
    action = serializers.RegexField(
        r"^[a-z_]+\.[a-z0-9_]*$",
        required=False,
        max_length=80,
        help_text="A whole action, or an app and its dot: campaigns.",
    )
    subject = serializers.UUIDField(required=False, help_text="What the acts are about.")
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False, help_text="Not included itself.")


class EntrySerializer(serializers.Serializer[Any]):
    """One act. docs/audit.md says how the hashes are computed."""

    id = serializers.UUIDField()
    seq = serializers.IntegerField(allow_null=True, help_text="Null until it is sealed.")
    at = serializers.SerializerMethodField()
    person = serializers.UUIDField(
        source="actor_id", allow_null=True, help_text="Null: the system itself."
    )
    action = serializers.CharField()
    sentence = serializers.SerializerMethodField(help_text="The act in words.")
    subject_type = serializers.CharField()
    subject = serializers.UUIDField(source="subject_id", allow_null=True)
    details = serializers.SerializerMethodField(
        help_text="The exact text that is hashed (JSON); null once erased."
    )
    salt = serializers.SerializerMethodField(help_text="Hexadecimal; null once erased.")
    details_hash = serializers.SerializerMethodField()
    previous = serializers.SerializerMethodField()
    hash = serializers.SerializerMethodField()

    def get_at(self, entry: AuditEntry) -> str:
        """RFC 3339, UTC, six digits: as it is hashed."""
        return chain.timestamp(entry.at)

    def get_sentence(self, entry: AuditEntry) -> str:
        """The act in words."""
        return sentence_of(entry)

    def get_details(self, entry: AuditEntry) -> str | None:
        """The canonical text."""
        return None if entry.details is None else chain.canonical_details(entry.details)

    def get_salt(self, entry: AuditEntry) -> str | None:
        """Hexadecimal."""
        return _hex(entry.salt)

    def get_details_hash(self, entry: AuditEntry) -> str | None:
        """Hexadecimal."""
        return _hex(entry.details_hash)

    def get_previous(self, entry: AuditEntry) -> str | None:
        """Hexadecimal."""
        return _hex(entry.previous)

    def get_hash(self, entry: AuditEntry) -> str | None:
        """Hexadecimal."""
        return _hex(entry.hash)


class HeadSerializer(serializers.Serializer[Any]):
    """The end of the trail. Keep it elsewhere: it shows later whether the end was cut off."""

    seq = serializers.IntegerField()
    hash = serializers.CharField(source="hex")


class AuditEntriesView(WorkspaceView):
    """The trail of a workspace."""

    scopes = {"get": "audit:read"}
    roles = {"get": frozenset({Role.ADMIN, Role.ANALYST})}

    @extend_schema(
        operation_id="list_audit_entries",
        summary="The audit trail",
        parameters=[AuditQuery],
        responses=page_schema(EntrySerializer, "AuditEntryPage"),
    )
    def get(self, request: Request) -> Response:
        """What happened in the workspace, the newest first. Administrators and analysts only."""
        query = AuditQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        given = query.validated_data
        wanted = EntryFilter(
            person_id=given.get("person"),
            action=given.get("action", ""),
            subject_id=given.get("subject"),
            since=given.get("since"),
            until=given.get("until"),
        )
        return paged(request, list_entries(self.actor, wanted), _serialised)


class AuditHeadView(WorkspaceView):
    """The end of the trail."""

    scopes = {"get": "audit:read"}
    roles = {"get": frozenset({Role.ADMIN, Role.ANALYST})}

    @extend_schema(
        operation_id="get_audit_head",
        summary="The end of the audit trail",
        responses=HeadSerializer,
    )
    def get(self, request: Request) -> Response:
        """Number and hash of the last sealed entry: 0 and zeros for an empty trail."""
        return Response(HeadSerializer(get_head(self.actor.workspace_id)).data)


def _hex(value: Any) -> str | None:
    return None if value is None else bytes(value).hex()


def _serialised(rows: Any) -> list[Any]:
    return list(EntrySerializer(list(rows), many=True).data)

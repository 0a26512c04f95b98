"""Threads in the API: which there are, never what is in them. The server couldn't say."""

from __future__ import annotations

import base64
import binascii
import datetime
import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.api.door import WorkspaceView
from comms.core.errors import InvalidError
from comms.core.rest import CborParser, body_of, cbor_body, page_schema
from comms.threads import selectors, services
from comms.threads.models import Member
from comms.threads.selectors import THREADS_AT_ONCE, MemberOfThread, Seat, ThreadOfMember
from comms.wire import epochs as wire_epochs


class ThreadQuery(serializers.Serializer[Any]):
    """The query of the list. A page has 50 threads."""

    cursor = serializers.CharField(
        required=False, max_length=120, help_text="From next_cursor of the page before."
    )


class ThreadSerializer(serializers.Serializer[Any]):
    """A conversation that the caller is in. Its title and its messages are sealed."""

    id = serializers.UUIDField(source="thread.id")
    role = serializers.SerializerMethodField(help_text="owner, member, observer or guest.")
    epoch = serializers.IntegerField(source="thread.epoch_number")
    messages = serializers.IntegerField(
        source="thread.seq", help_text="How many sealed items it holds, receipts included."
    )
    unread = serializers.SerializerMethodField()
    activity_at = serializers.DateTimeField(source="thread.activity_at")

    def get_role(self, row: ThreadOfMember | Seat) -> str:
        """In lower case."""
        return Member.Role(row.member.role).name.lower()

    def get_unread(self, row: ThreadOfMember | Seat) -> int:
        """How many of them the caller has not read."""
        return max(0, row.thread.seq - row.member.read_up_to)


class ThreadMemberSerializer(serializers.Serializer[Any]):
    """Somebody who is in a conversation now, as the server's rows have it; the signed roster counts."""

    person = serializers.UUIDField(source="member.member_id")
    name = serializers.CharField()
    role = serializers.SerializerMethodField(help_text="owner, member, observer or guest.")
    fingerprint = serializers.SerializerMethodField(
        help_text="SHA-256 of their public keys, in hexadecimal."
    )
    expires_at = serializers.DateTimeField(source="member.expires_at", allow_null=True)

    def get_role(self, row: MemberOfThread) -> str:
        """In lower case."""
        return Member.Role(row.member.role).name.lower()

    def get_fingerprint(self, row: MemberOfThread) -> str:
        """Hexadecimal."""
        return bytes(row.member.fingerprint).hex()


class ThreadsView(WorkspaceView):
    """The caller's threads."""

    scopes = {"get": "threads:read", "post": "threads:write"}
    parser_classes = [CborParser]

    @extend_schema(
        operation_id="list_threads",
        summary="The caller's threads, without their content",
        parameters=[ThreadQuery],
        responses=page_schema(ThreadSerializer, "ThreadPage"),
    )
    def get(self, request: Request) -> Response:
        """Threads that the caller is in now, the newest activity first."""
        query = ThreadQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = selectors.list_threads(
            self.actor, before=_before(query.validated_data.get("cursor", ""))
        )
        more = len(rows) == THREADS_AT_ONCE
        return Response(
            {
                "items": ThreadSerializer(rows, many=True).data,
                "next_cursor": _cursor(rows[-1]) if more else None,
            }
        )

    @extend_schema(
        operation_id="open_thread",
        summary="Open a thread",
        request=cbor_body(wire_epochs.UPLOAD_LIMIT),
        responses={201: ThreadSerializer},
    )
    def post(self, request: Request) -> Response:
        """Takes the `epoch-upload` of its first epoch: a new UUIDv4, members, keys, sealed title."""
        upload = body_of(request, wire_epochs.UPLOAD_LIMIT)
        thread = services.open_thread(actor=self.actor, upload=upload)
        seat = selectors.get_thread(self.actor, thread.id)
        return Response(ThreadSerializer(seat).data, status=201)


class ThreadView(WorkspaceView):
    """One thread."""

    scopes = {"get": "threads:read"}

    @extend_schema(
        operation_id="get_thread",
        summary="A thread, without its content",
        responses=ThreadSerializer,
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Where it stands and what the caller is in it."""
        return Response(ThreadSerializer(selectors.get_thread(self.actor, thread_id)).data)


class ThreadMembersView(WorkspaceView):
    """Who is in a thread."""

    scopes = {"get": "threads:read"}

    @extend_schema(
        operation_id="list_thread_members",
        summary="Members of a thread",
        responses=ThreadMemberSerializer(many=True),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Everyone who is in it now, by name; at most 500."""
        rows = selectors.list_members(self.actor, thread_id)
        return Response(ThreadMemberSerializer(rows, many=True).data)


def _cursor(row: ThreadOfMember | Seat) -> str:
    text = f"{row.thread.activity_at.isoformat()}|{row.thread.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _before(cursor: str) -> tuple[datetime.datetime, uuid.UUID] | None:
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        moment, _bar, key = text.partition("|")
        at = datetime.datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError(moment)
        return at, uuid.UUID(key)
    except (binascii.Error, ValueError) as error:
        raise InvalidError(_("This cursor is not one of ours."), field="cursor") from error

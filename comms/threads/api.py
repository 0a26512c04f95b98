"""Threads in the API: which there are, never what is in them. The server couldn't say."""

from __future__ import annotations

import base64
import binascii
import datetime
import uuid
from typing import Any

from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.api.door import WorkspaceView
from comms.core.errors import InvalidError
from comms.core.rest import page_schema
from comms.threads import selectors
from comms.threads.models import Member
from comms.threads.selectors import THREADS_AT_ONCE, ThreadOfMember


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

    def get_role(self, row: ThreadOfMember) -> str:
        """In lower case."""
        return Member.Role(row.member.role).name.lower()

    def get_unread(self, row: ThreadOfMember) -> int:
        """How many of them the caller has not read."""
        return max(0, row.thread.seq - row.member.read_up_to)


class ThreadsView(WorkspaceView):
    """The caller's threads."""

    scopes = {"get": "threads:read"}

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


def _cursor(row: ThreadOfMember) -> str:
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


workspace: list[URLPattern | URLResolver] = [
    path("threads", ThreadsView.as_view(), name="threads"),
]

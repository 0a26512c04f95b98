"""Lists by cursor: stable while rows come and go, and bounded.

Rows are ordered by their primary key, newest first (UUIDv7 keys are ordered by time). The cursor is
opaque to callers.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.core.errors import InvalidError
from comms.core.paging import decode_key, encode_key

LIMIT = 50
MOST = 200

_Row = TypeVar("_Row", bound=Model)


class CursorQuery(serializers.Serializer[Any]):
    """The query of every list."""

    cursor = serializers.CharField(
        required=False,
        max_length=64,
        help_text=gettext_lazy(
            "From next_cursor of the page before. Leave it out for the first page."
        ),
    )
    limit = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST,
        default=LIMIT,
        help_text=gettext_lazy("How many items to give."),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    after: uuid.UUID | None
    limit: int


def paged(
    request: Request,
    rows: QuerySet[_Row, Any],
    serialise: Callable[[Sequence[_Row]], list[Any]],
) -> Response:
    """One page of `rows`: {"items": […], "next_cursor": "…" or null}. Two queries at most: no count.

    Raises InvalidError for a cursor or limit that isn't ours.
    """
    place = _place(request)
    ordered = rows.order_by("-pk")
    if place.after is not None:
        ordered = ordered.filter(pk__lt=place.after)
    found = list(ordered[: place.limit + 1])
    page = found[: place.limit]
    more = len(found) > place.limit
    return Response(
        {"items": serialise(page), "next_cursor": encode_key(page[-1].pk) if more else None}
    )


def page_schema(item: type[serializers.Serializer[Any]], name: str) -> Any:
    """The form of such a page for the OpenAPI document. `name` is unique in it ("MemberPage")."""
    return inline_serializer(
        name,
        {
            "items": item(many=True),
            "next_cursor": serializers.CharField(
                allow_null=True, help_text=gettext_lazy("Null on the last page.")
            ),
        },
    )


def _place(request: Request) -> _Place:
    query = CursorQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    cursor = query.validated_data.get("cursor")
    return _Place(_after(cursor) if cursor else None, query.validated_data["limit"])


def _after(cursor: str) -> uuid.UUID:
    try:
        return decode_key(cursor)
    except ValueError as error:
        raise InvalidError(_("This cursor is not one of ours."), field="cursor") from error

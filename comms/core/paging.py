"""Pages of a list. The page is in the URL, so it survives a reload."""

from __future__ import annotations

import base64
import binascii
import uuid
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50

_Row = TypeVar("_Row", bound=Model)


def page_of(request: HttpRequest, rows: QuerySet[_Row, Any], *, size: int = PAGE_SIZE) -> Page[Any]:
    """The page that `?page=` asks for; the nearest one when it doesn't exist."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


@dataclass(frozen=True, slots=True)
class CursorPage(Generic[_Row]):
    """A part of a long list. `newer` and `older` are cursors for `_cursor.html`, or empty."""

    rows: list[_Row]
    newer: str
    older: str


def cursor_page(
    request: HttpRequest, rows: QuerySet[_Row, Any], *, size: int = PAGE_SIZE
) -> CursorPage[_Row]:
    """The part that `?cursor=` asks for, newest first by primary key; the newest when it is none of ours.

    For lists that grow without end: nothing is counted, and rows that arrive don't shift the pages.
    """
    direction, key = _read(request.GET.get("cursor", ""))
    if direction == "n":
        found = list(rows.filter(pk__gt=key).order_by("pk")[: size + 1])
        more_newer, more_older = len(found) > size, True
        shown = found[:size][::-1]
    else:
        older = rows.filter(pk__lt=key) if direction == "o" else rows
        found = list(older.order_by("-pk")[: size + 1])
        more_newer, more_older = direction == "o", len(found) > size
        shown = found[:size]
    return CursorPage(
        shown,
        newer=f"n{encode_key(shown[0].pk)}" if shown and more_newer else "",
        older=f"o{encode_key(shown[-1].pk)}" if shown and more_older else "",
    )


def _read(cursor: str) -> tuple[str, uuid.UUID | None]:
    try:
        return (cursor[0], decode_key(cursor[1:])) if cursor[:1] in {"n", "o"} else ("", None)
    except ValueError:
        return "", None


def encode_key(key: uuid.UUID) -> str:
    """A primary key as a cursor: 22 letters that are safe in an address."""
    return base64.urlsafe_b64encode(key.bytes).decode().rstrip("=")


def decode_key(cursor: str) -> uuid.UUID:
    """The key again. Raises ValueError for anything that `encode_key` didn't write."""
    try:
        return uuid.UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except binascii.Error as error:
        raise ValueError(cursor) from error

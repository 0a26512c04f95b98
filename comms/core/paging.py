"""Pages of a list. The page is in the URL, so it survives a reload."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50

_Row = TypeVar("_Row", bound=Model)


def page_of(request: HttpRequest, rows: QuerySet[_Row, Any], *, size: int = PAGE_SIZE) -> Page[Any]:
    """The page that `?page=` asks for; the nearest one when it doesn't exist."""
    return Paginator(rows, size).get_page(request.GET.get("page"))

"""What a form is bound to."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """The body of a POST, an empty one too, so that an empty form is answered and not shown as new."""
    return request.POST if request.method == "POST" else None

"""The OpenAPI document: made once in a process for each language, then served from memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.request import Request
from rest_framework.views import APIView


@dataclass(frozen=True)
class Document:
    """The document in one language, as it goes out. The tag is that of its bytes, so every process has the same."""

    content: bytes
    etag: str


@cache
def document(language: str) -> Document:
    """The document with its words in `language`, one of ours. Looking through every view takes a tenth of a second."""
    with translation.override(language):
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped upstream
        content: bytes = OpenApiJsonRenderer().render(schema, renderer_context={})
    return Document(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


class OpenApiView(APIView):
    """Everything that a program may do here."""

    schema = None
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (OpenApiJsonRenderer,)

    def get(self, request: Request) -> HttpResponseBase:
        """The document, in the caller's language or that of `lang`; 304 to whoever has it already."""
        asked = request.query_params.get("lang", "")
        offered: dict[str, Any] = dict(settings.LANGUAGES)
        made = document(asked if asked in offered else translation.get_language() or "en")
        response = HttpResponse(
            made.content,
            content_type=OpenApiJsonRenderer.media_type,
            headers={
                "Content-Disposition": 'inline; filename="Entente.json"',
                "Cache-Control": "no-cache",
                "ETag": made.etag,
            },
        )
        unchanged = get_conditional_response(request._request, etag=made.etag, response=response)
        return unchanged or response

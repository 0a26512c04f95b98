"""Bodies that are bytes: canonical CBOR and sealed chunks, which nobody here takes apart or writes anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from comms.core.errors import InvalidError

CBOR = "application/cbor"
OCTETS = "application/octet-stream"

_MOST = 20 * 1024 * 1024


class CborParser(BaseParser):
    """The body as it came. Whoever reads it checks that it is what it must be."""

    media_type = CBOR

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """At most 20 MiB, which the gate before the threads has made sure of."""
        return stream.read(_MOST)


class OctetsParser(CborParser):
    """The same for bytes of no form."""

    media_type = OCTETS


class CborRenderer(BaseRenderer):
    """Bytes that are CBOR already. A problem stays a problem document, in JSON."""

    media_type = CBOR
    format = "cbor"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The bytes themselves."""
        response = (renderer_context or {}).get("response")
        if response is not None and response.exception:
            return JSONRenderer().render(data)
        return b"" if data is None else data


class OctetsRenderer(CborRenderer):
    """The same for bytes of no form."""

    media_type = OCTETS
    format = "octets"


def body_of(request: Request, limit: int) -> bytes:
    """The bytes of the body. Raises InvalidError without any, and for more than `limit`."""
    data: Any = request.data
    if not isinstance(data, bytes) or len(data) > limit:
        raise InvalidError(
            _("Send the body as {kind}, at most {limit} bytes.").format(
                kind=request.content_type, limit=limit
            )
        )
    return data


def cbor_schema(description: str, status: int = 200) -> dict[Any, OpenApiResponse]:
    """An answer in CBOR for the OpenAPI document; `description` names its form in docs/wire.cddl's words."""
    return {(status, CBOR): OpenApiResponse(OpenApiTypes.BINARY, description)}


def octets_schema(description: str) -> dict[Any, OpenApiResponse]:
    """An answer of bytes for the OpenAPI document."""
    return {(200, OCTETS): OpenApiResponse(OpenApiTypes.BINARY, description)}


def cbor_body(limit: int) -> dict[str, Any]:
    """A body in CBOR for the OpenAPI document, of at most `limit` bytes: what `body_of` holds it to."""
    return {CBOR: _binary(limit)}


def octets_body(limit: int) -> dict[str, Any]:
    """A body of bytes for the OpenAPI document, of at most `limit`."""
    return {OCTETS: _binary(limit)}


def _binary(limit: int) -> dict[str, Any]:
    return {"type": "string", "format": "binary", "minLength": 1, "maxLength": limit}

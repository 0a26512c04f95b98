"""What the sealed resources of a thread share: CBOR in and out, positions instead of cursors."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from comms.accounts.api.door import WorkspaceView
from comms.core.rest import CborParser, CborRenderer
from comms.wire.cbor import MAX_INT

FETCH, WRITE = "threads:fetch", "threads:write"
BOTH = {"get": FETCH, "post": WRITE, "put": WRITE, "delete": WRITE}


class SealedView(WorkspaceView):
    """A resource whose bodies are sealed or signed. The services enter the workspace by themselves."""

    scopes = BOTH
    transaction = False
    parser_classes = [CborParser]
    renderer_classes = [CborRenderer]


class AfterQuery(serializers.Serializer[Any]):
    """From where on."""

    after = serializers.IntegerField(
        min_value=0, max_value=MAX_INT, required=False, help_text="Only what follows this number."
    )


class PositionQuery(AfterQuery):
    """From where on, or up to where. With neither, the newest."""

    before = serializers.IntegerField(
        min_value=0, max_value=MAX_INT, required=False, help_text="Only what precedes this number."
    )


def position(request: Request) -> dict[str, int | None]:
    """`after` and `before` of the query. Raises a validation error."""
    query = PositionQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    return {name: query.validated_data.get(name) for name in ("after", "before")}

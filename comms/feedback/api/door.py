"""Resources of feedback: the endpoints of our own pages, for programs that hold a member's keys.

Bodies and answers are the same CBOR, so each resource is made of the endpoint that the pages call: what one of the two
refuses, the other refuses as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from comms.accounts.api.door import WorkspaceView
from comms.core.rest import (
    CborParser,
    CborRenderer,
    OctetsParser,
    OctetsRenderer,
    cbor_body,
    cbor_schema,
    octets_body,
    octets_schema,
)
from comms.wire.files import CHUNK_SIZE, TAG_SIZE

FETCH, WRITE = "feedback:fetch", "feedback:write"


@dataclass(frozen=True)
class Call:
    """One method: its name in the OpenAPI document, what it does, and what goes in and comes out."""

    name: str
    summary: str
    answer: str = ""
    status: int = 200
    limit: int = 0
    detail: str = ""


class FeedbackView(WorkspaceView):
    """A resource whose services enter the workspace by themselves."""

    scopes = {"get": FETCH, "post": WRITE, "put": WRITE}
    transaction = False
    parser_classes = [CborParser]
    renderer_classes = [CborRenderer]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Keep the body: a session's token is looked for in it, then the endpoint reads it again."""
        _ = request.body
        return super().initialize_request(request, *args, **kwargs)


def resource(
    endpoint: Callable[..., HttpResponseBase], *, get: Call | None = None, post: Call | None = None
) -> Callable[..., Any]:
    """The view of one address, from the endpoint of the pages."""
    methods: dict[str, Any] = {"__module__": __name__, "__doc__": endpoint.__doc__}
    if get is not None:
        methods["get"] = _method(endpoint, get, cbor_schema(get.answer))
    if post is not None:
        answer = cbor_schema(post.answer, post.status) if post.answer else {204: None}
        methods["post"] = _method(endpoint, post, answer, cbor_body(post.limit))
    return _made(FeedbackView, endpoint, methods).as_view()


def chunks(
    endpoint: Callable[..., HttpResponseBase], *, get: Call, put: Call
) -> Callable[..., Any]:
    """The view of sealed chunks."""
    methods = {
        "__module__": __name__,
        "__doc__": endpoint.__doc__,
        "parser_classes": [OctetsParser],
        "renderer_classes": [OctetsRenderer],
        "get": _method(endpoint, get, octets_schema(get.answer)),
        "put": _method(endpoint, put, {204: None}, octets_body(CHUNK_SIZE + TAG_SIZE)),
    }
    return _made(FeedbackView, endpoint, methods).as_view()


def _made(
    base: type[FeedbackView], endpoint: Callable[..., Any], methods: dict[str, Any]
) -> type[FeedbackView]:
    name = "".join(part.title() for part in endpoint.__name__.split("_"))
    return type(f"Feedback{name}View", (base,), methods)


def _method(
    endpoint: Callable[..., Any], call: Call, responses: Any, body: Any = None
) -> Callable[..., Any]:
    # The endpoint without the door of the pages: the API has its own.
    view = cast(Any, endpoint).view

    def answer(self: FeedbackView, request: Request, **kwargs: Any) -> HttpResponseBase:
        plain = cast(Any, request._request)
        plain.actor, plain.workspace = self.actor, self.workspace
        return cast(HttpResponseBase, view(plain, **kwargs))

    answer.__doc__ = call.detail or view.__doc__
    return extend_schema(
        operation_id=call.name, summary=call.summary, request=body, responses=responses
    )(answer)

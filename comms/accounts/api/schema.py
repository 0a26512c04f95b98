"""What each operation says of itself in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from comms.core.rest import ProblemSerializer

_ALWAYS = {
    "401": "No token or session, or one that is no longer good.",
    "429": "Too many calls; Retry-After says when to go on.",
}
_IN_WORKSPACE = {
    "403": "The token's scope or the person's role doesn't include this.",
    "404": "No such thing, or not for you to know.",
}
_WITH_INPUT = {"422": "Something in the request isn't right; `errors` says what."}
_WITH_BODY = {
    "408": "The body came too slowly: more than 30 seconds.",
    "413": "The body is larger than 20 MB.",
}
_CHANGING = {"409": "The state has moved on: read it again. `code` says what was in the way."}


class Schema(AutoSchema):
    """Adds to each operation the errors that the door and the frame answer with, and its scope."""

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular's own class does
        """The docstring, and which scope a token needs."""
        text = str(super().get_description() or "")
        scope = getattr(self.view, "scopes", {}).get(self.method.lower())
        return f"{text}\n\nScope: `{scope}`." if scope else text

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        problems = dict(_ALWAYS)
        if not self.view.authentication_classes:
            del problems["401"]
        if "{workspace}" in self.path:
            problems |= _IN_WORKSPACE
        if self.method in {"POST", "PUT", "PATCH"} or self._get_parameters():
            problems |= _WITH_INPUT
        if self.method in {"POST", "PUT", "PATCH"} and self.get_request_serializer() is not None:
            problems |= _WITH_BODY
            if self.view.authentication_classes:
                problems |= _CHANGING
        for status, description in problems.items():
            if status not in bodies:
                bodies[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]  # untyped upstream
                    OpenApiResponse(ProblemSerializer, description),
                    status,
                    media_types=["application/problem+json"],
                )
        return bodies

"""Routes of the API. People come with their session here; tokens are in tests/api."""

from typing import Any

from tests import factories
from tests.campaigns.makers import make_audience, make_edition
from tests.directory.makers import make_stakeholder
from tests.permissions.rows import Cast, Row, members, nothing, workspace_only

UNKNOWN = 401


def api(status: int = 200, **others: int) -> dict[str, int]:
    """As `members`, but strangers get 401: a program follows no redirect to a sign-in page."""
    return members(status, anonymous=UNKNOWN, **others)


def api_only(*roles: str) -> dict[str, int]:
    """Members with one of `roles` get 200, others 403."""
    return api(403, **dict.fromkeys(roles, 200))


def anyone(status: int = 200) -> dict[str, int]:
    """Whoever is signed in, in whatever workspace."""
    return api(status, outsider=status)


def _editor(cast: Cast) -> Any:
    return factories.actor_of(cast.people["editor"], cast.mission)


def _somebody(_cast: Cast) -> dict[str, Any]:
    return {"kind": "person", "name": "Somebody"}


def _stakeholder(cast: Cast) -> dict[str, Any]:
    return {**workspace_only(cast), "stakeholder": make_stakeholder(_editor(cast)).id}


def _audience(cast: Cast) -> dict[str, Any]:
    return {**workspace_only(cast), "audience": make_audience(_editor(cast)).id}


def _edition(cast: Cast) -> dict[str, Any]:
    return {**workspace_only(cast), "edition": make_edition(_editor(cast)).id}


ROWS = [
    Row("api:openapi", arguments=nothing, everyone=200),
    Row("api:not_here", arguments=nothing, everyone=404),
    Row("api:me", arguments=nothing, expected=anyone()),
    Row("api:members", arguments=workspace_only, expected=api()),
    Row("api:audit_entries", expected=api_only("admin", "analyst")),
    Row("api:audit_head", expected=api_only("admin", "analyst")),
    Row("api:stakeholders", expected=api()),
    Row(
        "api:stakeholders",
        method="POST",
        data=_somebody,
        content_type="application/json",
        expected=api(403, admin=201, diplomat=201, editor=201),
    ),
    Row("api:stakeholder", arguments=_stakeholder, expected=api()),
    Row(
        "api:stakeholder",
        method="DELETE",
        arguments=_stakeholder,
        expected=api(403, admin=204, diplomat=204, editor=204),
    ),
    Row("api:audiences", expected=api()),
    Row("api:audience", arguments=_audience, expected=api()),
    Row("api:templates", expected=api()),
    Row("api:key_messages", expected=api()),
    Row("api:campaigns", expected=api()),
    Row("api:editions", expected=api()),
    Row("api:edition", arguments=_edition, expected=api()),
    Row("api:deliveries", arguments=_edition, expected=api()),
    Row("api:threads", expected=api()),
]

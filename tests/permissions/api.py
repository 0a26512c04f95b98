"""Routes of the API. People come with their session here; tokens are in tests/api."""

from tests.permissions.rows import Row, members, nothing, workspace_only

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


ROWS = [
    Row("api:openapi", arguments=nothing, everyone=200),
    Row("api:not_here", arguments=nothing, everyone=404),
    Row("api:me", arguments=nothing, expected=anyone()),
    Row("api:members", arguments=workspace_only, expected=api()),
    Row("api:audit_entries", expected=api_only("admin", "analyst")),
    Row("api:audit_head", expected=api_only("admin", "analyst")),
]

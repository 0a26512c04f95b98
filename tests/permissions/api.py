"""Routes of the API. People come with their session here; tokens are in tests/api."""

from typing import Any

from tests import factories
from tests.campaigns.makers import make_audience, make_edition
from tests.directory.makers import make_stakeholder
from tests.permissions.rows import NOT_FOUND, Cast, Row, members, nothing, workspace_only
from tests.permissions.threads import (
    CBOR,
    empty,
    own_chunk,
    own_thread,
    three_bytes,
    whole_blob,
    whole_chunk,
)

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


IN_IT = api(NOT_FOUND, admin=200, diplomat=200)
# What can't be read is refused before it is asked whose thread it would be.
UNREADABLE = api(422)


def _sealed(name: str, method: str = "POST") -> Row:
    """A body that no codec accepts, sent to a thread."""
    return Row(
        f"api:{name}",
        UNREADABLE,
        method=method,
        arguments=own_thread,
        data=empty if method == "POST" else three_bytes,
        content_type=CBOR,
    )


THREADS = [
    Row("api:threads", expected=api()),
    Row("api:threads", method="POST", data=empty, content_type=CBOR, expected=UNREADABLE),
    Row("api:threads_index", expected=api()),
    Row("api:threads_drafts", expected=api()),
    Row("api:threads_muted", expected=api()),
    *(
        Row(f"api:{name}", IN_IT, arguments=own_thread)
        for name in (
            "thread",
            "thread_members",
            "thread_epochs",
            "thread_envelopes",
            "thread_people",
            "thread_guests",
            "thread_leaves",
            "thread_put_out",
            "thread_receipts",
            "thread_draft",
        )
    ),
    *(
        _sealed(name)
        for name in (
            "thread_epochs",
            "thread_form_keys",
            "thread_envelopes",
            "thread_read",
            "thread_leaves",
            "thread_history",
            "thread_ephemeral",
            "thread_receipts",
            "thread_blobs",
        )
    ),
    # A conversation has none; those of a form are under the form's own thread.
    Row("api:thread_form_keys", api(NOT_FOUND), arguments=own_thread),
    _sealed("thread_draft", "PUT"),
    _sealed("thread_mute", "PUT"),
    _sealed("thread_guests"),
    Row("api:thread_blob", IN_IT, arguments=whole_blob),
    Row(
        "api:thread_blob",
        api(NOT_FOUND, admin=204, diplomat=403),
        method="DELETE",
        arguments=whole_blob,
    ),
    Row("api:thread_chunk", api(NOT_FOUND), arguments=whole_chunk),
    Row(
        "api:thread_chunk",
        api(NOT_FOUND, admin=422),
        method="PUT",
        arguments=own_chunk,
        data=three_bytes,
        content_type="application/octet-stream",
    ),
]


ROWS = [
    # Nobody is signed in at the entrance; what it is given here is no sign-in.
    *(
        Row(
            f"api:{name}",
            arguments=nothing,
            method="POST",
            content_type="application/json",
            everyone=422,
        )
        for name in ("session_parameters", "session", "session_second_step", "session_reset")
    ),
    Row(
        "api:session_reset_finish",
        arguments=nothing,
        method="POST",
        data=three_bytes,
        content_type=CBOR,
        everyone=422,
    ),
    Row("api:session_current", arguments=nothing, method="DELETE", expected=anyone(204)),
    # The cast of the matrix has no vault.
    Row("api:keys", arguments=nothing, expected=anyone(404)),
    Row("api:keys_chain", arguments=nothing, expected=anyone()),
    Row(
        "api:keys_vault",
        arguments=nothing,
        method="PUT",
        data=three_bytes,
        content_type=CBOR,
        expected=anyone(422),
    ),
    Row(
        "api:keys_wraps",
        arguments=nothing,
        method="POST",
        data=three_bytes,
        content_type=CBOR,
        expected=anyone(422),
    ),
    Row(
        "api:keys_identity",
        arguments=nothing,
        method="POST",
        data=three_bytes,
        content_type=CBOR,
        expected=anyone(422),
    ),
    Row("api:keys_session_secret", arguments=nothing, method="POST", expected=anyone()),
    Row("api:keys_session_secret", arguments=nothing, method="DELETE", expected=anyone(204)),
    Row("api:identities", expected=api()),
    *THREADS,
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
]

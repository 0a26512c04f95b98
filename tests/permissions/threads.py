"""Who may open the pages and endpoints of threads: whoever is in one, whatever their role."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.permissions.rows import NOT_FOUND, OK, Cast, Row, members, workspace_only
from tests.threads.world import World

# An endpoint that a script calls answers 401, since a script follows no redirect to the sign-in page.
SCRIPTS = {"anonymous": 401}
UNREADABLE = 422


def own_thread(cast: Cast) -> dict[str, Any]:
    """A thread of the administrator and the diplomat."""
    world = World(cast.mission)
    thread = world.open(cast.people["admin"], cast.people["diplomat"])
    return {"workspace": cast.mission.slug, "thread_id": thread.id}


def no_thread(cast: Cast) -> dict[str, Any]:
    return {"workspace": cast.mission.slug, "thread_id": uuid4()}


IN_IT = members(NOT_FOUND, admin=OK, diplomat=OK)
CBOR = "application/cbor"


def empty(_cast: Cast) -> Any:
    """A body that no codec accepts."""
    return b"\xf6"


ROWS = [
    Row("threads:list", members()),
    Row("threads:index", members(**SCRIPTS), arguments=workspace_only),
    Row(
        "threads:create",
        members(UNREADABLE, **SCRIPTS),
        method="POST",
        data=empty,
        content_type=CBOR,
    ),
    Row("threads:drafts", members(**SCRIPTS), arguments=workspace_only),
    Row("threads:thread", IN_IT, arguments=own_thread),
    Row("threads:thread", members(NOT_FOUND), arguments=no_thread),
    *(
        Row(f"threads:{name}", {**IN_IT, **SCRIPTS}, arguments=own_thread)
        for name in ("epochs", "envelopes", "people", "receipts", "draft")
    ),
    *(
        Row(
            f"threads:{name}",
            # What can't be read is refused before it is asked whose thread it would be.
            {**members(UNREADABLE), **SCRIPTS},
            method="POST",
            arguments=own_thread,
            data=empty,
            content_type=CBOR,
        )
        for name in ("epochs", "envelopes", "read", "history", "ephemeral", "receipts", "draft")
    ),
]

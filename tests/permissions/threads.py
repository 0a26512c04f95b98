"""Who may open the pages and endpoints of threads: whoever is in one, whatever their role."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone

from comms.threads.models import Blob
from tests.permissions.rows import FORBIDDEN, NOT_FOUND, OK, Cast, Row, members, workspace_only
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


def own_blob(cast: Cast) -> dict[str, Any]:
    """A file of the administrator in their thread, of which nothing has arrived yet."""
    place = own_thread(cast)
    blob = Blob.objects.create(
        id=uuid4(),
        workspace_id=cast.mission.id,
        thread_id=place["thread_id"],
        uploader_id=cast.people["admin"].id,
        size=12,
    )
    return {**place, "blob_id": blob.id}


def whole_blob(cast: Cast) -> dict[str, Any]:
    """As `own_blob`, complete: everyone in the thread may know of it."""
    place = own_blob(cast)
    Blob.objects.filter(id=place["blob_id"]).update(completed_at=timezone.now())
    return place


def own_chunk(cast: Cast) -> dict[str, Any]:
    return {**own_blob(cast), "number": 0}


def whole_chunk(cast: Cast) -> dict[str, Any]:
    return {**whole_blob(cast), "number": 0}


IN_IT = members(NOT_FOUND, admin=OK, diplomat=OK)
CBOR = "application/cbor"


def three_bytes(_cast: Cast) -> Any:
    """Sent as "[1]", which is no sealed chunk."""
    return [1]


def empty(_cast: Cast) -> Any:
    """A body that no codec accepts."""
    return b"\xf6"


def nobodys_link(cast: Cast) -> dict[str, Any]:
    """A guest that there is not."""
    return {"workspace": cast.mission.slug, "guest_id": uuid4()}


def guest_in(cast: Cast) -> dict[str, Any]:
    """A guest's address of a thread that members are in: their sessions count for nothing there."""
    return {"guest_id": uuid4(), **own_thread(cast)}


def guest_blob(cast: Cast) -> dict[str, Any]:
    return {"guest_id": uuid4(), **whole_blob(cast)}


def guest_chunk(cast: Cast) -> dict[str, Any]:
    return {**guest_blob(cast), "number": 0}


def without_pass(name: str, method: str = "GET", arguments: Any = guest_in) -> Row:
    """Whoever comes without a guest's pass, signed in or not."""
    body: dict[str, Any] = {"data": empty, "content_type": CBOR} if method == "POST" else {}
    return Row(f"guests:{name}", everyone=401, method=method, arguments=arguments, **body)


GUESTS = [
    # The page is the same for every link; what comes of it is asked by its script.
    Row("guests:page", everyone=OK, arguments=nobodys_link),
    Row("guests:challenge", everyone=NOT_FOUND, method="POST", arguments=nobodys_link),
    Row(
        "guests:pass",
        everyone=UNREADABLE,
        method="POST",
        arguments=nobodys_link,
        data=empty,
        content_type=CBOR,
    ),
    without_pass("keys", "POST", nobodys_link),
    *(
        without_pass(name)
        for name in (
            "epochs",
            "envelopes",
            "people",
            "guests",
            "leaves",
            "put_out",
            "receipts",
            "draft",
        )
    ),
    *(
        without_pass(name, "POST")
        for name in (
            "epochs",
            "envelopes",
            "read",
            "leaves",
            "ephemeral",
            "receipts",
            "draft",
            "blobs",
        )
    ),
    without_pass("blob", arguments=guest_blob),
    without_pass("blob", "DELETE", guest_blob),
    without_pass("chunk", arguments=guest_chunk),
    without_pass("chunk", "PUT", guest_chunk),
]

ROWS = [
    *GUESTS,
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
    Row("threads:muted", members(**SCRIPTS), arguments=workspace_only),
    Row("threads:thread", IN_IT, arguments=own_thread),
    Row("threads:thread", members(NOT_FOUND), arguments=no_thread),
    *(
        Row(f"threads:{name}", {**IN_IT, **SCRIPTS}, arguments=own_thread)
        for name in (
            "epochs",
            "envelopes",
            "people",
            "receipts",
            "draft",
            "leaves",
            "put_out",
            "guests",
        )
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
        for name in (
            "epochs",
            "envelopes",
            "read",
            "history",
            "ephemeral",
            "receipts",
            "draft",
            "leaves",
            "guests",
            "mute",
        )
    ),
    # A conversation has none; those of a form are under the form's own thread.
    Row("threads:form_keys", {**members(NOT_FOUND), **SCRIPTS}, arguments=own_thread),
    Row(
        "threads:form_keys",
        {**members(UNREADABLE), **SCRIPTS},
        method="POST",
        arguments=own_thread,
        data=empty,
        content_type=CBOR,
    ),
    Row(
        "threads:blobs",
        {**members(UNREADABLE), **SCRIPTS},
        method="POST",
        arguments=own_thread,
        data=empty,
        content_type=CBOR,
    ),
    Row("threads:blob", {**IN_IT, **SCRIPTS}, arguments=whole_blob),
    Row(
        "threads:blob",
        # An owner of the thread, who is also who sent it; another member may not.
        {**members(NOT_FOUND, admin=204, diplomat=FORBIDDEN), **SCRIPTS},
        method="DELETE",
        arguments=whole_blob,
    ),
    # Nothing of it has arrived, so even who may have it finds no chunk.
    Row("threads:chunk", {**members(NOT_FOUND), **SCRIPTS}, arguments=whole_chunk),
    Row(
        "threads:chunk",
        # Only who began the upload comes as far as the size, which is wrong.
        {**members(NOT_FOUND, admin=UNREADABLE), **SCRIPTS},
        method="PUT",
        arguments=own_chunk,
        data=three_bytes,
        content_type="application/octet-stream",
    ),
]

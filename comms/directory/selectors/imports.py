"""Imports as their pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError, NotFoundError
from comms.directory import policies
from comms.directory.lists.problems import problem_from_json
from comms.directory.lists.reader import Row
from comms.directory.models import Import, ImportChunk, ImportRow, ImportState
from comms.directory.models.scope import open_workspace_id

_IDLE = timedelta(seconds=30)


def _require(actor: Actor) -> None:
    if not policies.can_manage_lists(actor):
        raise ForbiddenError(_("Only administrators and editors may import lists."))


def list_imports(actor: Actor) -> QuerySet[Import]:
    """The newest first; discarded ones left out."""
    _require(actor)
    return (
        Import.objects.filter(workspace_id=actor.workspace_id)
        .exclude(state=ImportState.DISCARDED)
        .order_by("-created_at")
    )


def get_import(actor: Actor, import_id: uuid.UUID) -> Import:
    """One import. Raises NotFoundError."""
    _require(actor)
    found = Import.objects.filter(workspace_id=actor.workspace_id, id=import_id).first()
    if found is None:
        raise NotFoundError(_("There is no such import in this workspace."))
    return found


def first_rows(staged: Import, count: int) -> list[Row]:
    """The first rows of an upload that is still there."""
    chunk = ImportChunk.objects.filter(import_run=staged).order_by("first_row").first()
    return [Row(number, cells) for number, cells in chunk.rows[:count]] if chunk else []


def explained_rows(run: Import) -> QuerySet[ImportRow]:
    """The rows that need explaining, in the file's order."""
    return ImportRow.objects.filter(import_run=run).order_by("number")


def sentences_of(row: ImportRow) -> list[str]:
    """Why, in the reader's language."""
    return [problem_from_json(problem).sentence for problem in row.why]


def error_file_rows(run: Import) -> Iterator[list[str]]:
    """The list's own columns and why, for the rows that need explaining; the header first.

    Mended, the file can be imported as it is: its last column is not asked for.
    """
    yield [*run.columns, _("Why (row in your file)")]
    width = len(run.columns)
    for row in explained_rows(run).iterator(chunk_size=500):
        cells = [str(cell) for cell in row.cells]
        why = _("Row %(row)d: %(why)s") % {"row": row.number, "why": " ".join(sentences_of(row))}
        yield [*(cells + [""] * width)[: max(width, len(cells))], why]


def list_workspaces_with_imports() -> list[uuid.UUID]:
    """Workspaces in which an import is under way. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT directory_workspaces_with_imports()")
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


def list_waiting_import_ids() -> list[uuid.UUID]:
    """Imports whose worker has gone, or was never told. Inside `in_workspace`."""
    return list(
        Import.objects.filter(
            workspace_id=open_workspace_id(),
            state__in=[ImportState.CHECKING, ImportState.RUNNING],
            touched_at__lt=timezone.now() - _IDLE,
        ).values_list("id", flat=True)
    )

"""An upload until a worker takes it, and after."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ConflictError
from comms.core.jobs import enqueue
from comms.core.tenancy import in_workspace
from comms.directory import selectors
from comms.directory.lists.mapping import mapping_from_json
from comms.directory.lists.reader import read_table
from comms.directory.lists.suggest import suggested_mapping
from comms.directory.models import Import, ImportChunk, ImportRow, ImportState
from comms.directory.models.scope import open_workspace_id
from comms.directory.services.audiences import require_lists
from comms.directory.services.consents import check_basis
from comms.ledger.services import record

# A second of work: what a killed worker repeats, and how long its locks are held.
CHUNK_ROWS = 1000
SAMPLE_ROWS = 200
# An upload that nobody goes on with, and the explained rows of one that was imported, do not stay.
STAGED_FOR = timedelta(hours=24)
EXPLAINED_FOR = timedelta(days=30)


def stage_import(*, actor: Actor, filename: str, content: bytes) -> Import:
    """Read the file and keep its rows, encrypted, with a suggested mapping.

    Raises InvalidError with one sentence when the file is no list; then nothing is kept.
    """
    require_lists(actor)
    table = read_table(content)
    with in_workspace(actor.workspace_id):
        staged = Import.objects.create(
            workspace_id=actor.workspace_id,
            created_by=actor.user_id,
            filename=" ".join(filename.split())[:200] or "list.csv",
            encoding=table.encoding,
            delimiter=table.delimiter,
            notice=table.notice,
            columns=table.columns,
            mapping=suggested_mapping(table.columns, table.rows[:SAMPLE_ROWS]).as_json(),
            row_count=len(table.rows),
        )
        ImportChunk.objects.bulk_create(
            (
                ImportChunk(
                    workspace_id=actor.workspace_id,
                    import_run=staged,
                    first_row=start,
                    rows=[
                        [row.number, row.cells] for row in table.rows[start : start + CHUNK_ROWS]
                    ],
                )
                for start in range(0, len(table.rows), CHUNK_ROWS)
            ),
            batch_size=20,
        )
        record(
            action="directory.staged_import",
            actor=actor,
            subject_type="import",
            subject_id=staged.id,
            details={"rows": len(table.rows), "columns": len(table.columns)},
        )
    return staged


def save_mapping(
    *,
    actor: Actor,
    import_id: uuid.UUID,
    mapping: Any,
    purpose: str,
    basis: str,
    source: str,
    given_at: date | None,
) -> Import:
    """Keep how the columns are read and on what lawful basis, and have the rows checked by a worker.

    Raises InvalidError naming the field; ConflictError once rows have been imported.
    """
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        staged = _changeable(actor, import_id)
        staged.mapping = mapping_from_json(mapping, staged.columns).as_json()
        check_basis(purpose=purpose, basis=basis, source=source, given_at=given_at)
        staged.purpose, staged.basis = purpose, basis
        staged.source, staged.given_at = source.strip(), given_at
        _restart(staged, ImportState.CHECKING)
        staged.save()
        staged.explained.all().delete()
        enqueue("directory.advance_import", workspace_id=actor.workspace_id, import_id=staged.id)
    return staged


def start_import(*, actor: Actor, import_id: uuid.UUID) -> Import:
    """Have the checked rows imported by a worker. A stopped import goes on where it stopped."""
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        staged = _locked(actor, import_id)
        if staged.state == ImportState.STOPPED and staged.counts.get("phase") == "import":
            staged.state, staged.failures = ImportState.RUNNING, 0
            staged.touched_at = timezone.now()
        elif staged.state == ImportState.CHECKED:
            _restart(staged, ImportState.RUNNING)
            staged.explained.all().delete()
        else:
            raise ConflictError(
                _("This import was started already, or its rows are not checked yet.")
            )
        staged.save()
        record(
            action="directory.started_import",
            actor=actor,
            subject_type="import",
            subject_id=staged.id,
            details={"rows": staged.row_count, "basis": staged.basis, "purpose": staged.purpose},
        )
        enqueue("directory.advance_import", workspace_id=actor.workspace_id, import_id=staged.id)
    return staged


def discard_import(*, actor: Actor, import_id: uuid.UUID) -> None:
    """Delete an upload that was not imported."""
    require_lists(actor)
    with in_workspace(actor.workspace_id):
        staged = _locked(actor, import_id)
        if staged.state in {ImportState.RUNNING, ImportState.DONE}:
            raise ConflictError(_("This list is imported already, or being imported."))
        forget(staged, ImportState.DISCARDED)
        record(
            action="directory.discarded_import",
            actor=actor,
            subject_type="import",
            subject_id=staged.id,
        )


def forget(staged: Import, state: ImportState) -> None:
    """Delete the uploaded rows; what is left says only what was done."""
    staged.chunks.all().delete()
    staged.state = state
    staged.finished_at = staged.touched_at = timezone.now()
    if state == ImportState.DISCARDED:
        staged.explained.all().delete()
        staged.columns, staged.mapping = [], {}
    staged.save()


def forget_old_imports() -> int:
    """Delete uploads that nobody went on with and explanations that are old. Inside `in_workspace`."""
    now = timezone.now()
    idle = Import.objects.select_for_update(skip_locked=True).filter(
        workspace_id=open_workspace_id(),
        state__in=[ImportState.STAGED, ImportState.CHECKED, ImportState.STOPPED],
        touched_at__lt=now - STAGED_FOR,
    )
    forgotten = 0
    for staged in idle:
        forget(staged, ImportState.DISCARDED)
        record(action="directory.discarded_import", subject_type="import", subject_id=staged.id)
        forgotten += 1
    ImportRow.objects.filter(
        workspace_id=open_workspace_id(), import_run__finished_at__lt=now - EXPLAINED_FOR
    ).delete()
    return forgotten


def _locked(actor: Actor, import_id: uuid.UUID) -> Import:
    selectors.get_import(actor, import_id)
    return Import.objects.select_for_update().get(id=import_id)


def _changeable(actor: Actor, import_id: uuid.UUID) -> Import:
    staged = _locked(actor, import_id)
    if staged.state not in {ImportState.STAGED, ImportState.CHECKING, ImportState.CHECKED} and not (
        staged.state == ImportState.STOPPED and staged.counts.get("phase") == "check"
    ):
        raise ConflictError(
            _(
                "This list is imported already, or being imported: upload it again to read it differently."
            )
        )
    return staged


def _restart(staged: Import, state: ImportState) -> None:
    staged.state = state
    staged.counts = {"phase": "check" if state == ImportState.CHECKING else "import"}
    staged.rows_done = staged.failures = 0
    staged.touched_at = timezone.now()

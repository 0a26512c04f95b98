"""The worker's part: chunk by chunk, each in one transaction, so that a killed worker leaves no half row.

A check writes nothing but its counts and starts anew when it was interrupted; an import goes on after the
last chunk that was committed. Two workers that hold the same import don't meet: the row is locked.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

import structlog
from django.utils import timezone

from comms.core.fields import insert_rows, insert_values, update_rows
from comms.core.tenancy import in_workspace
from comms.directory.lists.mapping import Mapping, mapping_from_json
from comms.directory.lists.reader import Row
from comms.directory.lists.rules import Draft, draft_of
from comms.directory.models import (
    Consent,
    ContactPoint,
    Import,
    ImportChunk,
    ImportRow,
    ImportState,
    RowState,
)
from comms.directory.models.stakeholders import derive_from_names
from comms.directory.services.imports.matching import (
    Book,
    Directory,
    book_of_import,
    note_in_book,
)
from comms.directory.services.imports.staging import forget
from comms.directory.services.imports.writing import Change, change_of
from comms.ledger.services import record

log = structlog.get_logger(__name__)

MOST_FAILURES = 3
_MARKED = ("import_id", "import_row")
_WRITTEN = (
    *_MARKED,
    *("name", "name_prefixes", "sort_name", "role", "country", "region", "languages", "time_zone"),
    *("notes", "updated_at"),
)
_COUNTED = ("created", "updated", "unchanged", "failed", "reachable", "explained")


def advance_import(*, workspace_id: uuid.UUID, import_id: uuid.UUID) -> None:
    """Go through the rows that are left, as long as the import wants it. Ends at once when another worker
    has it. Call it outside any transaction.
    """
    book: Book | None = None
    while True:
        try:
            with in_workspace(workspace_id):
                run = (
                    Import.objects.select_for_update(skip_locked=True).filter(id=import_id).first()
                )
                if run is None or not run.is_working:
                    return
                if book is None:
                    book = _opening(run)
                _advance(run, book)
        except Exception as error:
            # A deadlock, or an address that somebody added by hand in this second: look again. Whatever it
            # is, an import that can't go on must end up as stopped on its page, not hang there.
            log.warning("import.chunk_failed", error=type(error).__name__)
            if not _may_try_again(workspace_id, import_id):
                return
            book = None


def _opening(run: Import) -> Book:
    if run.state == ImportState.RUNNING:
        return book_of_import(run.id) if run.rows_done else Book()
    run.rows_done = 0
    run.counts = {"phase": "check"}
    run.explained.all().delete()
    return Book()


def _advance(run: Import, book: Book) -> None:
    chunk = (
        ImportChunk.objects.filter(import_run=run, first_row__gte=run.rows_done)
        .order_by("first_row")
        .first()
    )
    if chunk is None:
        _finish(run)
        return
    mapping = mapping_from_json(run.mapping, run.columns)
    rows = [Row(number, cells) for number, cells in chunk.rows]
    drafts = [draft_of(row, run.columns, mapping) for row in rows]
    changes = _changes(run, mapping, drafts, book)
    if run.state == ImportState.RUNNING:
        _write(run, changes)
    explained = _explained(run, rows, drafts)
    insert_rows(explained)
    counted: Counter[str] = Counter(change.outcome for change in changes)
    counted["failed"] = sum(draft.is_failed for draft in drafts)
    counted["reachable"] = sum(change.is_reachable for change in changes)
    counted["explained"] = len(explained)
    run.counts = {
        **run.counts,
        **{name: run.counts.get(name, 0) + counted[name] for name in _COUNTED},
    }
    run.rows_done = chunk.first_row + len(rows)
    run.failures = 0
    run.touched_at = timezone.now()
    run.save(update_fields=["counts", "rows_done", "failures", "touched_at"])


def _changes(run: Import, mapping: Mapping, drafts: Sequence[Draft], book: Book) -> list[Change]:
    usable = [draft for draft in drafts if not draft.is_failed]
    directory = Directory(usable, run.purpose)
    for draft in usable:
        draft.region = directory.region_of(draft.region)
    changes = []
    for draft in usable:
        match = directory.match(draft, book)
        if draft.is_failed:
            continue
        changes.append(change_of(match, run, mapping, directory))
        note_in_book(book, match)
    return changes


def _write(run: Import, changes: Sequence[Change]) -> None:
    """Save a chunk in a handful of statements."""
    now = timezone.now()
    derive_from_names([c.stakeholder for c in changes if c.is_renamed])
    new = {id(c.stakeholder) for c in changes if c.is_new}
    insert_rows([c.stakeholder for c in changes if c.is_new])
    # Several rows may be about one stakeholder: each is written once, as the last row left it.
    seen = {c.stakeholder.pk: c for c in changes if id(c.stakeholder) not in new}
    changed = {
        c.stakeholder.pk for c in changes if c.outcome == "updated" and id(c.stakeholder) not in new
    }
    update_rows([c.stakeholder for pk, c in seen.items() if pk in changed], _WRITTEN)
    update_rows([c.stakeholder for pk, c in seen.items() if pk not in changed], _MARKED)
    # Addresses that make way first: positions are no key, so the order does not matter to the database.
    moved = {point.pk: point for change in changes for point in change.moved}
    update_rows(list(moved.values()), ["position"])
    insert_values(
        ContactPoint,
        [
            {
                "stakeholder_id": change.stakeholder.pk,
                "channel": point.channel,
                "address": point.address,
                "position": point.position,
                "suppressed_at": point.suppressed_at,
                "suppressed_reason": point.suppressed_reason,
            }
            for change in changes
            for point in change.points
        ],
        workspace_id=run.workspace_id,
        created_at=now,
    )
    insert_values(
        Consent,
        [{"stakeholder_id": change.stakeholder.pk} for change in changes if change.gets_basis],
        workspace_id=run.workspace_id,
        purpose=run.purpose,
        basis=run.basis,
        source=run.source,
        given_at=run.given_at or run.created_at.date(),
        recorded_by=run.created_by,
        import_id=run.id,
    )


def _explained(run: Import, rows: Sequence[Row], drafts: Sequence[Draft]) -> list[ImportRow]:
    return [
        ImportRow(
            workspace_id=run.workspace_id,
            import_run=run,
            number=row.number,
            state=RowState.FAILED if draft.is_failed else RowState.WARNING,
            cells=row.cells,
            why=[problem.as_json() for problem in draft.problems],
        )
        for row, draft in zip(rows, drafts, strict=True)
        if draft.problems
    ]


def _finish(run: Import) -> None:
    if run.state == ImportState.CHECKING:
        run.state = ImportState.CHECKED
        run.touched_at = timezone.now()
        run.save(update_fields=["state", "touched_at"])
        return
    forget(run, ImportState.DONE)
    record(
        action="directory.finished_import",
        actor_id=run.created_by,
        subject_type="import",
        subject_id=run.id,
        details={name: run.counts.get(name, 0) for name in _COUNTED},
    )


def _may_try_again(workspace_id: uuid.UUID, import_id: uuid.UUID) -> bool:
    with in_workspace(workspace_id):
        run = Import.objects.select_for_update().filter(id=import_id).first()
        if run is None or not run.is_working:
            return False
        run.failures += 1
        run.touched_at = timezone.now()
        if run.failures >= MOST_FAILURES:
            run.state = ImportState.STOPPED
            record(
                action="directory.stopped_import",
                subject_type="import",
                subject_id=run.id,
                details={"rows_done": run.rows_done},
            )
        run.save(update_fields=["failures", "touched_at", "state"])
        return run.is_working

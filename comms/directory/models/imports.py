"""Lists on their way into the directory. What was uploaded lies here encrypted and only until it is imported."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.fields import EncryptedJSONField, EncryptedTextField
from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned
from comms.directory.models.choices import Basis, ImportState, Purpose, RowState


class Import(WorkspaceOwned):
    """One uploaded list: its columns, how they are read, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.STAGED)
    filename = EncryptedTextField()
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    notice = models.CharField(max_length=300, blank=True)
    columns = EncryptedJSONField(default=list)
    mapping = EncryptedJSONField(default=dict)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, blank=True)
    basis = models.CharField(_("lawful basis"), max_length=20, choices=Basis.choices, blank=True)
    source = EncryptedTextField(_("source"), blank=True)
    given_at = models.DateField(_("since"), null=True)
    row_count = models.PositiveIntegerField()
    # Counts of the phase that runs or ran last: rows, created, updated, unchanged, reachable, warnings, failed.
    counts = models.JSONField(default=dict)
    rows_done = models.PositiveIntegerField(default=0)
    # Tries since the last chunk that went well; after some the import stops and says so.
    failures = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.UUIDField(editable=False)
    touched_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="import_list"),
            models.Index(
                fields=["workspace", "touched_at"],
                condition=Q(state__in=["checking", "running"]),
                name="import_working",
            ),
        ]

    @property
    def is_working(self) -> bool:
        """A worker is, or should be, going through its rows."""
        return self.state in {ImportState.CHECKING, ImportState.RUNNING}


class ImportChunk(WorkspaceOwned):
    """some rows of an upload, encrypted together; deleted once the import is done or discarded."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    import_run = models.ForeignKey(
        "directory.Import", on_delete=models.CASCADE, related_name="chunks"
    )
    import_run_id: uuid.UUID
    first_row = models.PositiveIntegerField()
    rows = EncryptedJSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["import_run", "first_row"], name="import_chunk_once")
        ]


class ImportRow(WorkspaceOwned):
    """A row that needs explaining: its cells and why, for the page and the error file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    import_run = models.ForeignKey(
        "directory.Import", on_delete=models.CASCADE, related_name="explained"
    )
    import_run_id: uuid.UUID
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=RowState.choices)
    cells = EncryptedJSONField()
    why = EncryptedJSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["import_run", "number"], name="import_row_once")
        ]

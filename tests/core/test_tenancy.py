"""A workspace's rows exist only inside it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from comms.accounts.models import Workspace
from comms.core.tenancy import (
    WorkspaceMixError,
    current_workspace_id,
    in_workspace,
    refuse_bypassing_role,
)
from comms.ledger.models import AuditEntry
from comms.ledger.services import OutsideWorkspaceError, record

pytestmark = pytest.mark.django_db


def test_sees_own_rows(mission: Workspace) -> None:
    with in_workspace(mission.id):
        record(action="tests.acted")
        assert AuditEntry.objects.count() == 1


def test_forgotten_filter_leaks_nothing(mission: Workspace, elsewhere: Workspace) -> None:
    with in_workspace(mission.id):
        record(action="tests.acted")
    with in_workspace(elsewhere.id):
        assert AuditEntry.objects.count() == 0
    assert AuditEntry.objects.count() == 0


def test_refuses_to_write_into_another_workspace(mission: Workspace, elsewhere: Workspace) -> None:
    with in_workspace(mission.id), pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.create(
            workspace_id=elsewhere.id, action="tests.forged", salt=b"", details_hash=b""
        )


def test_refuses_to_mix_workspaces(mission: Workspace, elsewhere: Workspace) -> None:
    with in_workspace(mission.id), pytest.raises(WorkspaceMixError), in_workspace(elsewhere.id):
        pass


def test_refuses_to_record_outside_a_workspace(db: None) -> None:
    with pytest.raises(OutsideWorkspaceError):
        record(action="tests.acted")


def test_setting_ends_with_the_block(mission: Workspace) -> None:
    with in_workspace(mission.id):
        assert current_workspace_id() == mission.id
    assert current_workspace_id() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('comms.workspace', true)")
        assert cursor.fetchone()[0] in {None, ""}


def test_tests_run_as_a_role_that_cannot_bypass(db: None) -> None:
    refuse_bypassing_role()

"""A workspace's rows exist only inside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from comms.accounts.models import Workspace
from comms.core.tenancy import (
    WorkspaceMixError,
    current_workspace_id,
    in_workspace,
    refuse_bypassing_role,
)
from comms.ledger.models import AuditEntry
from comms.ledger.services import OutsideWorkspaceError, record
from comms.stack.endpoints import OWNER, database_url, local_listening
from comms.stack.folder import Folder
from comms.stack.postgres import admin_url
from comms.stack.secrets import local_secrets
from config import env

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


# Every table


EXEMPT = {
    # They are what the setting is chosen by, or belong to a person and not to a workspace.
    "accounts_user",
    "accounts_workspace",
    "accounts_membership",
    "accounts_setuplink",
    "accounts_invitation",
    "accounts_apitoken",
    "accounts_vault",
    "accounts_vaultwrap",
    "accounts_identityentry",
    "accounts_sessionsecret",
    "threads_telling",
    "feedback_formaddress",
    # The public log: one for the deployment, for anybody to read; triggers refuse every change.
    "ledger_logcheckpoint",
    "ledger_logcosignature",
    "ledger_logleaf",
    "ledger_lognode",
    "ledger_logwitness",
}

# Policies are joined by OR, so every one beside the workspace's own is named here, and shows nothing to the
# product's role.
OWNERS_POLICIES = {
    ("ledger_auditentry", "sealer_finds_work"),
    ("campaigns_edition", "tick_finds_editions"),
    ("campaigns_claim", "tick_finds_claims"),
    ("directory_import", "tick_finds_imports"),
}


def _tables() -> dict[str, bool]:
    """Every table of ours, and whether it has a workspace."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("comms.")]
    return {
        model._meta.db_table: any(
            field.column == "workspace_id" for field in model._meta.concrete_fields
        )
        for model in ours
    }


def test_every_table_is_protected_or_exempt_by_name() -> None:
    """A new table needs workspace_id and EnableRowLevelSecurity, or a reason to stand in EXEMPT."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'"
        )
        protected = {name for (name,) in cursor.fetchall()}
    open_tables = set(_tables()) - protected - EXEMPT
    assert not open_tables, f"no row-level security: {sorted(open_tables)}"


def test_every_policy_compares_the_workspace() -> None:
    setting = "NULLIF(current_setting('comms.workspace'::text, true), ''::text))::uuid"
    tables = {table for table, has_workspace in _tables().items() if has_workspace} - EXEMPT
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, permissive, cmd, qual, with_check, roles::text, policyname "
            "FROM pg_policies WHERE schemaname = 'public'"
        )
        policies = cursor.fetchall()
    owners = {(row[0], row[6]): row for row in policies if (row[0], row[6]) in OWNERS_POLICIES}
    assert set(owners) == OWNERS_POLICIES
    for row in owners.values():
        assert (row[2], row[5]) == ("SELECT", f"{{{OWNER}}}"), row
    policies = [row for row in policies if (row[0], row[6]) not in OWNERS_POLICIES]
    by_table = {row[0]: row[1:6] for row in policies}
    assert len(by_table) == len(policies), "two policies on a table are joined by OR"
    for table in tables:
        permissive, command, qual, check, roles = by_table[table]
        assert (permissive, command, roles) == ("PERMISSIVE", "ALL", "{public}"), table
        assert qual == check == f"(workspace_id = ({setting})", table


def test_every_table_is_empty_outside_a_workspace(mission: Workspace) -> None:
    with in_workspace(mission.id):
        record(action="tests.acted")
    protected = {table for table, has_workspace in _tables().items() if has_workspace} - EXEMPT
    assert "ledger_auditentry" in protected
    with connection.cursor() as cursor:
        for table in sorted(protected):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names from the model registry
            assert cursor.fetchone()[0] == 0, table


# The role


def test_tests_run_as_a_role_that_cannot_bypass(db: None) -> None:
    refuse_bypassing_role()


@pytest.mark.parametrize(("alias", "who"), [("owner", "comms_owner"), ("admin", "postgres")])
def test_refuses_to_start_as_a_role_that_could_bypass(
    alias: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _connected_as(alias) as other:
        monkeypatch.setattr("comms.core.tenancy.connection", other)
        with pytest.raises(RuntimeError, match=f"role {who} can read past"):
            refuse_bypassing_role()


def test_refuses_a_member_of_such_a_role(monkeypatch: pytest.MonkeyPatch) -> None:
    with _connected_as("admin") as other:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("CREATE ROLE tests_borrower IN ROLE comms_owner")
            cursor.execute("SET LOCAL ROLE tests_borrower")
        monkeypatch.setattr("comms.core.tenancy.connection", other)
        with pytest.raises(
            RuntimeError, match=r"tests_borrower .* \(through the role comms_owner\)"
        ):
            refuse_bypassing_role()
        with other.cursor() as cursor:
            cursor.execute("ROLLBACK")


@contextmanager
def _connected_as(alias: str) -> Iterator[BaseDatabaseWrapper]:
    other = connection.copy()
    folder = Folder.at(settings.VAR)
    secrets = local_secrets(settings.VAR)
    listening = local_listening(folder)
    url = (
        admin_url(folder, listening, secrets)
        if alias == "admin"
        else database_url(folder, listening, OWNER, secrets.database_owner_password)
    )
    other.settings_dict |= {**env.database(url), "NAME": connection.settings_dict["NAME"]}
    try:
        yield other
    finally:
        other.close()

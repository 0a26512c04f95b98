"""The boundary of access: rows of a workspace exist only inside `in_workspace`.

PostgreSQL's row-level security compares each row's `workspace_id` with the setting `comms.workspace`,
which lives as long as the transaction. Without it, every workspace table looks empty and refuses inserts.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, migrations, models, transaction

DEPLOYMENT = uuid.UUID(int=0)
"""Stands in the place of a workspace for what belongs to the deployment as a whole."""

_current: ContextVar[uuid.UUID | None] = ContextVar("comms_workspace", default=None)


class WorkspaceMixError(RuntimeError):
    """Code of one workspace tried to enter another: a bug, never a user's mistake."""


class WorkspaceOwned(models.Model):
    """A row that belongs to one workspace. Its migration must add `EnableRowLevelSecurity`."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="+", editable=False
    )
    workspace_id: uuid.UUID

    class Meta:
        abstract = True


def current_workspace_id() -> uuid.UUID | None:
    """The workspace that this code runs in, or None outside `in_workspace`."""
    return _current.get()


@contextmanager
def in_workspace(workspace_id: uuid.UUID) -> Iterator[None]:
    """A transaction that sees the rows of `workspace_id` and of no other workspace.

    Entering the same workspace again joins the open transaction. Never keep it open across a network
    call. Raises WorkspaceMixError when another workspace is already entered.
    """
    entered = _current.get()
    if entered == workspace_id:
        with transaction.atomic():
            yield
        return
    if entered is not None:
        raise WorkspaceMixError(f"already in workspace {entered}, asked for {workspace_id}")
    token = _current.set(workspace_id)
    try:
        with transaction.atomic():
            _set(str(workspace_id))
            yield
            # Inside a wider transaction (the tests') the setting would outlive this block.
            if len(connection.savepoint_ids) > 0 and not connection.needs_rollback:
                _set("")
    finally:
        _current.reset(token)


@contextmanager
def in_deployment() -> Iterator[None]:
    """The same for the rows of the deployment itself, from anywhere: it grants no view of a workspace."""
    entered = _current.get()
    if entered is None or entered == DEPLOYMENT:
        with in_workspace(DEPLOYMENT):
            yield
        return
    token = _current.set(DEPLOYMENT)
    try:
        with transaction.atomic():
            _set(str(DEPLOYMENT))
            yield
            # After an error the savepoint's rollback does this.
            _set(str(entered))
    finally:
        _current.reset(token)


_list_workspaces: Callable[[], list[uuid.UUID]] | None = None


def use_workspaces(list_ids: Callable[[], list[uuid.UUID]]) -> None:
    """Say where the list of workspaces comes from. Called once, by the app that owns them."""
    global _list_workspaces
    _list_workspaces = list_ids


def every_workspace() -> list[uuid.UUID]:
    """All workspaces and, first, the deployment itself: for ticks and commands of the lower floors."""
    if _list_workspaces is None:
        raise RuntimeError("no app said where the list of workspaces comes from")
    return [DEPLOYMENT, *_list_workspaces()]


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('comms.workspace', %s, true)", [value])


class EnableRowLevelSecurity(migrations.RunSQL):
    """Migration step: enable and FORCE row-level security on a table with a `workspace_id`.

    `column` names another column that holds the workspace (`id` on a table of workspaces).
    """

    def __init__(self, table: str, column: str = "workspace_id") -> None:
        self.table = table
        self.column = column
        condition = f"{column} = NULLIF(current_setting('comms.workspace', true), '')::uuid"
        super().__init__(
            sql=(
                f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;'
                f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;'
                f'CREATE POLICY workspace_isolation ON "{table}" '
                f"USING ({condition}) WITH CHECK ({condition});"
            ),
            reverse_sql=(
                f'DROP POLICY workspace_isolation ON "{table}";'
                f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY;'
                f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY;'
            ),
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__qualname__, [self.table], {"column": self.column})

    def describe(self) -> str:
        return f"Row-level security on {self.table}"


_BYPASSING = """
    SELECT current_user, role.rolname
    FROM pg_roles AS role
    WHERE pg_has_role(current_user, role.oid, 'MEMBER')
      AND (
        role.rolsuper
        OR role.rolbypassrls
        OR EXISTS (
            SELECT FROM pg_class AS held
            WHERE held.relowner = role.oid AND held.relrowsecurity
        )
      )
    ORDER BY role.rolname = current_user DESC
    LIMIT 1
"""


def refuse_bypassing_role() -> None:
    """Raise RuntimeError when the database role could read past row-level security.

    That is a superuser, a role with BYPASSRLS, an owner of a protected table (who could switch the
    protection off), and a member of any such role.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BYPASSING)
        found = cursor.fetchone()
    if found is not None:
        name, through = found
        how = "" if name == through else f" (through the role {through})"
        raise RuntimeError(
            f"The database role {name} can read past row-level security{how}. Give DATABASE_URL a role "
            "that is neither superuser nor BYPASSRLS and owns no table (docs/operations.md says how to "
            "make one)."
        )

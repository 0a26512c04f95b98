"""What a database holds, in numbers: written into a backup, and checked after a restore."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

AUDIT_TABLE = "ledger_auditentry"
KEYS_TABLE = "ledger_datakey"


@dataclass(frozen=True)
class Facts:
    """Taken in one snapshot."""

    counts: dict[str, int]
    """Rows of each table."""
    audit_heads: dict[str, str]
    """For each workspace: number and hash of the last sealed entry of its trail."""
    key_ids: list[str]
    """The key-encryption keys that wrapped data keys depend on."""
    migrations: list[str]
    """Every migration that was applied, as ``app.name``."""
    roles: list[str]
    """Roles, other than the owner, that were granted rights on tables."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_facts(connection: psycopg.Connection[tuple[Any, ...]]) -> Facts:
    """Count and read within the connection's transaction, which must see every workspace."""
    tables = [
        row[0]
        for row in connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
    ]
    counts: dict[str, int] = {}
    for table in tables:
        row = connection.execute(
            sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
        ).fetchone()
        counts[table] = int(row[0]) if row else 0
    return Facts(
        counts=counts,
        audit_heads=_heads(connection) if AUDIT_TABLE in tables else {},
        key_ids=_words(connection, f"SELECT DISTINCT kek_id FROM public.{KEYS_TABLE} ORDER BY 1")  # noqa: S608 - a constant
        if KEYS_TABLE in tables
        else [],
        migrations=_words(
            connection, "SELECT app || '.' || name FROM public.django_migrations ORDER BY 1"
        )
        if "django_migrations" in tables
        else [],
        roles=_words(
            connection,
            "SELECT DISTINCT grantee FROM information_schema.role_table_grants"
            " WHERE table_schema = 'public' AND grantee NOT IN ('PUBLIC', grantor) ORDER BY 1",
        ),
    )


def differences(expected: Facts, found: Facts) -> list[str]:
    """A sentence for each fact that isn't the same, for a person to read."""
    said = [
        f"table {table} holds {found.counts.get(table, 0)} rows instead of {count}"
        for table, count in expected.counts.items()
        if found.counts.get(table) != count
    ]
    said += [
        f"the audit trail of workspace {workspace} ends at {found.audit_heads.get(workspace)} instead "
        f"of {head}"
        for workspace, head in expected.audit_heads.items()
        if found.audit_heads.get(workspace) != head
    ]
    return said


def _heads(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, str]:
    rows = connection.execute(
        "SELECT DISTINCT ON (workspace_id) workspace_id::text, seq, encode(hash, 'hex')"
        " FROM public.ledger_auditentry WHERE seq IS NOT NULL ORDER BY workspace_id, seq DESC"
    )
    return {workspace: f"{seq}:{digest}" for workspace, seq, digest in rows}


def _words(connection: psycopg.Connection[tuple[Any, ...]], query: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query.encode())]

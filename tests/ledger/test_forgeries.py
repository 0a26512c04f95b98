"""What a verification finds when somebody with the owner's rights did change something."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from comms.accounts.models import Workspace
from comms.core.tenancy import in_workspace
from comms.ledger.selectors import Head, audit_head
from comms.ledger.services import record, seal_pending, verify_chain


def act(number: int) -> None:
    for n in range(number):
        record(action="tests.acted", details={"n": n})


FORGERIES = {
    "changed act": (
        "UPDATE ledger_auditentry SET action = 'tests.forged' WHERE seq = 3",
        3,
        "changed after it was sealed",
    ),
    "changed time": (
        "UPDATE ledger_auditentry SET at = at + interval '1 microsecond' WHERE seq = 2",
        2,
        "changed after it was sealed",
    ),
    "removed entry": ("DELETE FROM ledger_auditentry WHERE seq = 3", 3, "missing"),
    "renumbered": (
        "DELETE FROM ledger_auditentry WHERE seq = 3;"
        "UPDATE ledger_auditentry SET seq = 3 WHERE seq = 4;"
        "UPDATE ledger_auditentry SET seq = 4 WHERE seq = 5",
        3,
        "follow",
    ),
    "own link": (
        "UPDATE ledger_auditentry SET previous = details_hash WHERE seq = 4",
        4,
        "follow",
    ),
    "half erased": ("UPDATE ledger_auditentry SET details = NULL WHERE seq = 1", 1, "half erased"),
    "moved details": (
        "UPDATE ledger_auditentry SET details = (SELECT details FROM ledger_auditentry WHERE seq = 1)"
        " WHERE seq = 2",
        2,
        "read",
    ),
    "swapped salt": (
        "UPDATE ledger_auditentry SET salt = details_hash WHERE seq = 5",
        5,
        "details were changed",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_finds_forgeries(committed: None, name: str) -> None:
    workspace = Workspace.objects.create(slug="m", name="M")
    with in_workspace(workspace.id):
        act(5)
    seal_pending(workspace.id)
    statement, broken_at, problem = FORGERIES[name]
    _as_owner(workspace, statement)
    verdict = verify_chain(workspace.id)
    assert not verdict.intact
    assert verdict.broken_at == broken_at
    assert problem in str(verdict.problem)
    with pytest.raises(CommandError, match="1 audit trails are broken"):
        call_command("verify_audit")


def test_finds_a_cut_end_by_a_head_kept_elsewhere(committed: None) -> None:
    workspace = Workspace.objects.create(slug="m", name="M")
    with in_workspace(workspace.id):
        act(5)
    seal_pending(workspace.id)
    seq, digest = audit_head(workspace.id)
    known = Head(seq, bytes.fromhex(digest))
    assert verify_chain(workspace.id, known=known).intact
    _as_owner(workspace, "DELETE FROM ledger_auditentry WHERE seq = 5")
    assert verify_chain(workspace.id).intact
    assert not verify_chain(workspace.id, known=known).intact
    with in_workspace(workspace.id):
        act(1)
    seal_pending(workspace.id)
    assert verify_chain(workspace.id, known=known).broken_at == 5


def _as_owner(workspace: Workspace, statement: str) -> None:
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('comms.workspace', %s, true)", [str(workspace.id)])
        cursor.execute("ALTER TABLE ledger_auditentry DISABLE TRIGGER ledger_guard_entry")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE ledger_auditentry ENABLE TRIGGER ledger_guard_entry")

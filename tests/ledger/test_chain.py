"""The audit trail: sealed in order, never changed, and every tampering shows."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import DEPLOYMENT, in_deployment, in_workspace
from comms.ledger import chain
from comms.ledger.models import AuditEntry
from comms.ledger.selectors import audit_head, get_head, has_pending
from comms.ledger.services import (
    erase_details,
    record,
    record_deployment,
    seal_pending,
    verify_chain,
)

pytestmark = pytest.mark.django_db


def act(number: int = 1) -> list[AuditEntry]:
    return [record(action="tests.acted", details={"n": n, "who": "Amina"}) for n in range(number)]


@pytest.fixture
def trail(mission: Workspace) -> Workspace:
    """The mission's trail with five sealed entries."""
    with in_workspace(mission.id):
        act(5)
    seal_pending(mission.id)
    return mission


def test_seals_in_order_without_gaps(trail: Workspace) -> None:
    with in_workspace(trail.id):
        entries = list(AuditEntry.objects.order_by("seq"))
        assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
        assert [entry.details["n"] for entry in entries] == [0, 1, 2, 3, 4]
        assert bytes(entries[0].previous or b"") == chain.START
        for before, after in itertools.pairwise(entries):
            assert bytes(after.previous or b"") == bytes(before.hash or b"")
        assert not has_pending(trail.id)


def test_goes_on_where_it_stopped(trail: Workspace) -> None:
    with in_workspace(trail.id):
        act(2)
    assert seal_pending(trail.id) == 2
    assert audit_head(trail.id)[0] == 7
    assert verify_chain(trail.id).intact


def test_seals_more_than_a_batch(mission: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comms.ledger.services.sealing.BATCH", 3)
    monkeypatch.setattr("comms.ledger.services.verifying.CHUNK", 2)
    with in_workspace(mission.id):
        act(8)
    assert seal_pending(mission.id) == 8
    assert verify_chain(mission.id).head.seq == 8


def test_empty_trail_is_intact(mission: Workspace) -> None:
    assert audit_head(mission.id) == (0, "00" * 32)
    assert verify_chain(mission.id).intact


def test_trails_are_apart(trail: Workspace, elsewhere: Workspace) -> None:
    with in_workspace(elsewhere.id):
        act(1)
    seal_pending(elsewhere.id)
    assert audit_head(elsewhere.id)[0] == 1
    assert audit_head(trail.id)[0] == 5


def test_deployment_has_its_own_trail(trail: Workspace) -> None:
    before, _ = audit_head(DEPLOYMENT)
    with in_workspace(trail.id):
        record_deployment(action="tests.deployed", details={"what": "x"})
        assert AuditEntry.objects.filter(action="tests.deployed").count() == 0
        act(1)  # the workspace is entered again
    seal_pending(DEPLOYMENT)
    assert audit_head(DEPLOYMENT)[0] == before + 1
    with in_deployment():
        assert AuditEntry.objects.get(action="tests.deployed").details == {"what": "x"}


def test_workspace_is_entered_again_after_an_error_in_the_deployment(trail: Workspace) -> None:
    with in_workspace(trail.id):
        with pytest.raises(ZeroDivisionError), in_deployment():
            _ = 1 / 0
        assert AuditEntry.objects.count() == 5


def test_erased_details_leave_the_chain_intact(
    trail: Workspace, ada: User, acting: Callable[[User, Workspace], Actor]
) -> None:
    subject = uuid.uuid4()
    with in_workspace(trail.id):
        record(
            action="tests.acted",
            subject_type="stakeholder",
            subject_id=subject,
            details={"email": "amina@example.org"},
        )
    seal_pending(trail.id)
    head = audit_head(trail.id)
    with in_workspace(trail.id):
        erased = erase_details(
            actor=acting(ada, trail), subject_type="stakeholder", subject_id=subject, why="request"
        )
        assert erased == 1
        entry = AuditEntry.objects.get(subject_id=subject, action="tests.acted")
        assert (entry.details, entry.salt) == (None, None)
    assert audit_head(trail.id) == head
    verdict = verify_chain(trail.id)
    assert verdict.intact
    assert verdict.erased == 1


# What the product's role can't do


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_auditentry SET action = 'tests.forged'",
        "UPDATE ledger_auditentry SET actor_id = gen_random_uuid()",
        "UPDATE ledger_auditentry SET at = now()",
        "UPDATE ledger_auditentry SET seq = seq + 10",
        "UPDATE ledger_auditentry SET seq = NULL, previous = NULL, hash = NULL",
        "UPDATE ledger_auditentry SET hash = previous",
        "UPDATE ledger_auditentry SET details_hash = hash",
        "UPDATE ledger_auditentry SET details = NULL",
        "UPDATE ledger_auditentry SET salt = NULL",
        "UPDATE ledger_auditentry SET details = set_byte(details, 40, 0)",
        "DELETE FROM ledger_auditentry",
        "TRUNCATE ledger_auditentry",
        "ALTER TABLE ledger_auditentry DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_guard_entry ON ledger_auditentry",
        "SET session_replication_role = replica",
        "ALTER TABLE ledger_auditentry DISABLE ROW LEVEL SECURITY",
    ],
)
def test_refuses_to_change_sealed_entries(trail: Workspace, statement: str) -> None:
    with in_workspace(trail.id):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert get_head(trail.id).seq == 5


def test_refuses_to_change_entries_before_they_are_sealed(mission: Workspace) -> None:
    with in_workspace(mission.id):
        act(1)
        for statement in (
            "UPDATE ledger_auditentry SET action = 'tests.forged'",
            "DELETE FROM ledger_auditentry",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_refuses_entries_that_arrive_sealed(trail: Workspace) -> None:
    with in_workspace(trail.id), pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.create(
            workspace_id=trail.id,
            action="tests.forged",
            details_hash=bytes(32),
            seq=6,
            previous=bytes(32),
            hash=bytes(32),
        )


@pytest.mark.parametrize("action", ["nodot", "Tests.acted", "tests.acted\nx", "tests.acted x", ""])
def test_refuses_malformed_actions(mission: Workspace, action: str) -> None:
    with in_workspace(mission.id), pytest.raises(DatabaseError), transaction.atomic():
        record(action=action)


def test_stops_when_the_time_is_up(trail: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comms.ledger.services.verifying.CHUNK", 2)
    verdict = verify_chain(trail.id, seconds=-1)
    assert (verdict.finished, verdict.intact, verdict.head.seq) == (False, True, 2)


def test_command_says_the_head(trail: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_audit", f"--workspace={trail.id}")
    seq, digest = audit_head(trail.id)
    assert f"intact, {seq} entries" in capsys.readouterr().out
    call_command("verify_audit", f"--workspace={trail.id}", f"--head={seq}:{digest}")
    with pytest.raises(CommandError):
        call_command("verify_audit", f"--workspace={trail.id}", f"--head={seq}:{'ab' * 32}")
    with pytest.raises(CommandError, match="no workspace"):
        call_command("verify_audit", f"--workspace={uuid.uuid4()}")


# The text that is hashed

_JSON = st.dictionaries(
    st.text(),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    ),
    max_size=5,
)


@given(details=_JSON)
def test_canonical_text_is_stable(details: dict[str, object]) -> None:
    text = chain.canonical_details(details)
    assert text.isascii()
    assert "\n" not in text
    assert chain.canonical_details(chain.parsed(text)) == text
    assert chain.canonical_details(dict(reversed(list(details.items())))) == text


def test_hash_of_a_known_entry() -> None:
    """Fixed for ever: an exported trail must verify with any later version."""
    digest = chain.hash_entry(
        workspace_id=uuid.UUID(int=1),
        seq=1,
        previous=chain.START,
        entry_id=uuid.UUID(int=2),
        at=dt.datetime(2026, 1, 2, 3, 4, 5, 6, dt.UTC),
        actor_id=None,
        action="tests.acted",
        subject_type="",
        subject_id=None,
        details_hash=chain.hash_details(bytes(32), '{"a":1}'),
    )
    assert digest.hex() == "88d95934240e28d104daae1e6b48bdb0f850b25ccb92152cf3a22745f6e06878"

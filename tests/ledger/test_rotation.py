"""A new data key: everything is sealed anew, a share at a time, and nothing is lost on the way."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from comms.accounts.models import Workspace
from comms.core import keyring
from comms.core.fields import blind_index
from comms.core.tenancy import in_workspace
from comms.ledger import tasks
from comms.ledger.models import AuditEntry, DataKey
from comms.ledger.services import (
    Progress,
    count_stale,
    needs_reencryption,
    record,
    reencrypt_share,
    rotate,
    seal_pending,
    verify_chain,
)
from tests.core.sealed import TABLE, SealedNote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sealed_table")]

MODELS = [SealedNote, AuditEntry]


def make_notes(workspace: Workspace, count: int) -> None:
    SealedNote.objects.bulk_create(
        SealedNote(workspace_id=workspace.id, email=f"p{n}@example.org", body=None, data={"n": n})
        for n in range(count)
    )


def let_caches_run_out() -> None:
    DataKey.objects.update(created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def test_seals_everything_anew(mission: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comms.ledger.services.rotation.BATCH", 4)
    with in_workspace(mission.id):
        make_notes(mission, 10)
        record(action="tests.acted", details={"a": 1})
    key_id = rotate(mission.id)
    assert needs_reencryption(mission.id)
    assert count_stale(mission.id, models=MODELS) == 11
    with in_workspace(mission.id):
        let_caches_run_out()
    assert reencrypt_share(mission.id, models=MODELS) is Progress.DONE
    assert count_stale(mission.id, models=MODELS) == 0
    assert not needs_reencryption(mission.id)
    with in_workspace(mission.id):
        for note in SealedNote.objects.all():
            assert note.email == f"p{note.data['n']}@example.org"
            assert note.email_index == blind_index(mission.id, f"{TABLE}.email", note.email)
            assert note.body is None
        stored = SealedNote.objects.values_list("email", flat=True)
        assert {value[keyring.KEY_ID] for value in stored} == {key_id.bytes}
        assert AuditEntry.objects.filter(action="ledger.finished_rotation").exists()


def test_sealed_audit_entries_stay_intact(mission: Workspace) -> None:
    with in_workspace(mission.id):
        record(action="tests.acted", details={"a": 1})
    seal_pending(mission.id)
    rotate(mission.id)
    reencrypt_share(mission.id, models=MODELS)
    assert count_stale(mission.id, models=MODELS) == 0
    assert verify_chain(mission.id).intact


def test_goes_on_after_an_interruption(mission: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comms.ledger.services.rotation.BATCH", 3)
    with in_workspace(mission.id):
        make_notes(mission, 10)
    rotate(mission.id)
    assert reencrypt_share(mission.id, models=[SealedNote], seconds=-1) is Progress.MORE
    assert count_stale(mission.id, models=[SealedNote]) == 7
    assert reencrypt_share(mission.id, models=[SealedNote]) is Progress.WAIT
    assert count_stale(mission.id, models=[SealedNote]) == 0


def test_waits_for_processes_that_still_hold_the_old_key(mission: Workspace) -> None:
    with in_workspace(mission.id):
        make_notes(mission, 1)
    rotate(mission.id)
    assert reencrypt_share(mission.id, models=MODELS) is Progress.WAIT
    assert needs_reencryption(mission.id)


def test_leaves_an_unreadable_value_and_never_says_done(mission: Workspace) -> None:
    with in_workspace(mission.id):
        make_notes(mission, 3)
        note = SealedNote.objects.first()
        assert note is not None
        with connection.cursor() as cursor:
            statement = f"UPDATE {TABLE} SET email = data WHERE id = %s"  # noqa: S608 - the tests' own table
            cursor.execute(statement, [note.id])
    rotate(mission.id)
    with in_workspace(mission.id):
        let_caches_run_out()
    assert reencrypt_share(mission.id, models=MODELS) is Progress.WAIT
    assert count_stale(mission.id, models=MODELS) == 1
    assert needs_reencryption(mission.id)


def test_touches_no_other_workspace(mission: Workspace, elsewhere: Workspace) -> None:
    for workspace in (mission, elsewhere):
        with in_workspace(workspace.id):
            make_notes(workspace, 2)
    with in_workspace(elsewhere.id):
        before = set(SealedNote.objects.values_list("email", flat=True))
    rotate(mission.id)
    reencrypt_share(mission.id, models=MODELS)
    assert not needs_reencryption(elsewhere.id)
    with in_workspace(elsewhere.id):
        assert set(SealedNote.objects.values_list("email", flat=True)) == before


def test_command_rotates_rewraps_and_says_what_is_left(
    mission: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with in_workspace(mission.id):
        record(action="tests.acted", details={"a": 1})
    call_command("rotate_keys", f"--workspace={mission.id}")
    assert "new data key" in capsys.readouterr().out
    call_command("rotate_keys", "--status", f"--workspace={mission.id}")
    assert "1 rows under older keys" in capsys.readouterr().out
    tasks.reencrypt(workspace_id=str(mission.id))
    call_command("rotate_keys", "--status", f"--workspace={mission.id}")
    assert "0 rows under older keys" in capsys.readouterr().out
    call_command("rotate_keys", "--now")
    assert "all values are under the new key" in capsys.readouterr().out
    call_command("rotate_keys", "--rewrap")
    assert "0 data keys" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no workspace"):
        call_command("rotate_keys", f"--workspace={uuid.uuid4()}")

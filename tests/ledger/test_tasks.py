"""The ticks: they wake a sealer where there is something to seal, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from comms.accounts.models import Workspace
from comms.core.tenancy import DEPLOYMENT, in_workspace
from comms.ledger import tasks
from comms.ledger.models import AuditEntry
from comms.ledger.selectors import audit_head, list_pending_workspaces
from comms.ledger.services import record, record_deployment, rotate, seal_pending
from config.beat import beat_schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the ticks hand over."""
    calls: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(tasks, "enqueue", lambda name, **ids: calls.append((name, ids)))
    return calls


def test_tick_wakes_a_sealer_for_new_entries_only(
    mission: Workspace, elsewhere: Workspace, woken: list[tuple[str, dict[str, Any]]]
) -> None:
    seal_pending(DEPLOYMENT)
    with in_workspace(mission.id):
        record(action="tests.acted")
    tasks.tick()
    assert woken == [("ledger.seal", {"workspace_id": mission.id})]
    tasks.seal(workspace_id=str(mission.id))
    assert audit_head(mission.id)[0] == 1
    woken.clear()
    tasks.tick()
    assert woken == []


def test_a_tick_costs_one_query_however_many_workspaces(
    mission: Workspace,
    elsewhere: Workspace,
    woken: list[tuple[str, dict[str, Any]]],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    seal_pending(DEPLOYMENT)
    for workspace in (mission, elsewhere):
        with in_workspace(workspace.id):
            for _number in range(3):
                record(action="tests.acted")
    record_deployment(action="tests.acted")
    with django_assert_num_queries(1):
        tasks.tick()
    assert [name for name, _ids in woken] == ["ledger.seal"] * 3
    assert {ids["workspace_id"] for _name, ids in woken} == {mission.id, elsewhere.id, DEPLOYMENT}


def test_the_sealers_view_shows_the_product_no_entry(mission: Workspace) -> None:
    """It learns who has work; the entries of a workspace stay closed from outside it."""
    with in_workspace(mission.id):
        record(action="tests.acted")
    assert mission.id in list_pending_workspaces()
    assert not AuditEntry.objects.exists()


def test_tick_of_keys_wakes_unfinished_rotations_only(
    mission: Workspace, elsewhere: Workspace, woken: list[tuple[str, dict[str, Any]]]
) -> None:
    rotate(mission.id)
    tasks.tick_keys()
    # Keys are committed by themselves, so the deployment's may still be turning from another test.
    here = [call for call in woken if call[1]["workspace_id"] in {mission.id, elsewhere.id}]
    assert here == [("ledger.reencrypt", {"workspace_id": mission.id})]


def test_beat_ticks_every_second_and_never_piles_up() -> None:
    entry: Any = beat_schedule()["ledger.tick"]
    assert entry["schedule"] == 1.0
    assert entry["options"]["expires"] <= 60

"""Ticks and wake-ups: who is woken, how many at once, and what a repeated wake-up does."""

from __future__ import annotations

import ast
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from comms.accounts.services.holds import hold_workspace, release_workspace
from comms.campaigns import services, tasks
from comms.campaigns.journal.reader import valkey
from comms.campaigns.models import Claim, Edition
from comms.campaigns.selectors.ticks import list_workspaces_with_work
from comms.campaigns.services.claiming import claim_batch
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from config.beat import beat_schedule
from tests.campaigns.conftest import Team
from tests.campaigns.engine import begun, counts, scheduled, state
from tests.campaigns.server import ScriptedServer
from tests.source import parsed


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The wake-ups that were handed over instead of going to a worker."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks, "enqueue", lambda name, **ids: found.append({"task": name, **ids}))
    return found


@pytest.fixture
def mail_server(settings: Any) -> Any:
    """The mail server that the settings name."""
    with ScriptedServer().running() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def test_a_tick_begins_what_is_due_and_fills_the_free_slots(
    team: Team, woken: list[dict[str, Any]]
) -> None:
    edition = scheduled(team, 3)
    tasks.tick()
    assert state(team, edition) == "sending"
    assert [(wake["task"], wake["edition_id"], wake["shard"]) for wake in woken] == [
        ("campaigns.deliver", edition.id, 0),
        ("campaigns.deliver", edition.id, 1),
    ]
    tasks.tick()
    assert len(woken) == 2


def test_an_idle_tick_costs_one_query(
    team: Team, woken: list[dict[str, Any]], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """However many workspaces there are, and though an edition waits for its time."""
    edition = scheduled(team, 1)
    with in_workspace(team.workspace.id):
        Edition.objects.update(starts_at=timezone.now() + timedelta(hours=1))
    with django_assert_num_queries(1):
        tasks.tick()
    assert woken == []
    assert state(team, edition) == "scheduled"


def test_what_is_under_way_shows_the_product_no_row(team: Team) -> None:
    """It learns where there is work; the editions of a workspace stay closed from outside it."""
    begun(team, 1)
    assert list_workspaces_with_work() == [team.workspace.id]
    assert not Edition.objects.exists()


def test_a_lapsed_claim_is_work_though_its_edition_is_paused(team: Team) -> None:
    edition = begun(team, 2)
    claimed = claim_batch(
        workspace_id=team.workspace.id,
        edition_id=edition.id,
        claim_id=uuid7(),
        shard=0,
        sender="one",
        store_run="its life",
        size=2,
    )
    assert claimed is not None
    services.pause_edition(actor=team.pair.writer, edition_id=edition.id)
    assert list_workspaces_with_work() == []
    with in_workspace(team.workspace.id):
        Claim.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert list_workspaces_with_work() == [team.workspace.id]


def test_a_wake_up_sends_and_a_repeated_one_does_nothing(
    team: Team, woken: list[dict[str, Any]], mail_server: ScriptedServer
) -> None:
    """A broker may deliver twice; a slot works once."""
    edition = scheduled(team, 5)
    tasks.tick()
    with valkey() as client:
        client.set("campaigns:slot:0", "somebody else")
    tasks.deliver(str(team.workspace.id), str(edition.id), 0)
    assert mail_server.mails == []
    with valkey() as client:
        client.set("campaigns:slot:0", "handed out")
    tasks.deliver(str(team.workspace.id), str(edition.id), 0)
    assert counts(team, edition) == {"sent": 5}
    with valkey() as client:
        assert client.get("campaigns:slot:0") is None
    tasks.tick()
    assert state(team, edition) == "completed"


def test_an_outage_is_tried_again_after_growing_pauses(
    team: Team, woken: list[dict[str, Any]], settings: Any
) -> None:
    """And one edition's outage is shown on its page."""
    edition = scheduled(team, 1)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    tasks.tick()
    pauses = []
    with valkey() as client:
        for _time in range(7):
            client.delete("campaigns:slot:0")
            tasks.deliver(str(team.workspace.id), str(edition.id), 0)
            pauses.append(client.ttl(f"campaigns:down:{edition.id}"))
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    woken.clear()
    tasks.tick()
    assert woken == []
    with in_workspace(team.workspace.id):
        assert "can't be reached" in Edition.objects.get(id=edition.id).last_error


def test_real_mail_is_refused_without_the_operators_word(
    team: Team, woken: list[dict[str, Any]], settings: Any
) -> None:
    edition = scheduled(team, 1)
    settings.EMAIL_HOST = "mail.example.org"
    tasks.tick()
    tasks.deliver(str(team.workspace.id), str(edition.id), 0)
    assert counts(team, edition) == {"pending": 1}
    with in_workspace(team.workspace.id):
        assert "ALLOW_REAL_MAIL" in Edition.objects.get(id=edition.id).last_error


def test_a_held_workspace_begins_nothing(team: Team, woken: list[dict[str, Any]]) -> None:
    edition = scheduled(team, 1)
    with in_workspace(team.workspace.id):
        hold_workspace(actor=team.pair.writer, reason="An incident.")
    tasks.tick()
    assert (state(team, edition), woken) == ("scheduled", [])
    with in_workspace(team.workspace.id):
        release_workspace(actor=team.pair.approver)
    tasks.tick()
    assert (state(team, edition), len(woken)) == ("sending", 2)


def test_several_editions_share_the_slots(team: Team, woken: list[dict[str, Any]]) -> None:
    first = scheduled(team, 1)
    with in_workspace(team.workspace.id):
        campaign = first.campaign_id
        audience = first.audiences.values_list("audience_id", flat=True)[0]
        second = services.create_edition(
            actor=team.pair.writer,
            campaign_id=campaign,
            plan=services.EditionPlan(title="Another", audience_ids=[audience]),
        )
        submission = services.submit_for_review(actor=team.pair.writer, edition_id=second.id)
        services.approve_edition(
            actor=team.pair.approver,
            edition_id=second.id,
            expected_hash=bytes(submission.edition.frozen_hash or b""),
        )
        services.schedule_edition(actor=team.pair.writer, edition_id=second.id)
    tasks.tick()
    assert {wake["edition_id"] for wake in woken} == {first.id, second.id}


def test_beat_only_ticks() -> None:
    """Once a second, and a tick that waited too long is dropped."""
    entry: Any = beat_schedule()["campaigns.tick"]
    assert entry["schedule"] == 1.0
    assert entry["options"]["expires"] <= 10


def test_nothing_is_handed_over_for_later() -> None:
    """Celery's own delays are redelivered past the visibility timeout: due times live in the database."""
    found = []
    for file in sorted(Path("comms").rglob("*.py")):
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.keyword) and node.arg in {"eta", "countdown"}:
                # A keyword of our own dataclasses is no delay; only a constant of at most 60 s is.
                call_is_ours = file.parts[1] == "campaigns" and "selectors" in file.parts
                short = (
                    isinstance(node.value, ast.Constant)
                    and isinstance(node.value.value, int | float)
                    and node.arg == "countdown"
                    and node.value.value <= 60
                )
                if not short and not call_is_ours:
                    found.append(f"{file}:{node.value.lineno}")
    assert found == []


def test_wake_ups_carry_ids_only(team: Team, woken: list[dict[str, Any]]) -> None:
    scheduled(team, 1)
    tasks.tick()
    for wake in woken:
        values = {key: value for key, value in wake.items() if key != "task"}
        assert all(isinstance(value, uuid.UUID | int) for value in values.values())

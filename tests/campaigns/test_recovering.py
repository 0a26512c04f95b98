"""Crashes at every moment: nothing lost, nothing doubled, and what nobody knows is said to be unknown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter

import pytest
from django.db import connection
from redis import Redis

from comms.campaigns.journal.notes import closed_key, open_key, read_notes
from comms.campaigns.journal.reader import take_over, valkey
from comms.campaigns.models import Claim, Delivery, Edition
from comms.campaigns.services.claiming import claim_batch
from comms.campaigns.services.recovering import recover_lapsed
from comms.campaigns.services.settling import close
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from comms.directory.models import ContactPoint
from comms.ledger.models import AuditEntry
from tests.campaigns.conftest import Team
from tests.campaigns.engine import begun, counts, send, state, tick
from tests.campaigns.server import ScriptedServer

CONNECTIONS = 3


def kill_a_sender(
    team: Team, edition: Edition, server: ScriptedServer, moment: str, count: int = 4
) -> None:
    """Runs a sender that dies at the moment; returns when it is dead."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.campaigns.doomed", connection.settings_dict["NAME"]),
            *(str(team.workspace.id), str(edition.id), str(server.port), moment, str(count)),
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL


def let_leases_lapse(team: Team) -> None:
    """As if twenty seconds had passed without a sign of the senders."""
    with in_workspace(team.workspace.id), connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_claim SET lease_until = now() - interval '1 second'")


def recovered(team: Team) -> int:
    """Lapse and recover."""
    let_leases_lapse(team)
    with valkey() as client:
        return recover_lapsed(team.workspace.id, client)


def unknown_recipients(team: Team) -> set[str]:
    """Who is listed as unknown."""
    with in_workspace(team.workspace.id):
        points = Delivery.objects.filter(state="unknown").values_list("contact_point_id", flat=True)
        return {point.address for point in ContactPoint.objects.filter(id__in=list(points))}


@pytest.mark.parametrize(
    ("moment", "most_unknown"),
    [
        ("claimed", 0),
        ("begun", CONNECTIONS),
        ("handed over", CONNECTIONS),
        ("answered", CONNECTIONS),
        ("noted", CONNECTIONS),
        ("settled", 0),
    ],
)
def test_a_killed_sender_loses_and_doubles_nothing(
    team: Team, moment: str, most_unknown: int
) -> None:
    """SIGKILL in a process of its own, over a real server; then recovery, then another sender."""
    edition = begun(team, 40)
    with ScriptedServer().running() as server:
        kill_a_sender(team, edition, server, moment)
        assert counts(team, edition).get("unknown", 0) == 0
        assert recovered(team) >= 1
        unknown = unknown_recipients(team)
        assert len(unknown) <= most_unknown
        send(team, edition, server)
    times = Counter(mail.recipient for mail in server.mails)
    assert max(times.values()) == 1
    everyone = {f"mission{number}@example.org" for number in range(40)}
    assert everyone - times.keys() <= unknown
    found = counts(team, edition)
    assert found.get("sent", 0) + found.get("unknown", 0) == 40
    assert found.get("unknown", 0) == len(unknown)
    tick(team)
    assert state(team, edition) == ("sending" if unknown else "completed")


def test_noted_outcomes_are_settled_as_noted(team: Team) -> None:
    """Killed between note and database: accepted is sent, refused is failed, nothing goes out again."""
    edition = begun(team, 30)

    def script(recipient: str, _tries: int) -> str:
        return "refuse_recipient" if recipient == "mission0@example.org" else "accept"

    with ScriptedServer(act=script).running() as server:  # type: ignore[arg-type]  # acts are words
        kill_a_sender(team, edition, server, "noted")
        recovered(team)
        settled = counts(team, edition)
        with in_workspace(team.workspace.id):
            sent = Delivery.objects.filter(state="sent").count()
            assert AuditEntry.objects.filter(action="campaigns.recovered_batch").count() == 1
        assert sent > 0
        assert settled.get("unknown", 0) <= CONNECTIONS
        send(team, edition, server)
    assert max(Counter(mail.recipient for mail in server.mails).values()) == 1
    assert counts(team, edition).get("failed") == 1


def _claim(team: Team, edition: Edition, client: Redis, *, run: str = "") -> uuid.UUID:
    """Everything claimed by a sender that does nothing more."""
    claim_id = uuid7()
    client.rpush(open_key(claim_id), b"o")
    claimed = claim_batch(
        workspace_id=team.workspace.id,
        edition_id=edition.id,
        claim_id=claim_id,
        shard=0,
        sender="test",
        store_run=run or client.info("server")["run_id"],  # type: ignore[index]  # a sync client's answer
        size=100,
    )
    assert claimed is not None
    return claim_id


def test_an_untouched_batch_goes_back_whole(team: Team) -> None:
    """As if it had never been claimed: the attempt isn't counted."""
    edition = begun(team, 5)
    with valkey() as client:
        _claim(team, edition, client)
    assert recovered(team) == 1
    with in_workspace(team.workspace.id):
        rows = set(Delivery.objects.values_list("state", "attempt"))
        assert rows == {("pending", 0)}
        assert not Delivery.objects.filter(claim_id__isnull=False).exists()


@pytest.mark.parametrize("loss", ["list gone", "valkey restarted", "list emptied"])
def test_lost_notes_make_a_batch_unknown(team: Team, loss: str) -> None:
    """Valkey and the sender died together: it is said to be unknown and never sent by guess."""
    edition = begun(team, 5)
    with valkey() as client:
        claim_id = _claim(team, edition, client, run="another" if loss.startswith("valkey") else "")
        if loss == "list gone":
            client.delete(open_key(claim_id))
        if loss == "list emptied":
            client.flushdb()
    recovered(team)
    assert counts(team, edition) == {"unknown": 5}
    tick(team)
    assert state(team, edition) == "sending"


def test_a_lease_that_runs_is_not_recovered(team: Team) -> None:
    edition = begun(team, 5)
    with valkey() as client:
        _claim(team, edition, client)
        assert recover_lapsed(team.workspace.id, client) == 0
    assert counts(team, edition) == {"sending": 5}


def test_a_sender_that_was_asleep_sends_nothing_more(team: Team) -> None:
    """Its batch was recovered meanwhile: it is refused its next note, and nobody gets two mails."""
    edition = begun(team, 60)
    once = threading.Lock()

    def on_accept(_mail: object) -> None:
        if len(server.mails) >= 5 and once.acquire(blocking=False):
            # The sender is awake and renews its lease now and then: until it is caught between two renewals.
            while not recovered(team):
                pass

    server = ScriptedServer(on_accept=on_accept)
    with server.running():
        send(team, edition, server, connections=2)
        # What was in flight was unknown for a moment; the sender that was still alive knew better.
        assert counts(team, edition).get("unknown", 0) == 0
        send(team, edition, server, connections=2)
    assert max(Counter(mail.recipient for mail in server.mails).values()) == 1
    assert counts(team, edition) == {"sent": 60}


def test_recovery_can_itself_be_interrupted(team: Team) -> None:
    """Notes were taken over, then the recovery died: the next one reads the same."""
    edition = begun(team, 5)
    with valkey() as client:
        claim_id = _claim(team, edition, client)
        run = client.info("server")["run_id"]  # type: ignore[index]  # as above
        first = take_over(client, claim_id, store_run=run)
        assert client.exists(closed_key(claim_id)) == 1
        assert take_over(client, claim_id, store_run=run) == first
        assert client.rpushx(open_key(claim_id), "b") == 0
    recovered(team)
    assert counts(team, edition) == {"pending": 5}


def test_a_cancelled_edition_gets_nothing_back(team: Team) -> None:
    edition = begun(team, 5)
    with valkey() as client:
        _claim(team, edition, client)
    with in_workspace(team.workspace.id):
        Edition.objects.filter(id=edition.id).update(state="cancelled")
    recovered(team)
    assert counts(team, edition) == {"cancelled": 5}


def test_a_claim_with_unsettled_messages_stays_open(team: Team) -> None:
    """Or nobody would ever look at them again."""
    edition = begun(team, 5)
    with valkey() as client:
        claim_id = _claim(team, edition, client)
    with in_workspace(team.workspace.id):
        assert not close(claim_id, {})
        assert Claim.objects.get(id=claim_id).closed_at is None


def test_a_torn_note_is_taken_as_begun() -> None:
    """What can't be read errs to unknown."""
    key = uuid7()
    assert read_notes([b"o", b"b" + key.bytes]).begun == {key}
    assert read_notes([b"f" + key.bytes + b"\x00\xfanonsense"]).begun == {key}
    assert read_notes([b"f" + key.bytes + b"\x00\xfasent 2.0.0 ok"]).results[key].code == 250
    assert read_notes([b"", b"b", b"b12"]).begun == set()


def test_valkey_lost_in_the_middle_stops_the_sender_at_once(team: Team) -> None:
    """Without notes nothing may go out. The sender lives, so it settles what it knows: nothing is unknown."""
    edition = begun(team, 60)
    once = threading.Lock()

    def on_accept(_mail: object) -> None:
        if len(server.mails) >= 10 and once.acquire(blocking=False):
            with valkey() as client:
                client.client_kill_filter(_type="normal", skipme=True)

    server = ScriptedServer(on_accept=on_accept)
    with server.running():
        tally = send(team, edition, server, connections=CONNECTIONS)
        assert "Valkey" in tally.error
        found = counts(team, edition)
        assert found == {"sent": len(server.mails), "pending": 60 - len(server.mails)}
        assert len(server.mails) < 60
        send(team, edition, server, connections=CONNECTIONS)
    assert max(Counter(mail.recipient for mail in server.mails).values()) == 1
    assert counts(team, edition) == {"sent": 60}
    with in_workspace(team.workspace.id):
        assert not Claim.objects.filter(closed_at=None).exists()

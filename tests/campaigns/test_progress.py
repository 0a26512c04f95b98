"""How fast an edition goes, while a batch is in a sender's hands and after it."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comms.accounts.models import User
from comms.campaigns import selectors
from comms.campaigns.models import Claim, Delivery, Edition
from comms.campaigns.selectors import Progress
from comms.campaigns.services.claiming import claim_batch
from comms.campaigns.services.running import cancel_edition
from comms.campaigns.services.settling import close, settle
from comms.campaigns.transports.base import Outcome, Result
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from tests.campaigns.conftest import Team
from tests.campaigns.engine import begun

SignIn = Callable[[User], Client]


class Batch:
    """One that a sender took a minute ago, and is still at: a server may be that slow."""

    def __init__(self, team: Team, size: int) -> None:
        self.team = team
        self.edition = begun(team, size + 30)
        self.id = uuid7()
        self.states: dict[uuid.UUID, str] = {}
        claimed = claim_batch(
            workspace_id=team.workspace.id,
            edition_id=self.edition.id,
            claim_id=self.id,
            shard=0,
            sender="test",
            store_run="run",
            size=size,
        )
        assert claimed is not None
        self.rows = [row.delivery_id for row in claimed.rows]
        self.change(created_at=timezone.now() - datetime.timedelta(seconds=60))

    def change(self, **fields: object) -> None:
        with in_workspace(self.team.workspace.id):
            Claim.objects.filter(id=self.id).update(**fields)

    def settle(self, count: int, outcome: Outcome = Outcome.SENT) -> None:
        results = [Result(row, outcome, 250, "taken") for row in self.rows[:count]]
        with in_workspace(self.team.workspace.id):
            written = settle(
                edition_id=self.edition.id,
                claim_id=self.id,
                results=results,
                attempts={},
                message_ids={},
            )
        self.states |= written
        self.rows = self.rows[count:]

    def close(self) -> None:
        with in_workspace(self.team.workspace.id):
            assert close(self.id, self.states)

    def progress(self) -> Progress:
        with in_workspace(self.team.workspace.id):
            return selectors.edition_progress(Edition.objects.get(id=self.edition.id))


@pytest.fixture
def batch(team: Team) -> Batch:
    return Batch(team, 40)


def test_a_batch_at_a_slow_servers_pace_shows_its_rate(batch: Batch) -> None:
    assert (batch.progress().rate, batch.progress().eta) == (0.0, None)
    batch.settle(20)
    batch.settle(10)
    found = batch.progress()
    assert found.rate == pytest.approx(0.5, rel=0.1)
    assert found.eta is not None
    assert (found.eta - timezone.now()).total_seconds() == pytest.approx(80, rel=0.2)


def test_only_what_a_server_took_counts(batch: Batch) -> None:
    batch.settle(10, Outcome.FAILED)
    batch.settle(10, Outcome.DEFERRED)
    assert batch.progress().rate == 0.0


def test_a_result_told_twice_counts_once(batch: Batch) -> None:
    rows = list(batch.rows)
    batch.settle(20)
    batch.rows = rows
    batch.settle(20)
    with in_workspace(batch.team.workspace.id):
        assert Claim.objects.get(id=batch.id).sent == 20


def test_a_batch_counts_until_it_has_been_closed_for_a_while(batch: Batch) -> None:
    batch.settle(40)
    batch.close()
    with in_workspace(batch.team.workspace.id):
        assert Claim.objects.get(id=batch.id).sent == 40
        assert not Delivery.objects.filter(state="sending").exists()
    assert batch.progress().rate == pytest.approx(40 / 60, rel=0.1)
    batch.change(closed_at=timezone.now() - datetime.timedelta(seconds=11))
    assert (batch.progress().rate, batch.progress().eta) == (0.0, None)


def test_cancelling_says_what_a_sender_has_in_its_hands(batch: Batch, as_user: SignIn) -> None:
    batch.settle(25)
    editor = User.objects.get(id=batch.team.pair.writer.user_id)
    page = as_user(editor).get(
        reverse("campaigns:cancel", args=[batch.team.workspace.slug, batch.edition.id])
    )
    words = page.content.decode()
    assert "30 messages that wait are not sent." in words
    assert "25 messages that were sent stay sent." in words
    assert "15 messages are being handed over at this moment." in words


def test_what_stands_still_on_a_cancelled_page_counts_nothing(
    batch: Batch, as_user: SignIn
) -> None:
    """A sender lets go after the page was shown: only the figures follow, and the lead must not contradict them."""
    team, address = batch.team, [batch.team.workspace.slug, batch.edition.id]
    cancel_edition(actor=team.pair.writer, edition_id=batch.edition.id)
    client = as_user(User.objects.get(id=team.pair.writer.user_id))
    before = _lead(client.get(reverse("campaigns:edition", args=address)).content)
    batch.settle(10)
    assert "Cancelled" in before
    assert before == _lead(client.get(reverse("campaigns:edition", args=address)).content)


def _lead(page: bytes) -> str:
    found = re.search(r"<p data-follows=\"lead\">(.*?)</p>", page.decode(), re.DOTALL)
    assert found is not None
    return found[1]

"""One click stops everything, also what is queued; only our own links do."""

from __future__ import annotations

import base64

import pytest
from django.test import Client
from django.urls import reverse

from comms.campaigns.models import Delivery
from comms.campaigns.services.links import (
    message_id,
    read_return_path,
    read_unsubscribe_token,
    return_path,
    unsubscribe_token,
)
from comms.core import keyring
from comms.core.errors import NotFoundError
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from comms.directory.models import ContactPoint
from comms.ledger.models import AuditEntry
from tests.campaigns.conftest import Team
from tests.campaigns.engine import begun, counts, send
from tests.campaigns.makers import Pair, make_edition, make_people, make_scheduled, make_template
from tests.campaigns.server import ScriptedServer


def _link(pair: Pair, delivery: Delivery) -> str:
    ring = keyring.ring_of(pair.writer.workspace_id)
    token = unsubscribe_token(ring, pair.writer.workspace_id, delivery.id)
    return reverse("unsubscribe", args=[token])


@pytest.fixture
def delivery(pair: Pair) -> Delivery:
    """A queued mail of an edition that is on the clock."""
    make_people(pair.writer, 2)
    edition = make_scheduled(pair, make_edition(pair.writer))
    return Delivery.objects.filter(edition=edition).order_by("id")[0]


def test_one_click_stops_queued_mails_of_all_editions(pair: Pair, delivery: Delivery) -> None:
    """As a mail program posts it: no page, no cookie, no Referer."""
    other = make_scheduled(pair, make_edition(pair.writer, template=make_template(pair.writer)))
    response = Client(enforce_csrf_checks=True).post(
        _link(pair, delivery), {"List-Unsubscribe": "One-Click"}
    )
    assert (response.status_code, response.content) == (200, b"OK\n")
    theirs = Delivery.objects.filter(stakeholder_id=delivery.stakeholder_id)
    assert {(row.state, row.reason) for row in theirs} == {
        ("suppressed", "suppressed_unsubscribed")
    }
    assert theirs.count() == 2
    assert Delivery.objects.filter(edition=other, state="pending").count() == 1
    point = ContactPoint.objects.get(stakeholder_id=delivery.stakeholder_id)
    assert point.suppressed_reason == "unsubscribed"
    assert AuditEntry.objects.filter(action="campaigns.unsubscribed").count() == 1


def test_again_is_harmless(pair: Pair, delivery: Delivery) -> None:
    for _time in range(2):
        assert Client().post(_link(pair, delivery)).status_code == 200
    assert AuditEntry.objects.filter(action="campaigns.unsubscribed").count() == 1


def test_opening_the_link_stops_nothing(pair: Pair, delivery: Delivery) -> None:
    """Link checkers open every link of a mail."""
    page = Client().get(_link(pair, delivery))
    assert b"<button" in page.content
    delivery.refresh_from_db()
    assert delivery.state == "pending"


def test_the_page_speaks_the_language_of_the_mail(pair: Pair) -> None:
    make_people(pair.writer, 1, languages=("ar",), prefix="safara")
    edition = make_scheduled(pair, make_edition(pair.writer))
    page = Client().get(_link(pair, Delivery.objects.get(edition=edition)))
    assert b'lang="ar"' in page.content
    assert b'dir="rtl"' in page.content


@pytest.mark.parametrize("cut", [0, 1, 20, 63])
def test_refuses_a_link_that_is_not_ours(pair: Pair, delivery: Delivery, cut: int) -> None:
    """One letter changed anywhere, or one missing."""
    ring = keyring.ring_of(pair.writer.workspace_id)
    token = unsubscribe_token(ring, pair.writer.workspace_id, delivery.id)
    changed = token[:cut] + ("A" if token[cut] != "A" else "B") + token[cut + 1 :]
    for forged in (changed, token[:-1], token + "A", ""):
        with pytest.raises(NotFoundError):
            read_unsubscribe_token(forged)
    assert Client().post(reverse("unsubscribe", args=[changed])).status_code == 404
    delivery.refresh_from_db()
    assert delivery.state == "pending"


def test_refuses_a_workspace_that_does_not_exist(pair: Pair) -> None:
    """And makes no keys for it."""
    made_up = uuid7().bytes + uuid7().bytes + b"\x00" * 16
    with pytest.raises(NotFoundError):
        read_unsubscribe_token(base64.urlsafe_b64encode(made_up).decode())


def test_refuses_another_workspaces_key(pair: Pair, delivery: Delivery) -> None:
    ring = keyring.Ring(uuid7(), {}, b"another index key" * 2, float("inf"))
    with pytest.raises(NotFoundError):
        read_unsubscribe_token(unsubscribe_token(ring, pair.writer.workspace_id, delivery.id))


def test_message_ids_and_return_paths_are_the_same_every_time(pair: Pair) -> None:
    ring = keyring.ring_of(pair.writer.workspace_id)
    delivery_id = uuid7()
    assert message_id(ring, delivery_id, "example.org") == message_id(
        ring, delivery_id, "example.org"
    )
    address = return_path(ring, delivery_id, "example.org")
    assert len(address.partition("@")[0]) <= 64
    assert read_return_path(ring, address.upper()) == delivery_id
    another = "b" if address[10] == "a" else "a"
    changed = address[:10] + another + address[11:]
    for forged in (address.replace("b-", "c-"), changed, "b-x-y@z", ""):
        assert read_return_path(ring, forged) in {None}


def test_unsubscribing_between_claims_takes_effect(team: Team) -> None:
    """Queued behind others when they clicked: they get nothing."""
    edition = begun(team, 4)
    with in_workspace(team.workspace.id):
        last = Delivery.objects.filter(edition=edition).order_by("-id")[0]
    assert Client().post(_link(team.pair, last)).status_code == 200
    with ScriptedServer().running() as server:
        send(team, edition, server)
    assert counts(team, edition) == {"sent": 3, "suppressed": 1}

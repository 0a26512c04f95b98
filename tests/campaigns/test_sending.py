"""The engine end to end over a real mail server, PostgreSQL and Valkey."""

from __future__ import annotations

import datetime
import email
import email.policy
import threading
import time
from email.message import EmailMessage

import pytest
from django.db import connections
from django.utils import timezone

from comms.accounts.services.holds import hold_workspace
from comms.campaigns import selectors, services
from comms.campaigns.journal.reader import valkey
from comms.campaigns.models import Claim, Delivery, Edition
from comms.campaigns.services.links import read_return_path, read_unsubscribe_token
from comms.campaigns.services.ticking import tick_workspace
from comms.core import keyring
from comms.core.tenancy import in_workspace
from comms.directory.models import ContactPoint, SuppressionReason
from comms.directory.services import suppress_contact_point
from comms.ledger.models import AuditEntry
from tests.campaigns.conftest import Team
from tests.campaigns.engine import begun, counts, scheduled, send, state, tick
from tests.campaigns.makers import make_people
from tests.campaigns.server import Act, ScriptedServer


def parsed(content: bytes) -> EmailMessage:
    """As a mail program reads it."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_everyone_gets_one_mail_and_the_edition_completes(team: Team) -> None:
    edition = begun(team, 120)
    with ScriptedServer().running() as server:
        tally = send(team, edition, server)
    assert tally.sent == 120
    assert len({mail.recipient for mail in server.mails}) == len(server.mails) == 120
    assert counts(team, edition) == {"sent": 120}
    assert tick(team) == []
    assert state(team, edition) == "completed"
    with in_workspace(team.workspace.id):
        assert not Claim.objects.filter(closed_at=None).exists()
        batches = AuditEntry.objects.filter(action="campaigns.sent_batch")
        assert sum(entry.details["counts"]["sent"] for entry in batches) == 120
        assert AuditEntry.objects.filter(action="campaigns.completed_edition").count() == 1
        progress = selectors.edition_progress(Edition.objects.get(id=edition.id))
    assert (progress.total, progress.done, progress.open, progress.percent) == (120, 120, 0, 100)
    with valkey() as client:
        assert client.keys("campaigns:notes:*") == []


def test_a_mail_says_what_it_must(team: Team) -> None:
    """Ids that can be computed again, a way out with one click, text before HTML, the right language."""
    edition = begun(team, 1)
    with ScriptedServer().running() as server:
        send(team, edition, server)
    mail = parsed(server.mails[0].content)
    ring = keyring.ring_of(team.workspace.id)
    with in_workspace(team.workspace.id):
        delivery = Delivery.objects.get(edition=edition)
    assert read_return_path(ring, server.mails[0].sender) == delivery.id
    assert mail["Message-ID"] == delivery.message_id
    assert mail["To"] == "Mission 0 <mission0@example.org>"
    assert mail["Subject"] == "Update for Mission 0"
    assert mail["From"].addresses[0].display_name == "Mission to the Talks"
    link = mail["List-Unsubscribe"].strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = link.rstrip("/").rpartition("/")[2]
    assert read_unsubscribe_token(token) == (team.workspace.id, delivery.id)
    assert mail["Content-Language"] == "en"
    assert mail["Date"].datetime <= timezone.now() + datetime.timedelta(seconds=1)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "Dear Mission 0" in text
    assert link in text
    assert link in html
    assert all(len(line) <= 998 for line in server.mails[0].content.split(b"\r\n"))


def test_refusals_are_told_apart(team: Team) -> None:
    """4xx is tried again later, 5xx is final; neither holds anybody else up."""
    edition = begun(team, 20)

    def script(recipient: str, _tries: int) -> Act:
        if recipient == "mission3@example.org":
            return "refuse_recipient"
        return "defer_text" if recipient == "mission4@example.org" else "accept"

    with ScriptedServer(act=script).running() as server:
        send(team, edition, server)
    assert counts(team, edition) == {"sent": 18, "failed": 1, "deferred": 1}
    with in_workspace(team.workspace.id):
        failed = Delivery.objects.get(state="failed")
        later = Delivery.objects.get(state="deferred")
    assert (failed.reason, failed.last_error) == ("refused", "550 5.1.1 no such user")
    assert later.last_error == "451 4.3.0 later"
    assert later.next_attempt_at is not None
    wait = (later.next_attempt_at - timezone.now()).total_seconds()
    assert 50 < wait <= 72
    assert tick(team) == []
    assert state(team, edition) == "sending"


def test_a_deferred_mail_goes_out_at_its_next_try_with_the_same_id(team: Team) -> None:
    edition = begun(team, 2)

    def script(recipient: str, tries: int) -> Act:
        return "defer_text" if recipient == "mission1@example.org" and tries == 1 else "accept"

    with ScriptedServer(act=script).running() as server:
        send(team, edition, server)
        with in_workspace(team.workspace.id):
            Delivery.objects.filter(state="deferred").update(next_attempt_at=timezone.now())
        assert tick(team) == [edition.id]
        send(team, edition, server)
    assert counts(team, edition) == {"sent": 2}
    with in_workspace(team.workspace.id):
        assert Delivery.objects.get(attempt=2).message_id


@pytest.mark.parametrize(("policy", "left"), [("wait", "unknown"), ("resend", "pending")])
def test_an_interrupted_mail_is_unknown_and_blocks_completion(
    team: Team, policy: str, left: str
) -> None:
    """Until a person decides, or the edition's rule sends it again with the same Message-ID."""
    edition = begun(team, 10, unknown_policy=policy)

    def script(recipient: str, tries: int) -> Act:
        return (
            "accept_and_close" if recipient == "mission5@example.org" and tries == 1 else "accept"
        )

    with ScriptedServer(act=script).running() as server:
        send(team, edition, server)
        assert counts(team, edition) == {"sent": 9, left: 1}
        assert tick(team) == []
        assert state(team, edition) == "sending"
        with in_workspace(team.workspace.id):
            if policy == "wait":
                assert (
                    services.resolve_unknown(
                        actor=team.pair.writer, edition_id=edition.id, decision="resend"
                    )
                    == 1
                )
            else:
                Delivery.objects.filter(state="pending").update(next_attempt_at=timezone.now())
        send(team, edition, server)
    twice = [mail for mail in server.mails if mail.recipient == "mission5@example.org"]
    assert len(twice) == 2
    assert parsed(twice[0].content)["Message-ID"] == parsed(twice[1].content)["Message-ID"]
    assert counts(team, edition) == {"sent": 10}
    tick(team)
    assert state(team, edition) == "completed"


@pytest.mark.parametrize("decision", ["sent", "failed"])
def test_a_person_settles_an_unknown(team: Team, decision: str) -> None:
    edition = begun(team, 2)

    def script(recipient: str, _tries: int) -> Act:
        return "close_after_text" if recipient == "mission1@example.org" else "accept"

    with ScriptedServer(act=script).running() as server:
        send(team, edition, server)
    with in_workspace(team.workspace.id):
        services.resolve_unknown(actor=team.pair.writer, edition_id=edition.id, decision=decision)
        assert Delivery.objects.get(reason="by_person").state == decision
    tick(team)
    assert state(team, edition) == "completed"


def test_an_address_suppressed_after_the_freeze_gets_nothing(team: Team) -> None:
    edition = begun(team, 5)
    with in_workspace(team.workspace.id):
        point = ContactPoint.objects.order_by("id")[0]
        suppress_contact_point(contact_point_id=point.id, reason=SuppressionReason.COMPLAINED)
    with ScriptedServer().running() as server:
        send(team, edition, server)
    assert counts(team, edition) == {"sent": 4, "suppressed": 1}
    with in_workspace(team.workspace.id):
        assert Delivery.objects.get(state="suppressed").reason == "suppressed_complained"


def test_someone_suppressed_while_in_hand_gets_nothing(team: Team) -> None:
    """A slow server has their mail still to come when they unsubscribe: within a second it is taken back."""
    edition = begun(team, 30)
    told: list[str] = []

    def on_accept(_mail: object) -> None:
        if len(server.mails) == 1:
            with in_workspace(team.workspace.id):
                last = ContactPoint.objects.order_by("-id")[0]
                told.append(last.address)
                suppress_contact_point(
                    contact_point_id=last.id, reason=SuppressionReason.UNSUBSCRIBED
                )
        # Two seconds for all of them.
        threading.Event().wait(0.07)

    server = ScriptedServer(on_accept=on_accept)
    with server.running():
        send(team, edition, server, connections=1)
    assert told
    assert told[0] not in {mail.recipient for mail in server.mails}
    assert counts(team, edition) == {"sent": 29, "suppressed": 1}


@pytest.mark.parametrize("how", ["pause", "cancel", "hold", "hold_workspace"])
def test_stopping_takes_effect_within_two_seconds(team: Team, how: str) -> None:
    """What a server took stays sent; everything else is as if it had not been claimed."""
    edition = begun(team, 200)
    stopped_at: list[float] = []
    last_at: list[float] = []

    def on_accept(_mail: object) -> None:
        last_at.append(time.monotonic())
        if len(server.mails) == 5:
            with in_workspace(team.workspace.id):
                _stop(team, edition, how)
            stopped_at.append(time.monotonic())
        threading.Event().wait(0.03)

    server = ScriptedServer(on_accept=on_accept)
    with server.running():
        send(team, edition, server, connections=1)
    assert last_at[-1] - stopped_at[0] < 2
    found = counts(team, edition)
    assert found["sent"] == len(server.mails) < 150
    assert found == {
        "sent": len(server.mails),
        ("cancelled" if how == "cancel" else "pending"): 200 - len(server.mails),
    }
    with in_workspace(team.workspace.id):
        assert set(Delivery.objects.filter(state="pending").values_list("attempt", flat=True)) <= {
            0
        }
    assert tick(team) == []


def _stop(team: Team, edition: Edition, how: str) -> None:
    writer = team.pair.writer
    if how == "pause":
        services.pause_edition(actor=writer, edition_id=edition.id)
    elif how == "cancel":
        services.cancel_edition(actor=writer, edition_id=edition.id)
    elif how == "hold":
        services.hold_edition(actor=writer, edition_id=edition.id, reason="Something happened.")
    else:
        hold_workspace(actor=writer, reason="Something happened.")


def test_a_paused_edition_goes_on_where_it_stopped(team: Team) -> None:
    edition = begun(team, 20)
    with in_workspace(team.workspace.id):
        services.pause_edition(actor=team.pair.writer, edition_id=edition.id)
    with ScriptedServer().running() as server:
        assert send(team, edition, server).sent == 0
        with in_workspace(team.workspace.id):
            services.resume_edition(actor=team.pair.writer, edition_id=edition.id)
        assert send(team, edition, server).sent == 20


def test_nothing_is_touched_while_the_server_is_down(team: Team) -> None:
    """The edition says why, and goes on when the server is back."""
    edition = begun(team, 5)
    server = ScriptedServer()
    with server.running():
        pass
    tally = send(team, edition, server)
    assert "can't be reached" in tally.error
    assert counts(team, edition) == {"pending": 5}
    with in_workspace(team.workspace.id):
        assert "can't be reached" in Edition.objects.get(id=edition.id).last_error
        assert not Delivery.objects.exclude(attempt=0).exists()
    with ScriptedServer().running() as back:
        assert send(team, edition, back).sent == 5


def test_a_refused_sender_fails_nobody(team: Team) -> None:
    edition = begun(team, 5)
    with ScriptedServer(refuse_sender="550 5.7.1 not as him").running() as server:
        assert "refuses the sender" in send(team, edition, server).error
    assert counts(team, edition) == {"pending": 5}


def test_what_is_stored_must_be_what_was_approved(team: Team) -> None:
    """Somebody with the database's own rights changed a text past every rule: it is held, not sent."""
    edition = scheduled(team, 3)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE campaigns_editionvariant NO FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE campaigns_editionvariant DISABLE TRIGGER USER")
        cursor.execute("UPDATE campaigns_editionvariant SET body = 'Lies.'")
        assert cursor.rowcount > 0
        cursor.execute("ALTER TABLE campaigns_editionvariant ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE campaigns_editionvariant FORCE ROW LEVEL SECURITY")
    assert tick_workspace(team.workspace.id).due == []
    assert state(team, edition) == "held"
    with in_workspace(team.workspace.id):
        assert AuditEntry.objects.filter(action="campaigns.held_changed_edition").exists()


def test_an_arabic_mail_is_arabic_all_through(team: Team) -> None:
    with in_workspace(team.workspace.id):
        make_people(team.pair.writer, 1, languages=("ar",), prefix="safara")
    edition = begun(team, 0, languages=("en", "ar"))
    with ScriptedServer().running() as server:
        send(team, edition, server)
    mail = parsed(server.mails[0].content)
    assert mail["Content-Language"] == "ar"
    assert mail["Subject"] == "مستجدات إلى Safara 0"
    html = mail.get_body(("html",))
    assert html is not None
    assert 'dir="rtl"' in html.get_content()
    assert server.mails[0].content.isascii()

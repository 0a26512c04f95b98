"""A mail says that something waits: once, to who asked for it, is away and has not read; and nothing else."""

from __future__ import annotations

import datetime
import re
import threading
from collections.abc import Iterator
from email.message import Message

import pytest
import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connections
from django.utils import timezone

from comms.accounts.models import Membership, User
from comms.core.actors import Role
from comms.core.errors import NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import mails, selectors, services, tasks
from comms.threads.models import Attendance, Envelope, Member, Telling, Thread
from tests import factories
from tests.factories import actor_of
from tests.threads.world import World

MINUTES = 15


@pytest.fixture
def waiting(world: World, ada: User, dina: User) -> Thread:
    """Ada wrote to Dina, who asked for a mail after 15 minutes, 20 minutes ago."""
    wants(dina)
    thread = world.open(ada, dina)
    world.post(ada, thread)
    passed(world, 20)
    return thread


def wants(person: User, minutes: int = MINUTES) -> None:
    User.objects.filter(id=person.id).update(waiting_mail=minutes)


def passed(world: World, minutes: int) -> None:
    """As if everything so far had happened so many minutes earlier."""
    earlier = datetime.timedelta(minutes=minutes)
    with in_workspace(world.workspace.id):
        for envelope in Envelope.objects.all():
            envelope.received_at -= earlier
            envelope.save(update_fields=["received_at"])
        for row in Attendance.objects.all():
            row.looked_at = row.looked_at and row.looked_at - earlier
            row.mailed_at = row.mailed_at and row.mailed_at - earlier
            row.save(update_fields=["looked_at", "mailed_at"])
    for told in Telling.objects.all():
        told.mailed_at = told.mailed_at and told.mailed_at - earlier
        told.back_at = told.back_at and told.back_at - earlier
        told.save(update_fields=["mailed_at", "back_at"])


def run(world: World) -> int:
    return services.mail_waiting(world.workspace.id)


def look(world: World, person: User) -> None:
    services.note_look(actor_of(person, world.workspace))


def read(world: World, person: User, thread: Thread, seq: int = 1) -> None:
    actor = actor_of(person, world.workspace)
    services.mark_read(actor=actor, thread_id=thread.id, seq=seq)


def test_tells_who_is_away_and_has_not_read(
    world: World, waiting: Thread, dina: User, mailoutbox: list[EmailMessage]
) -> None:
    tasks.tick_waiting()
    assert [mail.to for mail in mailoutbox] == [[dina.email]]


def test_the_mail_says_that_something_waits_and_nothing_else(
    world: World, waiting: Thread, ada: User, dina: User, mailoutbox: list[EmailMessage]
) -> None:
    with structlog.testing.capture_logs() as logs:
        run(world)
    sent: Message = mailoutbox[0].message()
    whole = sent.as_string() + str(logs)
    for secret in (
        *(str(waiting.id), waiting.id.hex, str(ada.id), str(dina.id), str(world.workspace.id)),
        *(world.workspace.name, world.workspace.slug, ada.name, dina.name, ada.email, "/threads"),
    ):
        assert secret not in whole
    assert mailoutbox[0].subject == "Something waits in Entente"
    assert re.findall(r"\S+://\S+", str(mailoutbox[0].body)) == [f"{settings.PUBLIC_URL}/"]
    assert not re.search(r"\d", str(mailoutbox[0].body).replace(settings.PUBLIC_URL, ""))
    headers = set(sent.keys())
    known = {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
    assert headers <= known | {"Content-Type", "Content-Transfer-Encoding"}


def test_the_mail_is_the_same_whatever_waits(
    world: World, waiting: Thread, ada: User, dina: User, mailoutbox: list[EmailMessage]
) -> None:
    run(world)
    look(world, dina)
    second = world.open(ada, dina)
    for _ in range(3):
        world.post(ada, second)
    passed(world, 20)
    run(world)
    one, three = mailoutbox
    assert (one.subject, one.body, one.from_email) == (three.subject, three.body, three.from_email)


def test_the_mail_is_in_the_persons_language(
    world: World, waiting: Thread, dina: User, mailoutbox: list[EmailMessage]
) -> None:
    User.objects.filter(id=dina.id).update(language="ar")
    run(world)
    assert re.search(r"[\u0600-\u06ff]", str(mailoutbox[0].subject))


def test_refuses_who_did_not_ask(world: World, waiting: Thread, dina: User) -> None:
    wants(dina, 0)
    assert run(world) == 0


def test_refuses_before_the_time_is_up(world: World, waiting: Thread, dina: User) -> None:
    wants(dina, 60)
    assert run(world) == 0


def test_refuses_who_has_read(world: World, waiting: Thread, dina: User) -> None:
    read(world, dina, waiting)
    passed(world, 30)
    assert run(world) == 0


def test_refuses_whose_page_is_open(world: World, waiting: Thread, dina: User) -> None:
    look(world, dina)
    assert run(world) == 0
    passed(world, 14)
    assert run(world) == 0
    passed(world, 2)
    assert run(world) == 1


def test_refuses_a_muted_thread_until_it_is_told_again(
    world: World, waiting: Thread, dina: User
) -> None:
    actor = actor_of(dina, world.workspace)
    services.mute_thread(actor=actor, thread_id=waiting.id, muted=True)
    with in_workspace(world.workspace.id):
        assert selectors.list_muted(actor) == [waiting.id]
    assert run(world) == 0
    services.mute_thread(actor=actor, thread_id=waiting.id, muted=False)
    assert run(world) == 1


def test_muting_is_each_members_own(world: World, waiting: Thread, ada: User, edgar: User) -> None:
    services.mute_thread(actor=actor_of(ada, world.workspace), thread_id=waiting.id, muted=True)
    assert run(world) == 1
    outsider = actor_of(edgar, world.workspace)
    with pytest.raises(NotFoundError):
        services.mute_thread(actor=outsider, thread_id=waiting.id, muted=True)


def test_refuses_ones_own_messages(world: World, ada: User, dina: User) -> None:
    wants(dina)
    world.post(dina, world.open(ada, dina))
    passed(world, 20)
    assert run(world) == 0


def test_refuses_whoever_is_out_of_the_thread_or_the_workspace(
    world: World, waiting: Thread, dina: User
) -> None:
    with in_workspace(world.workspace.id):
        seats = Member.objects.filter(thread=waiting, member_id=dina.id)
        seats.update(removed_at=timezone.now())
        assert run(world) == 0
        seats.update(removed_at=None)
    Membership.objects.filter(workspace=world.workspace, user=dina).delete()
    assert run(world) == 0


def test_refuses_who_may_not_sign_in(world: World, waiting: Thread, dina: User) -> None:
    User.objects.filter(id=dina.id).update(is_active=False)
    assert run(world) == 0


def test_one_mail_until_they_have_looked(
    world: World, waiting: Thread, ada: User, dina: User
) -> None:
    assert run(world) == 1
    world.post(ada, waiting)
    passed(world, 100)
    assert run(world) == 0
    # Here again, and gone again: what came since the mail is told, what was told is not told twice.
    look(world, dina)
    passed(world, 20)
    assert run(world) == 1
    look(world, dina)
    passed(world, 20)
    assert run(world) == 0


@pytest.fixture
def elsewhere(world: World, ada: User, dina: User) -> World:
    """Another workspace, where Ada wrote to Dina 20 minutes ago, too."""
    other = World(factories.make_workspace("second", "Second Mission"))
    for person, role in ((ada, Role.ADMIN), (dina, Role.DIPLOMAT)):
        Membership.objects.create(workspace=other.workspace, user=person, roles=[str(role)])
        other.keys(person)
    other.post(ada, other.open(ada, dina))
    passed(other, 20)
    return other


def test_one_mail_from_all_workspaces(
    world: World, waiting: Thread, elsewhere: World, dina: User, mailoutbox: list[EmailMessage]
) -> None:
    tasks.tick_waiting()
    assert [mail.to for mail in mailoutbox] == [[dina.email]]
    # Here again, and only in one of them: the other says so when as much time has passed, once.
    with in_workspace(world.workspace.id):
        is_first = Attendance.objects.exclude(mailed_at=None).exists()
    told, other = (world, elsewhere) if is_first else (elsewhere, world)
    look(told, dina)
    tasks.tick_waiting()
    assert len(mailoutbox) == 1
    passed(world, 20)
    tasks.tick_waiting()
    tasks.tick_waiting()
    assert len(mailoutbox) == 2
    assert run(other) == 0


def test_a_killed_worker_doubles_nothing(
    world: World, waiting: Thread, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    send = mails.send_waiting

    def killed(address: str, language: str) -> None:
        send(address, language)
        raise SystemExit  # after the mail server has taken it, before anything is noted

    monkeypatch.setattr(mails, "send_waiting", killed)
    with pytest.raises(SystemExit):
        run(world)
    monkeypatch.undo()
    assert run(world) == 0
    assert len(mailoutbox) == 1


def test_what_the_mail_server_did_not_take_is_tried_again(
    world: World, waiting: Thread, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    def down(_mail: EmailMessage) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", down)
    assert run(world) == 0
    monkeypatch.undo()
    assert mailoutbox == []
    assert run(world) == 1


def test_refuses_a_mail_server_that_nobody_allowed(
    world: World, waiting: Thread, settings: object, mailoutbox: list[EmailMessage]
) -> None:
    settings.EMAIL_HOST, settings.ALLOW_REAL_MAIL = "mail.example.org", False  # type: ignore[attr-defined] # pytest-django's
    assert run(world) == 0
    assert mailoutbox == []


@pytest.fixture
def busy_worker(committed: None) -> Iterator[World]:
    """Another worker holds the only row that is due."""
    workspace = factories.make_workspace("mission", "Mission to the Talks")
    ada = factories.make_member(workspace, "ada@example.org", "Ada", Role.ADMIN)
    dina = factories.make_member(workspace, "dina@example.org", "Dina", Role.DIPLOMAT)
    world = World(workspace)
    for person in (ada, dina):
        world.keys(person)
    wants(dina)
    world.post(ada, world.open(ada, dina))
    look(world, dina)
    passed(world, 20)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with in_workspace(workspace.id):
            list(Attendance.objects.select_for_update())
            held.set()
            done.wait(30)
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(30)
    yield world
    done.set()
    other.join()


def test_two_workers_never_take_the_same_person(
    busy_worker: World, mailoutbox: list[EmailMessage]
) -> None:
    assert run(busy_worker) == 0
    assert mailoutbox == []

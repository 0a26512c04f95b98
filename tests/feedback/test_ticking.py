"""What time does: reminders and marks once each, forms that close, files that nothing names."""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.utils import timezone

from comms.accounts.models import Membership, User, Workspace
from comms.accounts.services import change_roles, remove_member
from comms.core.actors import Role
from comms.core.errors import UnavailableError
from comms.core.tenancy import in_workspace
from comms.feedback import mails, services, tasks
from comms.feedback.models import Case, CaseState, File, FilePart, Form
from comms.feedback.selectors import CaseFilter, list_cases, list_waiting_cases
from comms.ledger.models import AuditEntry
from tests.factories import actor_of, make_workspace
from tests.feedback.casework_makers import make_case, make_form
from tests.feedback.world import World

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def cases(world: World, dina: User) -> Form:
    return make_form(world.workspace, dina)


def soon(form: Form, **work: Any) -> Case:
    return make_case(form, **{"due_at": timezone.now() + 2 * HOUR, **work})


def again(case: Case) -> Case:
    with in_workspace(case.workspace_id):
        return Case.objects.get(submission_id=case.submission_id)


def remind(form: Form) -> int:
    return services.remind_due(form.workspace_id)


def test_the_owner_is_reminded_once(
    cases: Form, dina: User, mailoutbox: list[EmailMessage]
) -> None:
    case = soon(cases, owner_id=dina.id)
    assert (remind(cases), remind(cases)) == (1, 0)
    assert [mail.to for mail in mailoutbox] == [[dina.email]]
    assert again(case).reminded_at is not None
    # It names neither the form nor the workspace nor the case.
    text = f"{mailoutbox[0].subject} {mailoutbox[0].body}"
    assert cases.title not in text
    assert str(case.submission_id)[:8] not in text


def test_several_due_cases_are_one_mail(
    cases: Form, dina: User, mailoutbox: list[EmailMessage]
) -> None:
    for _ in range(3):
        soon(cases, owner_id=dina.id)
    assert remind(cases) == 1
    assert len(mailoutbox) == 1


def test_a_case_of_nobody_is_told_to_all_who_work(
    cases: Form, ada: User, dina: User, edgar: User, mailoutbox: list[EmailMessage]
) -> None:
    soon(cases)
    assert remind(cases) == 3
    assert {mail.to[0] for mail in mailoutbox} == {ada.email, dina.email, edgar.email}


@pytest.mark.parametrize(
    "work",
    [
        {"due_at": None},
        {"due_at": timezone.now() + 1000 * HOUR},
        {"state": CaseState.ANSWERED},
        {"state": CaseState.CLOSED},
    ],
)
def test_nobody_is_reminded_of_what_is_not_due(
    cases: Form, mailoutbox: list[EmailMessage], work: dict[str, Any]
) -> None:
    soon(cases, **work)
    assert remind(cases) == 0
    assert mailoutbox == []


def test_a_mail_server_that_is_down_is_asked_again(
    cases: Form, dina: User, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = soon(cases, owner_id=dina.id)

    def down(*_about: str) -> None:
        raise UnavailableError("The mail could not be sent.")

    with monkeypatch.context() as patched:
        patched.setattr("comms.feedback.mails.send_due", down)
        assert remind(cases) == 0
    assert again(case).reminded_at is None
    assert remind(cases) == 1
    assert len(mailoutbox) == 1


def refusing(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage], *refused: str, code: int
) -> None:
    """Have the mail server refuse these addresses, as one does that knows none of them."""
    honest = EmailMessage.send

    def send(message: EmailMessage, fail_silently: bool = False) -> int:
        if message.to[0] in refused:
            raise smtplib.SMTPRecipientsRefused({message.to[0]: (code, b"no")})
        return honest(message, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", send)


def test_an_address_that_is_refused_keeps_nobody_else_waiting(
    cases: Form,
    ada: User,
    dina: User,
    edgar: User,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    soon(cases, owner_id=edgar.id)
    soon(cases)
    refusing(monkeypatch, mailoutbox, dina.email, code=550)
    assert remind(cases) == 2
    assert {mail.to[0] for mail in mailoutbox} == {ada.email, edgar.email}
    assert remind(cases) == 0


def test_the_cases_of_who_can_not_be_reached_are_everybodys(
    cases: Form,
    ada: User,
    dina: User,
    edgar: User,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = soon(cases, owner_id=dina.id)
    refusing(monkeypatch, mailoutbox, dina.email, code=550)
    assert remind(cases) == 2
    assert {mail.to[0] for mail in mailoutbox} == {ada.email, edgar.email}
    assert again(case).reminded_at is not None


def test_a_mail_that_is_to_come_again_comes_again(
    cases: Form, dina: User, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = soon(cases, owner_id=dina.id)
    with monkeypatch.context() as patched:
        refusing(patched, mailoutbox, dina.email, code=451)
        assert remind(cases) == 0
    # Not the minute after, as a server that is down: that asked for patience.
    assert remind(cases) == 0
    assert again(case).reminded_at is None
    with in_workspace(cases.workspace_id):
        Case.objects.update(reminding_until=timezone.now())
    assert remind(cases) == 1


def leaves(admin: User, person: User, form: Form) -> None:
    place = Workspace.objects.get(id=form.workspace_id)
    with in_workspace(place.id):
        seat = Membership.objects.get(user=person, workspace=place)
    remove_member(actor=actor_of(admin, place), membership_id=seat.id)


def changes_roles(admin: User, person: User, form: Form) -> None:
    place = Workspace.objects.get(id=form.workspace_id)
    with in_workspace(place.id):
        seat = Membership.objects.get(user=person, workspace=place)
    change_roles(actor=actor_of(admin, place), membership_id=seat.id, roles=[Role.ANALYST])


@pytest.mark.parametrize("goes", [leaves, changes_roles])
def test_the_cases_of_who_goes_are_nobodys(
    cases: Form,
    ada: User,
    dina: User,
    edgar: User,
    mailoutbox: list[EmailMessage],
    goes: Callable[[User, User, Form], None],
) -> None:
    theirs = soon(cases, owner_id=edgar.id, reminded_at=timezone.now())
    others = soon(cases, owner_id=dina.id, reminded_at=timezone.now())
    goes(ada, edgar, cases)
    assert again(theirs).owner_id is None
    assert again(others).owner_id == dina.id
    # Of what was told to nobody but who went, everybody hears.
    assert remind(cases) == 2
    assert {mail.to[0] for mail in mailoutbox} == {ada.email, dina.email}
    with in_workspace(cases.workspace_id):
        entry = AuditEntry.objects.get(action="feedback.freed_cases")
        told = AuditEntry.objects.get(action="feedback.assigned")
    assert entry.details == {"name": edgar.name, "count": 1}
    assert (told.subject_id, told.details) == (theirs.submission_id, {"name": ""})


def test_other_roles_that_work_on_cases_keep_theirs(cases: Form, ada: User, dina: User) -> None:
    case = soon(cases, owner_id=dina.id)
    place = Workspace.objects.get(id=cases.workspace_id)
    with in_workspace(place.id):
        seat = Membership.objects.get(user=dina, workspace=place)
    change_roles(actor=actor_of(ada, place), membership_id=seat.id, roles=[Role.EDITOR])
    assert again(case).owner_id == dina.id


def test_a_case_of_who_may_not_sign_in_any_more_is_told_and_taken(
    cases: Form, ada: User, dina: User, edgar: User, mailoutbox: list[EmailMessage]
) -> None:
    case = soon(cases, owner_id=edgar.id)
    edgar.is_active = False
    edgar.save(update_fields=["is_active"])
    assert remind(cases) == 2
    assert {mail.to[0] for mail in mailoutbox} == {ada.email, dina.email}
    actor = actor_of(dina, Workspace.objects.get(id=cases.workspace_id))
    with in_workspace(cases.workspace_id):
        unowned = list_cases(actor, CaseFilter(owner="none"))
        waiting = list_waiting_cases(actor, within=3 * HOUR, most=5)
    assert [row.case.submission_id for row in unowned.rows] == [case.submission_id]
    assert [(one.case_id, one.owner_id) for one in waiting.due] == [(case.submission_id, None)]
    assert waiting.unclaimed == 1
    services.claim_case(actor=actor, case_id=case.submission_id)
    assert again(case).owner_id == dina.id


def test_a_worker_that_is_killed_loses_no_reminder(
    cases: Form, dina: User, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = soon(cases, owner_id=dina.id)

    def killed(*_about: str) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("comms.feedback.mails.send_due", killed)
        with pytest.raises(SystemExit):
            remind(cases)
    # Another worker leaves it alone for as long as the first may still be at it.
    assert remind(cases) == 0
    assert again(case).reminded_at is None
    with in_workspace(cases.workspace_id):
        Case.objects.update(reminding_until=timezone.now())
    assert remind(cases) == 1
    assert len(mailoutbox) == 1
    assert again(case).reminded_at is not None


def test_another_owner_meanwhile_is_reminded_too(
    cases: Form,
    dina: User,
    edgar: User,
    ada: User,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = soon(cases, owner_id=dina.id)
    honest = mails.send_due

    def given_away(address: str, language: str) -> None:
        honest(address, language)
        actor = actor_of(ada, Workspace.objects.get(id=cases.workspace_id))
        services.assign_case(actor=actor, case_id=case.submission_id, user_id=edgar.id)

    with monkeypatch.context() as patched:
        patched.setattr("comms.feedback.mails.send_due", given_away)
        assert remind(cases) == 1
    assert remind(cases) == 1
    assert [mail.to[0] for mail in mailoutbox] == [dina.email, edgar.email]


def test_what_is_late_is_marked_once(cases: Form, dina: User) -> None:
    late = soon(cases, due_at=timezone.now() - HOUR)
    done = soon(cases, due_at=timezone.now() - HOUR, state=CaseState.ANSWERED)
    assert services.mark_overdue(cases.workspace_id) == 1
    marked = again(late).overdue_at
    assert marked is not None
    assert services.mark_overdue(cases.workspace_id) == 0
    assert again(late).overdue_at == marked
    assert again(done).overdue_at is None


def test_a_form_closes_when_its_time_is_up(world: World, form: Form) -> None:
    with in_workspace(world.workspace.id):
        Form.objects.filter(id=form.id).update(closes_at=timezone.now() - HOUR)
    assert services.close_due_forms(world.workspace.id) == 1
    assert services.close_due_forms(world.workspace.id) == 0
    closed = world.reload(form)
    # At the moment that was set, whenever the tick came.
    assert closed.closed_at == closed.closes_at
    with in_workspace(world.workspace.id):
        assert AuditEntry.objects.filter(action="feedback.closed_form").count() == 1


def test_a_later_day_opens_what_only_time_had_closed(world: World, form: Form, dina: User) -> None:
    actor = actor_of(dina, world.workspace)
    past = timezone.now() - HOUR
    later = timezone.now() + HOUR

    def put_off() -> Form:
        with in_workspace(world.workspace.id):
            Form.objects.filter(id=form.id).update(closes_at=past)
        changed = services.change_settings(
            actor=actor,
            form_id=form.id,
            closes_at=later,
            max_submissions=0,
            reply_hours=0,
            address="",
        )
        assert changed.closes_at == later
        return world.reload(form)

    assert put_off().closed_at is None
    with in_workspace(world.workspace.id):
        Form.objects.filter(id=form.id).update(closes_at=past)
    services.close_due_forms(world.workspace.id)
    assert world.reload(form).closed_at == past
    assert put_off().closed_at is None
    # What somebody closed stays closed.
    services.close_form(actor=actor, form_id=form.id)
    assert put_off().closed_at is not None


def test_files_that_nothing_names_are_destroyed_a_day_after(world: World, form: Form) -> None:
    left, _token = world.upload(form, b"nobody sends this")
    person, sent = world.send_file(form, b"somebody sends this")
    with in_workspace(world.workspace.id):
        days = dt.timedelta(days=3)
        for file in File.objects.all():
            File.objects.filter(id=file.id).update(begun_on=file.begun_on - days)
        stored = {part.file_id: part.name for part in FilePart.objects.all()}
    assert services.sweep_files(world.workspace.id) == 1
    assert not default_storage.exists(stored[left])
    assert default_storage.exists(stored[sent])
    assert services.sweep_files(world.workspace.id) == 0
    with in_workspace(world.workspace.id):
        assert [file.id for file in File.objects.all()] == [sent]
    assert world.knock(person).status_code == 200


def test_a_storage_that_fails_is_swept_again(
    world: World, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, _token = world.upload(form, b"nobody sends this")
    with in_workspace(world.workspace.id):
        File.objects.update(begun_on=dt.date(2026, 1, 1))

    def broken(_name: str) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "delete", broken)
        assert services.sweep_files(world.workspace.id) == 0
    with in_workspace(world.workspace.id):
        assert File.objects.get(id=left).is_removed
    assert services.sweep_files(world.workspace.id) == 1
    with in_workspace(world.workspace.id):
        assert not File.objects.exists()


def test_what_fails_in_one_workspace_keeps_no_other_waiting(
    cases: Form, dina: User, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = make_workspace("broken", "The broken one")
    soon(cases, owner_id=dina.id)
    honest = services.remind_due

    def remind_due(workspace_id: Any) -> int:
        if workspace_id == broken.id:
            raise RuntimeError("something of this workspace alone")
        return honest(workspace_id)

    monkeypatch.setattr("comms.feedback.services.remind_due", remind_due)
    tasks.tick_cases()
    assert len(mailoutbox) == 1

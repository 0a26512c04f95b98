"""What time does: reminders and marks once each, forms that close, files that nothing names."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.utils import timezone

from comms.accounts.models import User, Workspace
from comms.core.errors import UnavailableError
from comms.core.tenancy import in_workspace
from comms.feedback import mails, services, tasks
from comms.feedback.models import Case, CaseState, File, FilePart, Form
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

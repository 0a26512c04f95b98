"""Making forms, saving drafts, and what a form's builder decides about it."""

from __future__ import annotations

import datetime
import re
import secrets
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError
from comms.core.tenancy import in_workspace
from comms.feedback import definitions, selectors
from comms.feedback.errors import OvertakenError, TakenError
from comms.feedback.models import Form, FormAddress, Submission
from comms.feedback.selectors.times import times_of
from comms.feedback.services import events
from comms.feedback.services.due import check_day
from comms.ledger import services as ledger
from comms.threads import services as threads

MOST_SUBMISSIONS = 10_000_000
MOST_REPLY_HOURS = 24 * 366
_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9-]{2,58})[a-z0-9]")
# No vowels, so that no word comes out; no digits that look like letters.
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"


def create_form(
    *, actor: Actor, form_id: uuid.UUID, definition: bytes, upload: bytes, form_key: bytes
) -> Form:
    """A new form with its draft, and the thread of its readers; the same again changes nothing.

    Raises ForbiddenError, UnreadableError, InvalidError, ConflictError.
    """
    selectors.require_build(actor)
    _check_id(form_id)
    title = definitions.check_draft(definition)
    with in_workspace(actor.workspace_id):
        earlier = Form.objects.filter(id=form_id).first()
        if earlier is not None:
            return earlier
        thread = threads.open_thread(actor=actor, upload=upload, form_key=form_key)
        form = _insert(
            Form(
                id=form_id,
                workspace_id=actor.workspace_id,
                thread=thread,
                title=title,
                draft=definition.decode(),
                address=_fresh_address(),
                made_by_id=actor.user_id,
                reply_hours=times_of(actor.workspace_id).reply_hours,
            )
        )
        _record(actor, form, "feedback.created_form")
    return form


def duplicate_form(
    *, actor: Actor, source_id: uuid.UUID, form_id: uuid.UUID, upload: bytes, form_key: bytes
) -> Form:
    """A new form with the draft of another, and readers of its own. Raises as `create_form` does."""
    selectors.require_build(actor)
    with in_workspace(actor.workspace_id):
        source = selectors.get_form(actor, source_id)
        definition = source.draft.encode()
        return create_form(
            actor=actor, form_id=form_id, definition=definition, upload=upload, form_key=form_key
        )


def save_draft(*, actor: Actor, form_id: uuid.UUID, revision: int, definition: bytes) -> int:
    """Replace the draft that has this revision; the new one's. Raises OvertakenError, UnreadableError."""
    selectors.require_build(actor)
    title = definitions.check_draft(definition)
    with in_workspace(actor.workspace_id):
        form = selectors.get_form(actor, form_id, lock=True)
        if form.revision != revision:
            raise OvertakenError(_("Somebody else has changed this form meanwhile. Reload it."))
        form.draft, form.title = definition.decode(), title
        form.revision, form.updated_at = revision + 1, timezone.now()
        form.save(update_fields=["draft", "title", "revision", "updated_at"])
        events.tell_form(actor.workspace_id, form.id)
    return form.revision


def change_settings(
    *,
    actor: Actor,
    form_id: uuid.UUID,
    closes_at: datetime.datetime | None,
    max_submissions: int,
    reply_hours: int,
    address: str,
) -> Form:
    """When it closes, how many answers it takes, in how many hours people hear back, and its address.

    Raises InvalidError with the field, TakenError for an address that leads elsewhere.
    """
    selectors.require_build(actor)
    _check_settings(max_submissions, reply_hours, address)
    check_day(closes_at, "closes_at")
    with in_workspace(actor.workspace_id):
        form = selectors.get_form(actor, form_id, lock=True)
        if closes_at is not None and closes_at <= timezone.now() and closes_at != form.closes_at:
            raise InvalidError(_("Choose a time in the future."), field="closes_at")
        if closes_at != form.closes_at:
            # A later time opens again what only time had closed; an act of somebody does not come undone.
            if form.closed_at == form.closes_at:
                form.closed_at = None
            form.closes_at = closes_at
        if max_submissions != form.max_submissions:
            form.taken = Submission.objects.filter(form=form).count() if max_submissions else 0
        form.max_submissions, form.reply_hours = max_submissions, reply_hours
        if address and address != form.address:
            _take_address(form, address)
        form.updated_at = timezone.now()
        form.save(
            update_fields=[
                "closes_at",
                "closed_at",
                "max_submissions",
                "taken",
                "reply_hours",
                "address",
                "updated_at",
            ]
        )
        _record(actor, form, "feedback.changed_settings")
    return form


def close_form(*, actor: Actor, form_id: uuid.UUID) -> Form:
    """It takes no answers from now on; whoever has sent one may still come back."""
    return _move(actor, form_id, "feedback.closed_form", closed_at=timezone.now())


def reopen_form(*, actor: Actor, form_id: uuid.UUID) -> Form:
    """It takes answers again; a closing time that is past is dropped."""
    return _move(actor, form_id, "feedback.reopened_form", closed_at=None)


def archive_form(*, actor: Actor, form_id: uuid.UUID) -> Form:
    """Out of the lists, and closed."""
    return _move(actor, form_id, "feedback.archived_form", archived_at=timezone.now())


def restore_form(*, actor: Actor, form_id: uuid.UUID) -> Form:
    """Back from the archive, as it was before."""
    return _move(actor, form_id, "feedback.restored_form", archived_at=None)


def _move(
    actor: Actor, form_id: uuid.UUID, action: str, **changes: datetime.datetime | None
) -> Form:
    selectors.require_build(actor)
    with in_workspace(actor.workspace_id):
        form = selectors.get_form(actor, form_id, lock=True)
        for name, value in changes.items():
            setattr(form, name, value)
        is_past = form.closes_at is not None and form.closes_at <= timezone.now()
        if is_past and form.closed_at is None and "closed_at" in changes:
            form.closes_at = None
        form.updated_at = timezone.now()
        form.save(update_fields=[*changes, "closes_at", "updated_at"])
        _record(actor, form, action)
    return form


def _record(actor: Actor, form: Form, action: str) -> None:
    ledger.record(
        action=action,
        actor=actor,
        subject_type="form",
        subject_id=form.id,
        details={"title": form.title},
    )
    events.tell_form(actor.workspace_id, form.id)


def _insert(form: Form) -> Form:
    try:
        with transaction.atomic():
            form.save(force_insert=True)
            FormAddress.objects.create(
                address=form.address, workspace_id=form.workspace_id, form_id=form.id
            )
    except IntegrityError as error:
        # Another form of the same number, perhaps of another workspace, whose rows are out of sight here.
        raise ConflictError(_("There is such a form already. Reload the page.")) from error
    return form


def _take_address(form: Form, address: str) -> None:
    """The old one goes on leading here: it may be printed on cards."""
    row, made = FormAddress.objects.get_or_create(
        address=address, defaults={"workspace_id": form.workspace_id, "form_id": form.id}
    )
    if not made and row.form_id != form.id:
        raise TakenError(
            _("This address leads to another form. Choose another one."), field="address"
        )
    form.address = address


def _fresh_address() -> str:
    return "".join(secrets.choice(_LETTERS) for _count in range(10))


def _check_id(form_id: uuid.UUID) -> None:
    if form_id.version != 4:
        raise InvalidError(_("The server can't accept what your browser sent. Reload the page."))


def _check_settings(max_submissions: int, reply_hours: int, address: str) -> None:
    if not 0 <= max_submissions <= MOST_SUBMISSIONS:
        raise InvalidError(_("Give a number of answers, or none."), field="max_submissions")
    if not 0 <= reply_hours <= MOST_REPLY_HOURS:
        raise InvalidError(_("Give a number of hours, or none."), field="reply_hours")
    if address and not _ADDRESS.fullmatch(address):
        raise InvalidError(
            _("An address has 4 to 60 small letters, digits and hyphens, no hyphen at its ends."),
            field="address",
        )

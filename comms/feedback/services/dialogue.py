"""The dialogue of the person and the team, and the team's notes: sealed in browsers, checked for their place here."""

from __future__ import annotations

import uuid

from django.db.models import F, Func, IntegerField, Sum
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import CommsError, ConflictError, ForbiddenError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors
from comms.feedback.errors import GoneError
from comms.feedback.models import WAITING, Case, CaseNote, CaseState, DialogueItem
from comms.feedback.services import events
from comms.feedback.services.due import due_from_today
from comms.feedback.services.files import use_files
from comms.feedback.services.refusals import overtaken, refused, stale_key
from comms.feedback.services.returning import find_return
from comms.ledger import services as ledger
from comms.threads import selectors as threads
from comms.wire import case_notes, identity
from comms.wire import dialogue as wire
from comms.wire.errors import WireError
from comms.wire.form_keys import Signer
from comms.wire.hashing import sha256
from comms.wire.keys import PublicKeys
from comms.wire.submissions import Submission as SealedSubmission
from comms.wire.submissions import read_submission

MOST = 1_000
"""Messages of one case."""

MOST_BYTES = 4 * 1024 * 1024
"""Of the person, and as many of the team: pages load all of them."""


def post_message(*, workspace_id: uuid.UUID, text: str, raw: bytes) -> int:
    """What the person who came back writes; its number. The same bytes again give the same number.

    Raises SignedOutError, GoneError, InvalidError, OvertakenError, StaleKeyError.
    """
    item = _read(raw)
    with in_workspace(workspace_id):
        found = find_return(workspace_id=workspace_id, text=text)
        case = _lock(found.id)
        holder = selectors.Holder(workspace_id, case.form_id, found.id)
        number, is_new = _append(case, item, holder, None)
        if is_new:
            case.unread = F("unread") + 1
            is_waiting = case.state in WAITING
            if not is_waiting:
                case.state = CaseState.PROGRESS
            # Who waits and writes once more was promised an answer before.
            if not is_waiting or case.due_at is None:
                case.be_due(due_from_today(case.form.reply_hours))
            case.save(update_fields=["unread", "state", *Case.TIMES])
            events.tell_case(workspace_id, case.submission_id)
    return number


def post_reply(*, actor: Actor, case_id: uuid.UUID, raw: bytes) -> int:
    """What a reader of the form answers; its number. The same bytes again give the same number.

    Raises NotFoundError, ForbiddenError for who is no reader, GoneError, InvalidError, OvertakenError, StaleKeyError.
    """
    selectors.require_work(actor)
    item = _read(raw)
    with in_workspace(actor.workspace_id):
        selectors.get_case(actor, case_id)
        case = _lock(case_id)
        keys = _reader_keys(actor, case, item.sender)
        holder = selectors.Holder(actor.workspace_id, case.form_id, case_id, actor.user_id)
        number, is_new = _append(case, item, holder, keys)
        if is_new:
            case.state = CaseState.ANSWERED
            case.be_due(None)
            case.save(update_fields=["state", *Case.TIMES])
            ledger.record(
                action="feedback.replied",
                actor=actor,
                subject_type="case",
                subject_id=case_id,
            )
            events.tell_case(actor.workspace_id, case_id)
    return number


def add_note(*, actor: Actor, case_id: uuid.UUID, raw: bytes) -> CaseNote:
    """What a reader notes for the others. Raises as `post_reply` does."""
    selectors.require_work(actor)
    try:
        note = case_notes.read_note(raw)
    except WireError as error:
        raise refused(error) from error
    with in_workspace(actor.workspace_id):
        selectors.get_case(actor, case_id)
        case = _lock(case_id)
        earlier = CaseNote.objects.filter(case=case, content_hash=sha256(raw)).first()
        if earlier is not None:
            return earlier
        keys = _reader_keys(actor, case, note.author)
        _check_epoch(case, (note.epoch.number, note.epoch.hash))
        if CaseNote.objects.filter(case=case).count() >= MOST:
            raise ConflictError(_("There are {count} notes here already.").format(count=MOST))
        try:
            case_notes.verify_note(note, _sealed(case), keys)
        except WireError as error:
            raise refused(error) from error
        row = CaseNote.objects.create(
            workspace_id=actor.workspace_id,
            case=case,
            author_id=actor.user_id,
            content=raw,
            content_hash=sha256(raw),
        )
        ledger.record(
            action="feedback.added_note", actor=actor, subject_type="case", subject_id=case_id
        )
        events.tell_case(actor.workspace_id, case_id)
    return row


def _read(raw: bytes) -> wire.DialogueItem:
    try:
        return wire.read_dialogue(raw)
    except WireError as error:
        raise refused(error) from error


def _lock(case_id: uuid.UUID) -> Case:
    """The case, held until the transaction ends. Raises GoneError."""
    case = (
        Case.objects.select_related("form")
        .select_for_update(of=("self",))
        .get(submission_id=case_id)
    )
    # Read behind the lock: joined to it, it would be as it was before another's erasing was waited for.
    if case.submission.erased_on is not None:
        raise GoneError(
            _("The person has erased what they had sent: there is nobody to answer to.")
        )
    return case


def _append(
    case: Case, item: wire.DialogueItem, holder: selectors.Holder, keys: PublicKeys | None
) -> tuple[int, bool]:
    """Enter the item as the next one: its number, and whether it is new. The case's row is locked."""
    digest = sha256(item.raw)
    last = DialogueItem.objects.filter(case=case).order_by("-number").first()
    if last is not None and bytes(last.content_hash) == digest:
        return last.number, False
    number = last.number + 1 if last else 1
    previous = bytes(last.content_hash) if last else bytes(case.submission.content_hash)
    if (item.number, item.previous) != (number, previous):
        raise overtaken()
    if number > MOST:
        raise ConflictError(_("There are {count} messages here already.").format(count=MOST))
    _check_volume(case, holder, len(item.raw))
    _check_epoch(case, (item.epoch.number, item.epoch.hash))
    try:
        wire.verify_dialogue(item, _sealed(case), number=number, previous=previous, sender=keys)
    except WireError as error:
        raise refused(error) from error
    use_files(holder, item.blobs, case.submission_id)
    DialogueItem.objects.create(
        workspace_id=case.workspace_id,
        case=case,
        number=number,
        sender_id=holder.member_id,
        content=item.raw,
        content_hash=digest,
    )
    return number, True


def _check_volume(case: Case, holder: selectors.Holder, more: int) -> None:
    """Raises ConflictError when the person, or the team, has written as much as one page can load."""
    side = DialogueItem.objects.filter(case=case, sender_id__isnull=holder.member_id is None)
    length = Func(F("content"), function="octet_length", output_field=IntegerField())
    if (side.aggregate(total=Sum(length))["total"] or 0) + more > MOST_BYTES:
        raise ConflictError(
            _("There is no more room for messages here. For more, answer the form once more.")
        )


def _sealed(case: Case) -> SealedSubmission:
    return read_submission(bytes(case.submission.content or b""))


def _check_epoch(case: Case, given: tuple[int, bytes]) -> None:
    """Raises StaleKeyError unless it was sealed to the newest form key."""
    if threads.get_newest_epoch(case.form.thread_id) != given:
        raise stale_key()


def _reader_keys(actor: Actor, case: Case, sender: Signer | None) -> PublicKeys:
    """The keys that the actor holds a seat with. Raises ForbiddenError, InvalidError."""
    try:
        seat = threads.get_form_thread(actor, case.form.thread_id)
    except NotFoundError as error:
        raise ForbiddenError(
            _("Only people who read the answers of this form can write here.")
        ) from error
    wrong: CommsError = refused(WireError("signature", "somebody else's, or other keys"))
    if sender is None or sender != Signer(actor.user_id, bytes(seat.member.fingerprint)):
        raise wrong
    entry = threads.get_identity(actor.user_id, sender.fingerprint)
    if entry is None:
        raise wrong
    return identity.read_entry(entry).keys

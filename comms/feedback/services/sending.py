"""Taking answers in: once, whole, and never more than the form is to take."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from comms.feedback import definitions, selectors
from comms.feedback.errors import (
    ClosedError,
    FullError,
    LookupTakenError,
    ProofError,
    QuotaError,
)
from comms.feedback.models import Answer, Case, Submission
from comms.feedback.services import events
from comms.feedback.services.due import due_from_today
from comms.feedback.services.files import check_token, use_files
from comms.feedback.services.proofs import spend_proof
from comms.feedback.services.refusals import refused, stale_key
from comms.feedback.services.returning import lookup_hash
from comms.wire import return_codes
from comms.wire import submissions as wire
from comms.wire.errors import WireError

LANGUAGE_LIMIT = 35


@dataclass(frozen=True, slots=True)
class Sending:
    """What a browser hands in. `files`: the token of each blob."""

    proof: str
    lookup: bytes
    raw: bytes
    open_answers: bytes
    files: Mapping[uuid.UUID, str]
    language: str


def send_submission(*, address: str, sending: Sending) -> None:
    """Take one submission, in one transaction; the same bytes again are taken again and count once.

    Raises NotFoundError, InvalidError, ProofError, StaleKeyError, ClosedError, FullError, QuotaError,
    AnswersError, FileMissingError, LookupTakenError.
    """
    public = selectors.find_address(address)
    sealed = _read(sending)
    for blob in sealed.blobs:
        check_token(public.form_id, blob, sending.files.get(blob, ""))
    try:
        spend_proof(sending.proof)
    except ProofError:
        # Sent before, and the answer was lost on its way: the proof was used up by that.
        if _is_here(public, sealed):
            return
        raise
    try:
        with in_workspace(public.workspace_id):
            _enter(public, sealed, sending)
    except (IntegrityError, ClosedError, FullError, QuotaError) as error:
        if _is_here(public, sealed):
            return
        if not isinstance(error, IntegrityError):
            raise
        raise LookupTakenError(
            _("This return code is taken already. Send once more: you get another one.")
        ) from error


def _read(sending: Sending) -> wire.Submission:
    if len(sending.lookup) != return_codes.LOOKUP_SIZE:
        raise InvalidError(_("The body is not what this address reads."))
    if not 2 <= len(sending.language) <= LANGUAGE_LIMIT or not sending.language.isascii():
        raise InvalidError(_("That is no language."), field="language")
    try:
        sealed = wire.read_submission(sending.raw)
        wire.verify_submission(sealed, sending.open_answers)
    except WireError as error:
        raise refused(error) from error
    return sealed


def _is_here(public: selectors.PublicForm, sealed: wire.Submission) -> bool:
    with in_workspace(public.workspace_id):
        return Submission.objects.filter(form_id=public.form_id, content_hash=sealed.hash).exists()


def _enter(public: selectors.PublicForm, sealed: wire.Submission, sending: Sending) -> None:
    standing = selectors.get_standing(public.form_id, keep=True)
    version = selectors.find_version(public.form_id, sealed.version_hash)
    if sealed.thread != standing.thread_id or version is None:
        raise refused(WireError("chain", "an answer to another form"))
    if (sealed.epoch.number, sealed.epoch.hash) != (standing.epoch_number, standing.epoch_hash):
        raise stale_key()
    _check_state(standing)
    asked = definitions.parsed(version.definition_hash, version.definition)
    answers = definitions.check_answers(asked, sending.open_answers)
    submission = Submission(
        workspace_id=public.workspace_id,
        form_id=public.form_id,
        version_id=version.id,
        content=sealed.raw,
        content_hash=sealed.hash,
        open_answers=sending.open_answers.decode(),
        signing_key=sealed.signing_key,
        lookup_hash=lookup_hash(public.workspace_id, sending.lookup),
        language=sending.language,
    )
    submission.save(force_insert=True)
    Case(
        workspace_id=public.workspace_id,
        submission=submission,
        form_id=public.form_id,
        due_at=due_from_today(standing.reply_hours),
        received_on=submission.received_on,
    ).save(force_insert=True)
    Answer.objects.bulk_create(
        Answer(
            workspace_id=public.workspace_id,
            form_id=public.form_id,
            submission=submission,
            question=one.question,
            row=one.row,
            value=one.value,
            number=one.number,
        )
        for one in definitions.countable(asked, answers)
    )
    holder = selectors.Holder(public.workspace_id, public.form_id)
    use_files(holder, sealed.blobs, submission.id)
    # Last, since whoever counts next waits for this transaction to end.
    _count(public, standing, definitions.quotas_met(asked, answers))
    events.tell_case(public.workspace_id, submission.id)


def _check_state(standing: selectors.Standing) -> None:
    if standing.state == selectors.CLOSED:
        raise ClosedError(_("This form is closed and takes no answers any more."))
    if standing.state == selectors.FULL:
        raise _full()


_ONE_MORE = """
    UPDATE feedback_form SET taken = taken + 1
    WHERE id = %s AND (max_submissions = 0 OR taken < max_submissions)
"""

_ONE_MORE_OF_QUOTA = """
    INSERT INTO feedback_quota AS q (id, workspace_id, form_id, condition_hash, taken) VALUES (%s, %s, %s, %s, 1)
    ON CONFLICT (form_id, condition_hash) DO UPDATE SET taken = q.taken + 1 WHERE q.taken < %s
"""


def _count(
    public: selectors.PublicForm, standing: selectors.Standing, met: list[definitions.QuotaMet]
) -> None:
    """Take one of what is limited: an update that changes no row means that none is left."""
    with connection.cursor() as cursor:
        # In one order, so that two senders never wait for each other.
        for quota in sorted(met, key=lambda one: one.condition_hash):
            cursor.execute(
                _ONE_MORE_OF_QUOTA,
                [
                    uuid7(),
                    public.workspace_id,
                    public.form_id,
                    quota.condition_hash,
                    quota.limit,
                ],
            )
            if cursor.rowcount == 0:
                raise QuotaError(
                    _("As many answers of this kind as were needed have come already. Thank you."),
                    field=str(quota.number),
                )
        if standing.max_submissions:
            cursor.execute(_ONE_MORE, [public.form_id])
            if cursor.rowcount == 0:
                raise _full()


def _full() -> FullError:
    return FullError(_("This form has as many answers as it was to take. Thank you."))

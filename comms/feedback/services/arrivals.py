"""What becomes of submissions on their way in: read and verified, held against the form, written with their cases.

`comms.feedback.services.sending` says in which transaction, alone or many together.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.feedback import definitions, selectors
from comms.feedback.errors import QuotaError
from comms.feedback.models import Answer, Case, Submission
from comms.feedback.services import events
from comms.feedback.services.due import due_from_today
from comms.feedback.services.files import check_token, use_files
from comms.feedback.services.refusals import check_state, full, refused, stale_key
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission whose own checks are behind it."""

    public: selectors.PublicForm
    sealed: wire.Submission
    sending: Sending


@dataclass(frozen=True, slots=True)
class Entry:
    """An arrival that fits what the form asks for."""

    arrival: Arrival
    submission: Submission
    values: list[definitions.Countable]
    met: list[definitions.QuotaMet]


def arrive(address: str, sending: Sending) -> Arrival:
    """What was handed in at this address, its signature and the tokens of its files verified.

    Raises NotFoundError, InvalidError.
    """
    public = selectors.find_address(address)
    sealed = _read(sending)
    for blob in sealed.blobs:
        check_token(public.form_id, blob, sending.files.get(blob, ""))
    return Arrival(public, sealed, sending)


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


def fit(standing: selectors.Standing, arrival: Arrival) -> Entry:
    """What is to be written of it. Inside `in_workspace`.

    Raises InvalidError, StaleKeyError, ClosedError, FullError, AnswersError.
    """
    public, sealed, sending = arrival.public, arrival.sealed, arrival.sending
    version = selectors.find_version(public.form_id, sealed.version_hash)
    if sealed.thread != standing.thread_id or version is None:
        raise refused(WireError("chain", "an answer to another form"))
    if (sealed.epoch.number, sealed.epoch.hash) != (standing.epoch_number, standing.epoch_hash):
        raise stale_key()
    check_state(standing)
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
    return Entry(
        arrival,
        submission,
        list(definitions.countable(asked, answers)),
        definitions.quotas_met(asked, answers),
    )


def write(
    public: selectors.PublicForm, standing: selectors.Standing, entries: Sequence[Entry]
) -> None:
    """All of them, each with its case and what is counted of it. Inside `in_workspace`.

    Raises FileMissingError, FullError, QuotaError, IntegrityError for what is here already.
    """
    workspace_id, form_id = public.workspace_id, public.form_id
    due_at = due_from_today(standing.reply_hours)
    Submission.objects.bulk_create([entry.submission for entry in entries])
    Case.objects.bulk_create(
        Case(
            workspace_id=workspace_id,
            submission=entry.submission,
            form_id=form_id,
            due_at=due_at,
            received_on=entry.submission.received_on,
        )
        for entry in entries
    )
    Answer.objects.bulk_create(
        Answer(
            workspace_id=workspace_id,
            form_id=form_id,
            submission=entry.submission,
            question=one.question,
            row=one.row,
            value=one.value,
            number=one.number,
        )
        for entry in entries
        for one in entry.values
    )
    holder = selectors.Holder(workspace_id, form_id)
    for entry in entries:
        use_files(holder, entry.arrival.sealed.blobs, entry.submission.id)
    # Last, since whoever counts next waits for this transaction to end.
    _count(public, standing, [quota for entry in entries for quota in entry.met], len(entries))
    # Nobody has a page of a new case open: one event tells every list, however many came.
    events.tell_case(workspace_id, entries[0].submission.id)


_MORE = """
    UPDATE feedback_form SET taken = taken + %s
    WHERE id = %s AND (max_submissions = 0 OR taken + %s <= max_submissions)
"""

_MORE_OF_QUOTA = """
    INSERT INTO feedback_quota AS q (id, workspace_id, form_id, condition_hash, taken)
    SELECT %(id)s, %(workspace)s, %(form)s, %(condition)s, %(many)s WHERE %(many)s <= %(limit)s
    ON CONFLICT (form_id, condition_hash)
    DO UPDATE SET taken = q.taken + %(many)s WHERE q.taken + %(many)s <= %(limit)s
"""


def _count(
    public: selectors.PublicForm,
    standing: selectors.Standing,
    met: Sequence[definitions.QuotaMet],
    many: int,
) -> None:
    """Take so many of what is limited: a statement that changes no row means that fewer are left."""
    with connection.cursor() as cursor:
        # In one order, so that two senders never wait for each other.
        for quota, times in sorted(Counter(met).items(), key=lambda one: one[0].condition_hash):
            cursor.execute(
                _MORE_OF_QUOTA,
                {
                    "id": uuid.uuid4(),
                    "workspace": public.workspace_id,
                    "form": public.form_id,
                    "condition": quota.condition_hash,
                    "many": times,
                    "limit": quota.limit,
                },
            )
            if cursor.rowcount == 0:
                raise QuotaError(
                    _("As many answers of this kind as were needed have come already. Thank you."),
                    field=str(quota.number),
                )
        if standing.max_submissions:
            cursor.execute(_MORE, [many, public.form_id, many])
            if cursor.rowcount == 0:
                raise full()

"""Taking answers in: once, whole, and never more than the form is to take."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from django.db import DatabaseError, IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from comms.core.errors import CommsError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors
from comms.feedback.errors import (
    ClosedError,
    FullError,
    LookupTakenError,
    ProofError,
    QuotaError,
)
from comms.feedback.models import Submission
from comms.feedback.services.arrivals import Arrival, Entry, Sending, arrive, fit, write
from comms.feedback.services.proofs import release_proofs, spend_proof, spend_proofs


def send_submission(*, address: str, sending: Sending) -> None:
    """Take one submission, in one transaction; the same bytes again are taken again and count once.

    Raises NotFoundError, InvalidError, ProofError, StaleKeyError, ClosedError, FullError, QuotaError,
    AnswersError, FileMissingError, LookupTakenError.
    """
    arrival = arrive(address, sending)
    try:
        spend_proof(sending.proof)
    except ProofError:
        # Sent before, and the answer was lost on its way: the proof was used up by that.
        if _is_here(arrival):
            return
        raise
    public = arrival.public
    try:
        with in_workspace(public.workspace_id):
            standing = selectors.get_standing(public.form_id, keep=True)
            write(public, standing, [fit(standing, arrival)])
    except (IntegrityError, ClosedError, FullError, QuotaError) as error:
        if _is_here(arrival):
            return
        if not isinstance(error, IntegrityError):
            raise
        raise LookupTakenError(
            _("This return code is taken already. Send once more: you get another one.")
        ) from error


def send_together(many: Sequence[tuple[str, Sending]]) -> list[bool]:
    """Take what can be taken of submissions that came at the same moment, each with its address, and say which.

    Those of one form are one transaction. What isn't taken has left nothing behind, and its proof is good as before:
    `send_submission` says what is wrong with it, if anything.
    """
    arrivals: list[Arrival | None] = []
    for address, sending in many:
        try:
            arrivals.append(arrive(address, sending))
        except CommsError:
            arrivals.append(None)
    read = [arrival for arrival in arrivals if arrival is not None]
    proofs = [arrival.sending.proof for arrival in read]
    spent = spend_proofs(proofs)
    by_form: dict[selectors.PublicForm, list[Arrival]] = {}
    for arrival, is_spent in zip(read, spent, strict=True):
        if is_spent:
            by_form.setdefault(arrival.public, []).append(arrival)
    taken: set[int] = set()
    try:
        for public, group in by_form.items():
            with suppress(CommsError, DatabaseError):
                taken |= _take(public, group)
    finally:
        release_proofs(
            proof
            for arrival, proof, is_spent in zip(read, proofs, spent, strict=True)
            if is_spent and id(arrival) not in taken
        )
    return [id(arrival) in taken for arrival in arrivals]


def _take(public: selectors.PublicForm, group: Sequence[Arrival]) -> set[int]:
    """All that fit, in one transaction, or none; their ids."""
    entries: list[Entry] = []
    seen: set[bytes] = set()
    with in_workspace(public.workspace_id):
        standing = selectors.get_standing(public.form_id, keep=True)
        for arrival in group:
            with suppress(CommsError):
                entry = fit(standing, arrival)
                marks = _marks(entry.submission.lookup_hash, entry.submission.content_hash)
                if seen.isdisjoint(marks):
                    entries.append(entry)
                    seen |= marks
        # One that is here already would take all others down with it.
        here = _list_here(public, entries)
        entries = [entry for entry in entries if id(entry) not in here]
        if entries:
            write(public, standing, entries)
    return {id(entry.arrival) for entry in entries}


def _list_here(public: selectors.PublicForm, entries: Sequence[Entry]) -> set[int]:
    """Ids of those whose return code or bytes are here."""
    lookups = [entry.submission.lookup_hash for entry in entries]
    contents = [entry.submission.content_hash for entry in entries]
    rows = Submission.objects.filter(
        Q(workspace_id=public.workspace_id, lookup_hash__in=lookups)
        | Q(form_id=public.form_id, content_hash__in=contents)
    ).values_list("lookup_hash", "content_hash")
    found: set[bytes] = set().union(*(_marks(*row) for row in rows))
    return {
        id(entry)
        for entry in entries
        if not found.isdisjoint(_marks(entry.submission.lookup_hash, entry.submission.content_hash))
    }


def _marks(lookup_hash: bytes | memoryview, content_hash: bytes | memoryview) -> set[bytes]:
    """What no two submissions have in common."""
    return {b"lookup" + bytes(lookup_hash), b"content" + bytes(content_hash)}


def _is_here(arrival: Arrival) -> bool:
    public = arrival.public
    with in_workspace(public.workspace_id):
        return Submission.objects.filter(
            form_id=public.form_id, content_hash=arrival.sealed.hash
        ).exists()

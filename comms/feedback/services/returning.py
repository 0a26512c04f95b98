"""The way back: a code is proved by a signature, and opens what was sent for two hours.

The server never sees a code. It is asked for a nonce under the code's lookup, and checks who signed it; for a lookup
that there is not it does the same work with a key of nobody, so that an answer's time says nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
import uuid
from typing import Final

from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.directory.services import drop_engagements
from comms.feedback.errors import GoneError, SignedOutError, WrongCodeError
from comms.feedback.models import (
    Answer,
    Case,
    CaseNote,
    CaseState,
    DialogueItem,
    Erasure,
    File,
    Submission,
    today,
)
from comms.feedback.services import events
from comms.feedback.services.files import destroy_files
from comms.feedback.valkey import valkey
from comms.wire import return_codes as wire
from comms.wire.errors import WireError

NONCE_SECONDS: Final = 300
PASS_SECONDS: Final = 2 * 3600
_SALT: Final = "comms.feedback.return"
# A well-formed key that no code leads to.
_NOBODY: Final = bytes.fromhex("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")


def lookup_hash(workspace_id: uuid.UUID, lookup: bytes) -> bytes:
    """What a submission is found by. The lookup itself is kept nowhere."""
    return hashlib.sha256(b"entente return lookup v1" + workspace_id.bytes + lookup).digest()


def challenge_return(*, workspace_id: uuid.UUID, lookup: bytes) -> bytes:
    """A nonce for whoever says to hold the code of this lookup. Nothing is kept, nothing is looked up."""
    _check_lookup(lookup)
    head = (int(time.time()) + NONCE_SECONDS).to_bytes(4, "big") + os.urandom(12)
    return head + _seal(workspace_id, lookup, head)


def admit_return(
    *, workspace_id: uuid.UUID, lookup: bytes, nonce: bytes, signature: bytes, origin: str
) -> tuple[str, Submission]:
    """A pass, and what was sent, for the holder of the code.

    Raises WrongCodeError, whatever is wrong and after the same work, GoneError after the person erased it.
    """
    _check_lookup(lookup)
    with in_workspace(workspace_id):
        # Its key and no more: what was sent is loaded for whoever has proved the code, not to be waited for.
        found = (
            Submission.objects.filter(lookup_hash=lookup_hash(workspace_id, lookup))
            .values_list("id", "signing_key")
            .first()
        )
    key = bytes(found[1]) if found is not None else _NOBODY
    is_fresh = _is_fresh(workspace_id, lookup, nonce)
    try:
        challenge = wire.ReturnChallenge(workspace_id, lookup, nonce, origin)
        wire.verify_return_challenge(challenge, key, signature)
        is_signed = True
    except WireError:
        is_signed = False
    if found is None or not is_signed or not is_fresh:
        raise WrongCodeError(
            _("There is nothing under this code. Look whether all 26 digits are right.")
        )
    _spend(nonce)
    with in_workspace(workspace_id):
        sent = Submission.objects.select_related("case", "version").get(id=found[0])
    if sent.erased_on is not None:
        raise _gone()
    return signing.dumps(sent.id.hex, salt=_SALT), sent


def find_return(*, workspace_id: uuid.UUID, text: str) -> Submission:
    """What the holder of a pass sent, its contents left for later. Inside `in_workspace`.

    Raises SignedOutError, GoneError.
    """
    try:
        given = signing.loads(text, salt=_SALT, max_age=PASS_SECONDS)
        submission_id = uuid.UUID(given)
    except (signing.BadSignature, ValueError, AttributeError, TypeError) as error:
        raise SignedOutError(_("You have been away for a while. Type your code again.")) from error
    found = (
        Submission.objects.defer("content", "open_answers")
        .filter(id=submission_id, workspace_id=workspace_id)
        .first()
    )
    if found is None:
        raise SignedOutError(_("You have been away for a while. Type your code again."))
    if found.erased_on is not None:
        raise _gone()
    return found


def rate_answer(*, workspace_id: uuid.UUID, text: str, rating: int) -> None:
    """How helpful the person found it, from 1 to 5; a later rating replaces it."""
    if not 1 <= rating <= 5:
        raise InvalidError(_("Choose one of the five."), field="rating")
    with in_workspace(workspace_id):
        submission = find_return(workspace_id=workspace_id, text=text)
        case = Case.objects.select_for_update().get(submission_id=submission.id)
        # Once more behind the lock: it may have been erased meanwhile.
        find_return(workspace_id=workspace_id, text=text)
        case.rating = rating
        case.save(update_fields=["rating"])
        events.tell_case(workspace_id, submission.id)


def erase_submission(*, workspace_id: uuid.UUID, text: str) -> None:
    """Destroy what was sent, with its dialogue, notes, files and rating, for the team too. Final.

    What stays: that there was a case, in which state it ended, and what it takes to say so to the code's holder.
    The audit trail hears of it when the day is over (`record_erasures`): its entries have their moment.
    """
    with in_workspace(workspace_id):
        found = find_return(workspace_id=workspace_id, text=text)
        # A reply that is just being written waits, and finds nothing to reply to.
        case = Case.objects.select_for_update().get(submission_id=found.id)
        files = list(File.objects.filter(submission_id=found.id).values_list("id", flat=True))
        File.objects.filter(id__in=files).update(is_removed=True)
        Answer.objects.filter(submission_id=found.id).delete()
        DialogueItem.objects.filter(case=case).delete()
        CaseNote.objects.filter(case=case).delete()
        found.content, found.open_answers, found.erased_on = None, None, today()
        found.save(update_fields=["content", "open_answers", "erased_on"])
        # Who it was, as far as the team knew, is the person's too.
        drop_engagements(kind="feedback", subject_id=case.submission_id)
        case.state, case.unread, case.rating, case.stakeholder = CaseState.CLOSED, 0, 0, None
        case.be_due(None)
        case.save(update_fields=["state", "unread", "rating", "stakeholder", *Case.TIMES])
        Erasure.objects.create(id=found.id, workspace_id=workspace_id, erased_on=found.erased_on)
        events.tell_case(workspace_id, case.submission_id)
    destroy_files(workspace_id, files)


def _check_lookup(lookup: bytes) -> None:
    if len(lookup) != wire.LOOKUP_SIZE:
        raise InvalidError(_("The body is not what this address reads."))


def _seal(workspace_id: uuid.UUID, lookup: bytes, head: bytes) -> bytes:
    value = workspace_id.bytes + lookup + head
    return salted_hmac(_SALT + ".nonce", value, algorithm="sha256").digest()[:16]


def _is_fresh(workspace_id: uuid.UUID, lookup: bytes, nonce: bytes) -> bool:
    if len(nonce) != wire.NONCE_SIZE:
        return False
    head, sealed = nonce[:16], nonce[16:]
    is_ours = hmac.compare_digest(_seal(workspace_id, lookup, head), sealed)
    return is_ours and int.from_bytes(head[:4], "big") >= time.time()


def _spend(nonce: bytes) -> None:
    """A nonce opens once: whoever overhears a signature can't use it again."""
    name = f"feedback:nonce:{hashlib.sha256(nonce).hexdigest()}"
    if not valkey().set(name, b"1", nx=True, ex=NONCE_SECONDS + 60):
        raise WrongCodeError(_("This was used before. Type your code again."))


def _gone() -> GoneError:
    return GoneError(_("What was sent under this code has been erased, and can't be brought back."))

"""Adding to the public log: leaves in the transaction of what they attest, and witnesses' signatures."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError, InvalidError, NotFoundError, UnavailableError
from comms.ledger import policies
from comms.ledger.log_key import LogKey, get_log_key
from comms.ledger.models import LogCheckpoint, LogCosignature, LogLeaf, LogNode, LogWitness
from comms.ledger.selectors.log import place_of, read_edge
from comms.ledger.services.entries import record
from comms.wire import notes, tlog
from comms.wire.errors import WireError
from comms.wire.hashing import sha256

_LOCK = int.from_bytes(sha256(b"ledger.log")[:8], "big", signed=True)
WITNESSES = 100
CLOCK_TOLERANCE = dt.timedelta(minutes=10)
_SUBJECT = 41
"""version ‖ SHA-256(user id) ‖ number: the part of an identity leaf that may be logged only once."""


class LogBrokenError(UnavailableError):
    """The log can't go on as it stands. Nothing was added."""

    code = "log_broken"


def append_identity(*, user_id: uuid.UUID, number: int, entry_hash: bytes) -> int:
    """Log an identity entry, in the caller's transaction; the leaf's index.

    From here to the end of that transaction nobody else appends, so that indexes have no gap. Raises
    LogBrokenError, and IntegrityError for an entry number that is logged already.
    """
    leaf = tlog.identity_leaf(user_id, number, entry_hash)
    with transaction.atomic():
        return _append(leaf, leaf[:_SUBJECT])


def _append(leaf: bytes, subject: bytes) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    key = get_log_key()
    newest = LogCheckpoint.objects.order_by("-size").first()
    size = newest.size if newest else 0
    edge = tlog.Edge(size, read_edge(size))
    if newest is not None:
        _require_whole(newest, edge, key)
    made = edge.append(tlog.leaf_hash(leaf))
    LogLeaf.objects.create(index=size, leaf=leaf, subject=subject, hash=made[0][2])
    LogNode.objects.bulk_create(
        LogNode(place=place_of(level, index), hash=digest) for level, index, digest in made
    )
    checkpoint = notes.Checkpoint(key.verifier.name, edge.size, edge.root())
    LogCheckpoint.objects.create(size=edge.size, note=notes.sign_checkpoint(checkpoint, key.seed))
    return size


def _require_whole(newest: LogCheckpoint, edge: tlog.Edge, key: LogKey) -> None:
    """Refuse to sign on after another key, or over nodes that are not those signed before."""
    try:
        before = notes.read_checkpoint(bytes(newest.note), key.verifier)
    except WireError as error:
        raise LogBrokenError(
            _(
                "The log was signed with another key. Set LOG_KEY and LOG_ORIGIN to those that it began with."
            )
        ) from error
    if before.root != edge.root():
        raise LogBrokenError(
            _("The stored log is not the one that was signed. Restore it from a backup.")
        )


def add_witness(*, actor: Actor, verifier: str) -> LogWitness:
    """Register the key of an outside witness. Raises ForbiddenError, InvalidError."""
    _require_admin(actor)
    try:
        key = notes.read_verifier(verifier.strip())
    except WireError as error:
        raise InvalidError(
            _("That is not a witness's key; it looks like name+1a2b3c4d+BASE64."), field="verifier"
        ) from error
    if key.kind != notes.COSIGNATURE:
        raise InvalidError(
            _(
                "That key signs notes, not co-signatures: ask the witness for its cosignature/v1 key."
            ),
            field="verifier",
        )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        present = LogWitness.objects.filter(removed_at=None)
        if present.filter(name=key.name).exists():
            raise InvalidError(_("There is already a witness of this name."), field="verifier")
        if present.count() >= WITNESSES - 1:
            raise InvalidError(_("The log has 99 witnesses, which is the most."), field="verifier")
        witness = LogWitness.objects.create(
            name=key.name, verifier=str(key), added_by=actor.workspace_id
        )
        record(
            action="ledger.added_witness",
            actor=actor,
            subject_type="witness",
            subject_id=witness.id,
            details={"name": key.name, "key": str(key)},
        )
    return witness


def remove_witness(*, actor: Actor, witness_id: uuid.UUID) -> None:
    """Stop accepting a witness's co-signatures; those given stay stored.

    Raises ForbiddenError, and NotFoundError also for one that another workspace registered.
    """
    _require_admin(actor)
    with transaction.atomic():
        changed = LogWitness.objects.filter(
            id=witness_id, added_by=actor.workspace_id, removed_at=None
        ).update(removed_at=timezone.now())
        if not changed:
            raise NotFoundError(_("There is no such witness."))
        record(
            action="ledger.removed_witness",
            actor=actor,
            subject_type="witness",
            subject_id=witness_id,
            details={"name": LogWitness.objects.get(id=witness_id).name},
        )


def add_cosignature(*, size: int, line: str) -> LogCosignature:
    """Store a witness's signature under the checkpoint of `size`; the same again changes nothing.

    Anybody may bring it: it counts only if a registered witness made it. Raises InvalidError for anything
    else, and for a time that is not about now or before; NotFoundError for a size never signed.
    """
    checkpoint = LogCheckpoint.objects.filter(size=size).first()
    if checkpoint is None:
        raise NotFoundError(_("The log has no checkpoint of that size."))
    text = notes.read_note(bytes(checkpoint.note)).text
    try:
        given = notes.read_note((text + "\n" + line.rstrip("\n") + "\n").encode(), limit=4096)
        signature = given.signatures[0]
        witness = LogWitness.objects.filter(name=signature.name, removed_at=None).first()
        if witness is None or given.text != text or len(given.signatures) != 1:
            raise _unknown()
        verifier = notes.read_verifier(witness.verifier)
        seen = notes.verify_cosignature(text, signature, verifier)
    except WireError as error:
        raise _unknown() from error
    now = timezone.now()
    if seen.time > (now + CLOCK_TOLERANCE).timestamp():
        raise InvalidError(
            _("The co-signature is from the future: check the witness's clock."),
            field="cosignature",
        )
    stored, _made = LogCosignature.objects.get_or_create(
        checkpoint=checkpoint,
        witness=witness,
        defaults={
            "signature": signature.signature,
            "seen_at": dt.datetime.fromtimestamp(seen.time, tz=dt.UTC),
        },
    )
    return stored


def _unknown() -> InvalidError:
    return InvalidError(
        _("That is not a co-signature of this checkpoint by a witness of this log."),
        field="cosignature",
    )


def _require_admin(actor: Actor) -> None:
    if not policies.can_manage_witnesses(actor):
        raise ForbiddenError(_("Only administrators add and remove witnesses."))

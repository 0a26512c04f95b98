"""Opening a thread and publishing its epochs. The server checks the outside and the signatures."""

from __future__ import annotations

import datetime
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts import selectors as accounts
from comms.accounts.services import keep_keys
from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger
from comms.threads import selectors
from comms.threads.models import Epoch, Member, Thread, Wrap
from comms.threads.services import events
from comms.threads.services.form_keys import check_form_key, save_form_key
from comms.threads.services.guest_seats import Keys, end_guests, guest_keys
from comms.threads.services.holding import stale_members
from comms.threads.services.leaving import forget_leaves, verify_leaves
from comms.threads.services.refusals import overtaken, refused
from comms.threads.services.seats import still_seated
from comms.wire import epoch_rules, epochs, identity
from comms.wire.errors import WireError
from comms.wire.keys import PublicKeys
from comms.wire.roster import Role, RosterRow, find
from comms.wire.transcript import Head

CLOCKS_APART = datetime.timedelta(hours=1)
"""How far a browser's clock may be off; beyond that the browser sends nothing itself."""


def open_thread(*, actor: Actor, upload: bytes, form_key: bytes | None = None) -> Thread:
    """A new thread from its first epoch, which the actor signed as an owner; with `form_key` that of a form.

    Everyone in the roster must be a member of the workspace with keys, under their newest ones. Raises
    InvalidError, and ConflictError if there is such a thread already.
    """
    parsed = _read(upload)
    tbs = parsed.record.tbs
    with in_workspace(actor.workspace_id):
        # Whoever replaces their keys meanwhile comes after, and finds the thread to hold sending in.
        keep_keys([row.member for row in tbs.roster])
        keys = _current_keys(actor, tbs.roster)
        try:
            epoch_rules.check_first(tbs)
            author_keys = _author_keys(actor, parsed, keys)
            epochs.verify_record(parsed.record, author_keys)
            form = None if form_key is None else check_form_key(form_key, parsed, author_keys)
        except WireError as error:
            raise refused(error) from error
        if tbs.thread.version != 4 or tbs.start != Head():
            raise refused(WireError("malformed", "not the start of a new thread"))
        if Thread.objects.filter(id=tbs.thread).exists():
            raise _taken()
        try:
            with transaction.atomic():
                thread = Thread.objects.create(
                    id=tbs.thread,
                    workspace_id=actor.workspace_id,
                    purpose=Thread.Purpose.FORM if form else Thread.Purpose.CONVERSATION,
                )
        except IntegrityError as error:
            # Opened twice at the same moment, or an id of another workspace, whose rows are out of sight here.
            raise _taken() from error
        _save_epoch(thread, parsed)
        if form is not None:
            save_form_key(thread, form)
        _save_members(thread, tbs.roster, keys)
        ledger.record(
            action="threads.opened" if form is None else "threads.opened_form",
            actor=actor,
            subject_type="thread",
            subject_id=thread.id,
            details={"members": [str(row.member) for row in tbs.roster]},
        )
        events.tell_added(thread, [row.member for row in tbs.roster])
    return thread


def publish_epoch(
    *, actor: Actor, thread_id: uuid.UUID, upload: bytes, form_key: bytes | None = None
) -> Thread:
    """The next epoch of a thread: a refresh, or another roster, by someone whom the rules allow it.

    That of a form comes with its form key, and no other does: answers are sealed to the newest one.
    Sending goes on when everybody in it is there under their newest keys; an owner's is refused before.
    Raises NotFoundError, InvalidError, and OvertakenError when an epoch or a message came first.
    """
    parsed = _read(upload)
    tbs = parsed.record.tbs
    with in_workspace(actor.workspace_id):
        keep_keys(_newcomers(thread_id, tbs.roster))
        thread = selectors.get_keyed_thread(actor, thread_id, lock=True).thread
        if (form_key is not None) != (thread.purpose == Thread.Purpose.FORM):
            raise refused(WireError("malformed", "a form's epoch and its form key come together"))
        if tbs.number != thread.epoch_number + 1 or tbs.start != Head(thread.seq, bytes(thread.t)):
            raise overtaken()
        newest = Epoch.objects.get(thread=thread, number=thread.epoch_number)
        before = epochs.read_record(bytes(newest.record))
        seated = {row.member: row.fingerprint for row in before.tbs.roster}
        added = [row for row in tbs.roster if seated.get(row.member) != row.fingerprint]
        keys = _current_keys(actor, added, thread)
        try:
            epoch_rules.check_succession(
                tbs, before.tbs, before.hash, is_successor=_is_successor(keys)
            )
            author_keys = _author_keys(actor, parsed, keys)
            epochs.verify_record(parsed.record, author_keys)
            form = None if form_key is None else check_form_key(form_key, parsed, author_keys)
            verify_leaves(tbs)
            _check_put_out(tbs, before.tbs)
        except WireError as error:
            raise refused(error) from error
        if not still_seated(thread, [m for m in seated if find(tbs.roster, m) is not None]):
            # Somebody left, or was put out, while this epoch was made.
            raise overtaken()
        stale = stale_members(tbs.roster) if thread.key_due else set()
        author = find(before.tbs.roster, tbs.author)
        if stale and author is not None and author.role is Role.OWNER:
            # Made before the new keys were known: the title would be sealed to the old ones once more.
            raise overtaken()
        _save_epoch(thread, parsed, is_due=bool(stale))
        if form is not None:
            save_form_key(thread, form)
        forget_leaves(thread)
        removed = [member for member in seated if not any(r.member == member for r in tbs.roster)]
        Member.objects.filter(thread=thread, member_id__in=removed, removed_at=None).update(
            removed_at=timezone.now()
        )
        end_guests(thread, removed)
        _save_members(thread, tbs.roster, keys)
        ledger.record(
            action="threads.published_epoch",
            actor=actor,
            subject_type="thread",
            subject_id=thread.id,
            details={
                "number": tbs.number,
                "added": [str(row.member) for row in added if row.member not in seated],
                "removed": [str(member) for member in removed],
            },
        )
        events.tell_revoked(thread, removed)
        events.tell_epoch(thread)
        events.tell_added(thread, [row.member for row in added if row.member not in seated])
    return thread


def _taken() -> ConflictError:
    return ConflictError(_("There is such a conversation already."))


def _read(upload: bytes) -> epochs.EpochUpload:
    try:
        return epochs.read_upload(upload)
    except WireError as error:
        raise refused(error) from error


def _check_put_out(tbs: epochs.EpochTbs, before: epochs.EpochTbs) -> None:
    """Raises WireError for a guest whom somebody else than an owner takes out before their time is up.

    Readers can only go by the time that the author says; the server has a clock of its own.
    """
    author = find(before.roster, tbs.author)
    if author is None or author.role is Role.OWNER:
        return
    latest = (timezone.now() + CLOCKS_APART).timestamp() * 1000
    left = {notice.member for notice in tbs.leaves}
    for row in before.roster:
        is_out = find(tbs.roster, row.member) is None and row.member not in left
        if is_out and row.expires > latest:
            raise WireError("chain", "the guest's time is not up yet")


def _newcomers(thread_id: uuid.UUID, roster: tuple[RosterRow, ...]) -> list[uuid.UUID]:
    """Whose keys the epoch brings: everybody else's are held by the thread's row."""
    seats = Member.objects.filter(thread_id=thread_id, removed_at=None)
    known = {user: bytes(kept) for user, kept in seats.values_list("member_id", "fingerprint")}
    return [row.member for row in roster if known.get(row.member) != row.fingerprint]


def _is_seated(thread: Thread, member: uuid.UUID) -> bool:
    return Member.objects.filter(thread=thread, member_id=member, removed_at=None).exists()


def _current_keys(
    actor: Actor,
    rows: tuple[RosterRow, ...] | list[RosterRow],
    thread: Thread | None = None,
) -> Keys:
    """Newest keys of the rows' members. Raises InvalidError for a stranger, or for keys that are not theirs."""
    wanted = [row.member for row in rows]
    members = {one.user_id: one for one in accounts.list_identities(actor, wanted)}
    keys = guest_keys(thread, [row for row in rows if row.member not in members])
    for row in rows:
        if row.member in keys:
            continue
        found = members.get(row.member)
        if found is None or not found.entries:
            raise InvalidError(_("Somebody chosen is not a member of this workspace with keys."))
        newest = identity.read_entry(found.entries[-1])
        if newest.keys.fingerprint != row.fingerprint:
            if thread is not None and _is_seated(thread, row.member):
                # New keys once more, while this epoch was made for those before.
                raise overtaken()
            raise InvalidError(
                _("The keys of {name} have changed. Reload the page.").format(name=found.name)
            )
        keys[row.member] = newest
    return keys


def _author_keys(actor: Actor, parsed: epochs.EpochUpload, keys: Keys) -> PublicKeys:
    """The public keys of the author, who must be the actor. Raises WireError."""
    tbs = parsed.record.tbs
    if tbs.author != actor.user_id:
        raise WireError("signature", "somebody else's record")
    if tbs.author in keys:
        return keys[tbs.author].keys
    entry = selectors.get_identity(tbs.author, tbs.author_fingerprint)
    if entry is None:
        raise WireError("signature", "unknown keys of the author")
    return identity.read_entry(entry).keys


def _is_successor(keys: Keys) -> epoch_rules.IsSuccessor:
    """Whether the newest entry of a member is a successor of the one with the old fingerprint."""

    def check(member: uuid.UUID, old: bytes, new: bytes) -> bool:
        entry = keys.get(member)
        if entry is None or entry.keys.fingerprint != new:
            return False
        return selectors.succeeds(member, old, new)

    return check


def _save_epoch(thread: Thread, parsed: epochs.EpochUpload, *, is_due: bool = False) -> None:
    record = parsed.record
    epoch = Epoch.objects.create(
        workspace_id=thread.workspace_id,
        thread=thread,
        number=record.tbs.number,
        epoch_hash=record.hash,
        author_id=record.tbs.author,
        record=record.raw,
    )
    Wrap.objects.bulk_create(
        Wrap(workspace_id=thread.workspace_id, epoch=epoch, member_id=row.member, content=wrap)
        for row, wrap in zip(record.tbs.roster, parsed.wraps, strict=True)
    )
    thread.epoch_number, thread.epoch_hash = record.tbs.number, record.hash
    thread.activity_at, thread.key_due = timezone.now(), is_due
    thread.save(update_fields=["epoch_number", "epoch_hash", "activity_at", "key_due"])


def _save_members(thread: Thread, rows: tuple[RosterRow, ...], keys: Keys) -> None:
    """The roster as rows. Whoever comes back or joins reads from here on; the rest keep their place."""
    known = {one.member_id: one for one in Member.objects.filter(thread=thread)}
    for row in rows:
        place = known.get(row.member) or Member(
            workspace_id=thread.workspace_id,
            thread=thread,
            member_id=row.member,
            since_seq=thread.seq,
            read_up_to=thread.seq,
        )
        if place.removed_at is not None:
            place.removed_at, place.since_seq, place.read_up_to = None, thread.seq, thread.seq
        if row.member in keys:
            place.fingerprint = row.fingerprint
            place.signing_key = keys[row.member].keys.ed25519
        place.role, place.expires_at = int(row.role), _moment(row.expires)
        place.save()


def _moment(millis: int) -> datetime.datetime | None:
    """A roster's expiry. Raises InvalidError beyond what a calendar holds."""
    if millis == 0:
        return None
    try:
        return datetime.datetime.fromtimestamp(millis / 1000, tz=datetime.UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidError(_("The expiry is too far away.")) from error

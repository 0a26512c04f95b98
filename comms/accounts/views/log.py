"""The page of the public log: how large it is, who watches it, and one's own keys in it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comms.accounts import selectors
from comms.accounts.scope import MemberRequest, keys_page, member_view
from comms.core.actors import Role
from comms.core.errors import InvalidError
from comms.ledger.log_key import get_log_key
from comms.ledger.policies import can_manage_witnesses
from comms.ledger.selectors import get_checkpoint_note, indexes_of, list_witnesses
from comms.ledger.services import add_witness, remove_witness
from comms.wire import identity, notes, tlog

OWN_ENTRIES = 200
QUERY = 64

_KINDS: dict[identity.Kind, str | Promise] = {
    identity.Kind.FIRST: gettext_lazy("Your first keys"),
    identity.Kind.SUCCESSOR: gettext_lazy("New keys, signed by the ones before"),
    identity.Kind.RESET: gettext_lazy("Started over with new keys"),
}


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One of the reader's own entries. `index` is None for one that is not in the log."""

    number: int
    kind: str | Promise
    made_at: dt.datetime
    hash: str
    index: int | None


@require_GET
@keys_page
@member_view()
def log_page(request: MemberRequest) -> HttpResponse:
    """The log as it stands now, its witnesses, and the reader's own entries."""
    return _page(request)


@require_POST
@keys_page
@member_view(Role.ADMIN)
def witness_add(request: MemberRequest) -> HttpResponse:
    """Register a witness's key."""
    verifier = request.POST.get("verifier", "")[:1_000]
    try:
        witness = add_witness(actor=request.actor, verifier=verifier)
    except InvalidError as error:
        return _page(request, verifier=verifier, problem=error.message)
    messages.success(
        request,
        _("%(name)s is a witness of the log now.") % {"name": witness.name},
    )
    return redirect("log:page", request.workspace.slug)


@require_POST
@member_view(Role.ADMIN)
def witness_remove(request: MemberRequest, witness_id: uuid.UUID) -> HttpResponse:
    """Accept no more co-signatures of a witness."""
    remove_witness(actor=request.actor, witness_id=witness_id)
    messages.success(request, _("The witness was removed. What they signed stays stored."))
    return redirect("log:page", request.workspace.slug)


def _page(request: MemberRequest, *, verifier: str = "", problem: str = "") -> HttpResponse:
    note = notes.read_note(get_checkpoint_note())
    query = " ".join(request.GET.get("q", "").split())[:QUERY].lower()
    entries = _own_entries(request.actor.user_id)
    found = [one for one in entries if one.hash.startswith(query) or str(one.number) == query]
    return render(
        request,
        "ledger/log.html",
        {
            "checkpoint": notes.read_checkpoint_text(note.text),
            "note": notes.encode_note(note.text, note.signatures).decode(),
            "key": str(get_log_key().verifier),
            "witnesses": list_witnesses(),
            "entries": found if query else entries,
            "query": query,
            "may_manage": can_manage_witnesses(request.actor),
            "verifier": verifier,
            "problem": problem,
        },
        status=422 if problem else 200,
    )


def _own_entries(user_id: uuid.UUID) -> list[OwnEntry]:
    """The reader's entries, the newest first."""
    chain = [
        identity.read_entry(raw)
        for one in selectors.list_chains([user_id])
        for raw in one.entries[-OWN_ENTRIES:]
    ]
    leaves = {one.number: tlog.identity_leaf(user_id, one.number, one.hash) for one in chain}
    indexes = indexes_of(leaves.values())
    return [
        OwnEntry(
            one.number,
            _KINDS[one.kind],
            dt.datetime.fromtimestamp(one.made_at / 1000, tz=dt.UTC),
            one.hash.hex(),
            indexes.get(leaves[one.number]),
        )
        for one in reversed(chain)
    ]

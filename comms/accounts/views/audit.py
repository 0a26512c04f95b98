"""The audit trail's page. Here and not in the ledger, which is a floor below people and their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comms.accounts import selectors
from comms.accounts.scope import MemberRequest, member_view
from comms.core.actors import Actor, Role
from comms.core.paging import cursor_page
from comms.core.tenancy import in_workspace
from comms.ledger import exports
from comms.ledger.forms import TrailForm
from comms.ledger.models import AuditEntry
from comms.ledger.selectors import EntryFilter, get_head, iterate_entries, list_entries
from comms.ledger.sentences import Subject, names_of_subjects, sentence_of, subjects
from comms.ledger.services import Verdict, record, verify_chain

_READERS = (Role.ADMIN, Role.ANALYST)
CHECK_SECONDS = 15.0

_FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the page shows it. `who` is empty for the system, `url` for a subject without a page.

    `name` is what the subject is called now; empty when it has none, or is gone.
    """

    entry: AuditEntry
    who: str
    sentence: str
    subject: str | Promise
    name: str
    url: str


@require_GET
@member_view(*_READERS)
def trail(request: MemberRequest) -> HttpResponse:
    """What happened, newest first, filtered by the address."""
    form = _form(request)
    wanted = form.wanted() if form.is_valid() else None
    page = cursor_page(request, list_entries(request.actor, wanted))
    return render(
        request,
        "ledger/list.html",
        {
            "form": form,
            "narrowed": wanted not in {None, EntryFilter()},
            "lines": _lines(request, page.rows) if form.is_valid() else [],
            "newer": page.newer,
            "older": page.older,
            "head": get_head(request.workspace.id),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@member_view(*_READERS, transaction=False)
def check(request: MemberRequest) -> HttpResponse:
    """Recompute the whole chain and say in one sentence whether it holds."""
    verdict = verify_chain(request.workspace.id, seconds=CHECK_SECONDS)
    with in_workspace(request.workspace.id):
        record(
            action="ledger.checked_chain",
            actor=request.actor,
            details={
                "seq": verdict.head.seq,
                "result": "intact" if verdict.intact else f"broken at {verdict.broken_at}",
            },
        )
    say = messages.success if verdict.intact else messages.error
    say(request, _said(verdict))
    return redirect("ledger:list", request.workspace.slug)


@require_POST
@member_view(*_READERS, transaction=False)
def export(request: MemberRequest, extension: str) -> HttpResponseBase:
    """The filtered trail as a file, with the hashes that it is verified by. Recorded before it begins."""
    if extension not in _FORMATS:
        raise Http404
    with in_workspace(request.workspace.id):
        form = _form(request)
        if not form.is_valid():
            return redirect(
                f"{reverse('ledger:list', args=[request.workspace.slug])}?{request.GET.urlencode()}"
            )
        wanted = form.wanted()
        head = get_head(request.workspace.id)
        record(
            action="ledger.exported_trail",
            actor=request.actor,
            details={"format": extension, "filter": request.GET.dict(), "head": head.hex},
        )
    now = timezone.now()
    entries = iterate_entries(request.actor, wanted)
    content: Iterator[bytes] = (
        exports.comma_separated(entries)
        if extension == "csv"
        else exports.json_lines(
            request.workspace.id, head, now, entries, filtered=wanted != EntryFilter()
        )
    )
    response = StreamingHttpResponse(content, content_type=_FORMATS[extension])
    name = f"audit-{request.workspace.slug}-{now:%Y-%m-%d}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _form(request: MemberRequest) -> TrailForm:
    return TrailForm(request.GET, people=_people(request.actor))


def _people(actor: Actor) -> list[tuple[object, str]]:
    members = selectors.list_members(actor)[:500]
    return [(member.user_id, member.user.name) for member in members]


def _lines(request: MemberRequest, entries: list[AuditEntry]) -> list[Line]:
    called = names_of_subjects(request.actor, entries)
    names = selectors.names_of(entry.actor_id for entry in entries)
    kinds = subjects()
    lines = []
    for entry in entries:
        subject = kinds.get(entry.subject_type)
        lines.append(
            Line(
                entry,
                who=names.get(entry.actor_id, _("A guest, or somebody who has left"))
                if entry.actor_id
                else "",
                sentence=sentence_of(entry, for_page=True),
                subject=subject.label if subject else entry.subject_type,
                name=called.get(entry.subject_id, "") if entry.subject_id else "",
                url=_url(request.workspace.slug, entry, subject),
            )
        )
    return lines


def _url(slug: str, entry: AuditEntry, subject: Subject | None) -> str:
    if subject is None or not subject.route or entry.subject_id is None:
        return ""
    try:
        return reverse(subject.route, args=[slug, entry.subject_id])
    except NoReverseMatch:
        return ""


def _said(verdict: Verdict) -> str:
    values = {"count": verdict.head.seq, "hash": verdict.head.hex, "at": verdict.broken_at}
    if not verdict.intact:
        return _(
            "The chain is broken at entry %(at)s: %(problem)s. Keep your backups, and tell whoever runs "
            "this deployment."
        ) % {**values, "problem": verdict.problem}
    if not verdict.finished:
        return (
            _(
                "The first %(count)s entries are as they were written; there was no time for the rest. "
                "manage.py verify_audit checks them all."
            )
            % values
        )
    if not verdict.head.seq:
        return _("There is nothing to check yet.")
    return _("The chain is intact: all %(count)s sealed entries are as they were written.") % values

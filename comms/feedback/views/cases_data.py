"""What the team's pages read and change of cases, in CBOR. docs/api/feedback.md lists it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts.scope import MemberRequest
from comms.accounts.views.answers import cbor, octets, read_list
from comms.core.actors import Actor
from comms.core.errors import InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors, services, shapes
from comms.feedback.models import CaseState
from comms.feedback.views.chunks import stored_chunk
from comms.feedback.views.data import maybe_uuid_of, moment_of, unreadable, uuid_of, whole_of
from comms.feedback.views.door import chunk_of
from comms.threads.views.answers import member_endpoint
from comms.wire import dialogue as wire

_STATES = {state.name.lower(): state for state in CaseState}


@require_GET
@member_endpoint(transaction=False)
def cases(request: MemberRequest) -> HttpResponse:
    """The inbox by filter, 100 a page."""
    with in_workspace(request.workspace.id):
        question = filter_of(request.GET)
        page = selectors.list_cases(request.actor, question, cursor=request.GET.get("cursor", ""))
        return cbor(shapes.case_page(page))


@require_GET
@member_endpoint(transaction=False)
def case(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """Everything of one case; what is sealed for readers of its form alone."""
    with in_workspace(request.workspace.id):
        return cbor(shapes.whole_case(selectors.get_whole_case(request.actor, case_id)))


@require_POST
@member_endpoint(transaction=False)
def change(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """[what, value]: one change."""
    what, value = read_list(request, 2, limit=256)
    _change(request.actor, case_id, what, value)
    with in_workspace(request.workspace.id):
        return cbor(shapes.case(selectors.get_case_row(request.actor, case_id)))


def _change(actor: Actor, case_id: uuid.UUID, what: object, value: object) -> None:
    match what:
        case "claim":
            services.claim_case(actor=actor, case_id=case_id)
        case "owner":
            services.assign_case(actor=actor, case_id=case_id, user_id=maybe_uuid_of(value))
        case "urgency":
            services.set_urgency(actor=actor, case_id=case_id, urgency=whole_of(value))
        case "category":
            services.set_category(actor=actor, case_id=case_id, category_id=maybe_uuid_of(value))
        case "due":
            services.set_due(actor=actor, case_id=case_id, due_at=moment_of(value))
        case "state":
            if not isinstance(value, str) or value not in _STATES:
                raise unreadable()
            services.set_state(actor=actor, case_id=case_id, state=_STATES[value])
        case "stakeholder":
            services.link_stakeholder(
                actor=actor, case_id=case_id, stakeholder_id=maybe_uuid_of(value)
            )
        case _:
            raise unreadable()


@require_POST
@member_endpoint(transaction=False)
def dialogue(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """[dialogue], a reply: [its number]."""
    (raw,) = read_list(request, 1, limit=wire.LIMIT + 16)
    number = services.post_reply(actor=request.actor, case_id=case_id, raw=octets(raw))
    return cbor([number], status=201)


@require_POST
@member_endpoint(transaction=False)
def notes(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """[note]: [its id]."""
    (raw,) = read_list(request, 1, limit=wire.LIMIT + 16)
    note = services.add_note(actor=request.actor, case_id=case_id, raw=octets(raw))
    return cbor([note.id.bytes], status=201)


@require_POST
@member_endpoint(transaction=False)
def read(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """[number]: the team has seen the dialogue up to it."""
    (number,) = read_list(request, 1, limit=32)
    services.mark_read(actor=request.actor, case_id=case_id, number=whole_of(number))
    return HttpResponse(status=204)


@require_POST
@member_endpoint(transaction=False)
def files(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """Room for a file of a reply: [size] for [blob, ""]."""
    (size,) = read_list(request, 1, limit=32)
    file = services.open_file(_holder(request, case_id, works=True), whole_of(size))
    return cbor([file.id.bytes, ""], status=201)


@require_http_methods(["GET", "PUT"])
@member_endpoint(transaction=False)
def part(
    request: MemberRequest, case_id: uuid.UUID, file_id: uuid.UUID, number: int
) -> HttpResponseBase:
    """One sealed chunk of what was sent in the case, or of the member's own upload."""
    holder = _holder(request, case_id, works=request.method == "PUT")
    if request.method == "PUT":
        services.store_part(holder, file_id, number, chunk_of(request))
        return HttpResponse(status=204)
    with in_workspace(request.workspace.id):
        stored = selectors.get_part(holder, file_id, number)
    response = stored_chunk(stored)
    # Its bytes never change. A day, and not for ever: what was erased shall leave the browsers too.
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@require_POST
@member_endpoint(transaction=False)
def opened(request: MemberRequest) -> HttpResponse:
    """[[id, …]]: the member's browser has opened these sealed submissions."""
    (ids,) = read_list(request, 1, limit=10 * 1024)
    if not isinstance(ids, list):
        raise unreadable()
    services.note_opened(actor=request.actor, case_ids=[uuid_of(one) for one in ids])
    return HttpResponse(status=204)


@require_GET
@member_endpoint(transaction=False)
def colleagues(request: MemberRequest) -> HttpResponse:
    """[[member, name], …] who may be given a case."""
    with in_workspace(request.workspace.id):
        people = selectors.list_colleagues(request.actor)
    return cbor([[user.bytes, name] for user, name in people])


def filter_of(query: Mapping[str, object]) -> selectors.CaseFilter:
    """What the address asks for. Raises InvalidError."""
    get = query.get
    state, owner = str(get("state") or ""), str(get("owner") or "")
    if state and state not in _STATES:
        raise InvalidError(_("There is no such state."), field="state")
    return selectors.CaseFilter(
        state=_STATES.get(state),
        form=_id(get("form"), "form"),
        owner=owner if owner in ("", "me", "none") else _id(owner, "owner") or "",
        category=_id(get("category"), "category"),
        overdue=get("overdue") == "1",
    )


def _id(text: object, field: str) -> uuid.UUID | None:
    if not text:
        return None
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise InvalidError(_("That is no number of ours."), field=field) from None


def _holder(request: MemberRequest, case_id: uuid.UUID, *, works: bool) -> selectors.Holder:
    """The member as a reader of the case's form. Raises NotFoundError for who is none."""
    with in_workspace(request.workspace.id):
        if works:
            selectors.require_work(request.actor)
        found = selectors.get_case(request.actor, case_id)
        if not selectors.is_reader(request.actor, found.form.thread_id):
            raise NotFoundError(_("Only people who read the answers of this form get its files."))
    return selectors.Holder(request.workspace.id, found.form_id, case_id, request.actor.user_id)

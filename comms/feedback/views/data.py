"""What the team's pages read and change of forms, in CBOR. docs/api/feedback.md lists it."""

from __future__ import annotations

import datetime
import uuid

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts.scope import MemberRequest
from comms.accounts.views.answers import CBOR, cbor, octets, read_list
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors, services, shapes
from comms.threads.views.answers import member_endpoint
from comms.wire import epochs as wire_epochs
from comms.wire import form_keys as wire_keys
from comms.wire import form_versions as wire_versions

_KEYS_LIMIT = wire_epochs.UPLOAD_LIMIT + wire_keys.LIMIT + 200
_DEFINITION_LIMIT = wire_versions.DEFINITION_LIMIT + 200

_ACTS = {
    "close": services.close_form,
    "reopen": services.reopen_form,
    "archive": services.archive_form,
    "restore": services.restore_form,
}


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def forms(request: MemberRequest) -> HttpResponse:
    """GET: the workspace's forms. POST: [id, definition, epoch-upload, form-key], a new one."""
    if request.method == "POST":
        given, definition, upload, key = read_list(
            request, 4, limit=_DEFINITION_LIMIT + _KEYS_LIMIT
        )
        form = services.create_form(
            actor=request.actor,
            form_id=uuid_of(given),
            definition=octets(definition),
            upload=octets(upload),
            form_key=octets(key),
        )
        return _form(request, form.id, status=201)
    with in_workspace(request.workspace.id):
        rows = selectors.list_forms(request.actor, archived=request.GET.get("archived") == "1")
        return cbor([shapes.form(row) for row in rows])


@require_POST
@member_endpoint(transaction=False)
def duplicate(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """[new id, epoch-upload, form-key]: a new form with the same draft."""
    given, upload, key = read_list(request, 3, limit=_KEYS_LIMIT)
    form = services.duplicate_form(
        actor=request.actor,
        source_id=form_id,
        form_id=uuid_of(given),
        upload=octets(upload),
        form_key=octets(key),
    )
    return _form(request, form.id, status=201)


@require_GET
@member_endpoint(transaction=False)
def form(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """[form, draft, [version, …]]."""
    with in_workspace(request.workspace.id):
        row = selectors.get_form_row(request.actor, form_id)
        versions = selectors.list_versions(request.actor, form_id)
        return cbor(
            [
                shapes.form(row),
                row.form.draft.encode(),
                [shapes.version(one) for one in versions],
            ]
        )


@require_POST
@member_endpoint(transaction=False)
def draft(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """[revision, definition] for [new revision]."""
    revision, definition = read_list(request, 2, limit=_DEFINITION_LIMIT)
    new = services.save_draft(
        actor=request.actor,
        form_id=form_id,
        revision=whole_of(revision),
        definition=octets(definition),
    )
    return cbor([new])


@require_POST
@member_endpoint(transaction=False)
def publish(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """[definition, form-version] for [its number]."""
    definition, statement = read_list(request, 2, limit=_DEFINITION_LIMIT + wire_versions.LIMIT)
    version = services.publish_version(
        actor=request.actor,
        form_id=form_id,
        definition=octets(definition),
        statement=octets(statement),
    )
    return cbor([version.number], status=201)


@require_GET
@member_endpoint(transaction=False)
def version(request: MemberRequest, form_id: uuid.UUID, number: int) -> HttpResponse:
    """[definition, form-version]."""
    with in_workspace(request.workspace.id):
        found = selectors.get_version(request.actor, form_id, number)
        return cbor([found.definition.encode(), bytes(found.statement)])


@require_POST
@member_endpoint(transaction=False)
def settings(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """[closes at, most submissions, reply hours, address or ""]."""
    closes, most, hours, address = read_list(request, 4, limit=256)
    if not isinstance(address, str):
        raise unreadable()
    services.change_settings(
        actor=request.actor,
        form_id=form_id,
        closes_at=moment_of(closes),
        max_submissions=whole_of(most),
        reply_hours=whole_of(hours),
        address=address,
    )
    return _form(request, form_id)


@require_POST
@member_endpoint(transaction=False)
def state(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """["close", "reopen", "archive" or "restore"]."""
    (act,) = read_list(request, 1, limit=32)
    if not isinstance(act, str) or act not in _ACTS:
        raise unreadable()
    _ACTS[act](actor=request.actor, form_id=form_id)
    return _form(request, form_id)


@require_GET
@member_endpoint(transaction=False)
def opening(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """What partners get of the form."""
    with in_workspace(request.workspace.id):
        found = selectors.get_form(request.actor, form_id)
        return HttpResponse(selectors.get_opening(found.id, request.workspace), content_type=CBOR)


def _form(request: MemberRequest, form_id: uuid.UUID, status: int = 200) -> HttpResponse:
    with in_workspace(request.workspace.id):
        return cbor(shapes.form(selectors.get_form_row(request.actor, form_id)), status=status)


def uuid_of(value: object) -> uuid.UUID:
    """Sixteen bytes as an id. Raises InvalidError."""
    if not isinstance(value, bytes) or len(value) != 16:
        raise unreadable()
    return uuid.UUID(bytes=value)


def maybe_uuid_of(value: object) -> uuid.UUID | None:
    """The same, or None for no bytes. Raises InvalidError."""
    return None if value == b"" else uuid_of(value)


def whole_of(value: object) -> int:
    """A whole number. Raises InvalidError."""
    if type(value) is not int:
        raise unreadable()
    return value


def moment_of(value: object) -> datetime.datetime | None:
    """Milliseconds since 1970 as a moment, None for 0. Raises InvalidError."""
    millis = whole_of(value)
    try:
        return datetime.datetime.fromtimestamp(millis / 1000, tz=datetime.UTC) if millis else None
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidError(_("This time is too far away.")) from error


def unreadable() -> InvalidError:
    """For a body of another shape."""
    return InvalidError(_("The body is not what this address reads."))

"""The forms in which feedback is listed, in CBOR: docs/api/feedback.md describes them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from comms.feedback.models import Category, DialogueItem, ReplyTemplate
from comms.feedback.selectors.cases import CaseOfReader, CasePage, CaseRow
from comms.feedback.selectors.figures import SubmissionRow
from comms.feedback.selectors.forms import FormRow, VersionRow
from comms.wire.cbor import Value


def form(row: FormRow) -> Value:
    """One form with its figures."""
    one = row.form
    return [
        one.id.bytes,
        one.thread_id.bytes,
        one.title,
        one.address,
        row.status,
        one.revision,
        one.version_number,
        row.submissions,
        row.open_cases,
        millis(one.closes_at),
        one.max_submissions,
        one.reply_hours,
        millis(one.updated_at),
    ]


def version(row: VersionRow) -> Value:
    """[number, published at, submissions, form-version]."""
    one = row.version
    return [one.number, millis(one.published_at), row.submissions, bytes(one.statement)]


def case(row: CaseRow) -> Value:
    """One case as the inbox shows it."""
    one = row.case
    return [
        one.submission_id.bytes,
        one.form_id.bytes,
        row.form_title,
        one.state,
        one.urgency,
        _maybe(one.category_id),
        _maybe(one.owner_id),
        row.owner_name,
        millis(one.due_at),
        int(row.is_overdue),
        one.received_on.isoformat(),
        one.unread,
        _maybe(one.stakeholder_id),
        row.stakeholder_name,
        one.rating,
        row.language,
        int(row.is_erased),
    ]


def case_page(page: CasePage) -> Value:
    """[[case, …], next cursor, [count of each state], overdue]."""
    return [[case(row) for row in page.rows], page.next, list(page.counts), page.overdue]


def whole_case(found: CaseOfReader) -> Value:
    """Everything of one case."""
    return [
        case(found.row),
        found.submission,
        found.open_answers.encode(),
        found.version.number,
        found.version.definition.encode(),
        bytes(found.version.statement),
        found.thread_id.bytes,
        [dialogue_item(item) for item in found.dialogue],
        [[note.id.bytes, bytes(note.content)] for note in found.notes],
        files(found.files),
        int(found.is_reader),
    ]


def submission(row: SubmissionRow) -> Value:
    """One submission as the analysis reads it."""
    one = row.submission
    return [
        one.id.bytes,
        one.version.number,
        row.content,
        (one.open_answers or "").encode(),
        one.received_on.isoformat(),
        one.language,
        one.case.state,
        one.case.urgency,
        _maybe(one.case.category_id),
        one.case.rating,
    ]


def dialogue_item(item: DialogueItem) -> Value:
    """[number, dialogue, 1 from the person else 0, day]."""
    return [
        item.number,
        bytes(item.content),
        int(item.sender_id is None),
        item.received_on.isoformat(),
    ]


def files(rows: Sequence[tuple[uuid.UUID, int]]) -> Value:
    """[[blob, size], …]."""
    return [[blob.bytes, size] for blob, size in rows]


def category(row: Category, cases: int) -> Value:
    """[id, code, name, cases]."""
    return [row.id.bytes, row.code, row.name, cases]


def template(row: ReplyTemplate) -> Value:
    """[id, name, language, text]."""
    return [row.id.bytes, row.name, row.language, row.text]


def millis(moment: datetime.datetime | None) -> int:
    """Milliseconds since 1970; 0 without a moment."""
    return round(moment.timestamp() * 1000) if moment else 0


def _maybe(one: uuid.UUID | None) -> bytes:
    return one.bytes if one else b""

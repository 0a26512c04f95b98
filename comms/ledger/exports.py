"""A trail as a file that an outsider can verify (docs/audit.md; scripts/verify_audit_export.py)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from comms.ledger import chain
from comms.ledger.models import AuditEntry
from comms.ledger.selectors import Head
from comms.ledger.sentences import sentence_of

FORMAT = "entente-audit-export/1"

COLUMNS = (
    "seq",
    "at",
    "person",
    "action",
    "sentence",
    "subject_type",
    "subject",
    "id",
    "details",
    "salt",
    "details_hash",
    "previous",
    "hash",
)


def row_of(entry: AuditEntry) -> dict[str, Any]:
    """One entry with the exact texts that are hashed; ids as text, bytes in hexadecimal."""
    return {
        "seq": entry.seq,
        "at": chain.timestamp(entry.at),
        "person": _text(entry.actor_id),
        "action": entry.action,
        "sentence": sentence_of(entry),
        "subject_type": entry.subject_type,
        "subject": _text(entry.subject_id),
        "id": str(entry.id),
        "details": None if entry.details is None else chain.canonical_details(entry.details),
        "salt": _hex(entry.salt),
        "details_hash": _hex(entry.details_hash),
        "previous": _hex(entry.previous),
        "hash": _hex(entry.hash),
    }


def json_lines(
    workspace_id: uuid.UUID,
    head: Head,
    now: dt.datetime,
    entries: Iterable[AuditEntry],
    *,
    filtered: bool,
) -> Iterator[bytes]:
    """A line about the export, then one for each entry. `filtered` says that entries may be left out."""
    about = {
        "format": FORMAT,
        "workspace": str(workspace_id),
        "exported_at": chain.timestamp(now),
        "filtered": filtered,
        "head": {"seq": head.seq, "hash": head.hex},
    }
    yield _line(about)
    for entry in entries:
        yield _line(row_of(entry))


def comma_separated(entries: Iterable[AuditEntry]) -> Iterator[bytes]:
    """The same as a table for spreadsheets, with a byte-order mark so that they read it as UTF-8.

    Cells that a spreadsheet would run as a formula get a leading apostrophe: to verify, take JSON lines.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(COLUMNS)
    for entry in entries:
        row = row_of(entry)
        writer.writerow([_cell(row[column]) for column in COLUMNS])
        if buffer.tell() > 32_768:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _text(value: uuid.UUID | None) -> str | None:
    return None if value is None else str(value)


def _hex(value: Any) -> str | None:
    return None if value is None else bytes(value).hex()

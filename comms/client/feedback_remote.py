"""What is asked of a workspace's forms and cases. Answers are checked for their shape; nothing is trusted yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from uuid import UUID

from comms.client.http import API, OCTETS, Connection
from comms.wire.cbor import Value, encode
from comms.wire.dialogue import LIMIT as DIALOGUE_LIMIT
from comms.wire.fields import array, octets, text, uint, uuid
from comms.wire.files import CHUNK_SIZE, TAG_SIZE
from comms.wire.form_versions import DEFINITION_LIMIT
from comms.wire.form_versions import LIMIT as STATEMENT_LIMIT
from comms.wire.submissions import ANSWERS_LIMIT
from comms.wire.submissions import LIMIT as SUBMISSION_LIMIT

STATES: Final = ("new", "triage", "progress", "answered", "closed")
STATUSES: Final = ("draft", "open", "closed", "full", "archived")
_TEXT: Final = 64 * 1024
_MANY: Final = 10_000


@dataclass(frozen=True)
class ListedForm:
    """`thread` holds the readers of what is sealed."""

    id: UUID
    thread: UUID
    title: str
    address: str
    status: str
    versions: int
    submissions: int
    open_cases: int


@dataclass(frozen=True)
class ListedCase:
    """`owner` and `category` are empty without one. `received_on` is a day; the hour is kept nowhere."""

    id: UUID
    form: UUID
    form_title: str
    state: str
    urgency: int
    owner_name: str
    due_at: int
    is_overdue: bool
    received_on: str
    unread: int
    language: str
    is_erased: bool


@dataclass(frozen=True)
class Item:
    """One message of the dialogue."""

    number: int
    raw: bytes
    received_on: str


@dataclass(frozen=True)
class Case:
    """`submission` is empty after the person erased it."""

    row: ListedCase
    submission: bytes
    open_answers: bytes
    version: int
    definition: bytes
    statement: bytes
    thread: UUID
    dialogue: tuple[Item, ...]
    notes: tuple[bytes, ...]


@dataclass(frozen=True)
class Row:
    """One submission of the analysis."""

    id: UUID
    version: int
    raw: bytes
    open_answers: bytes
    received_on: str
    language: str
    state: str
    urgency: int
    rating: int


@dataclass(frozen=True)
class Opening:
    """What is needed here of a form's opening: the form key of the newest epoch."""

    form_key: bytes


class FeedbackRemote:
    """Forms and cases of one workspace."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self.connection = connection
        self._base = f"{API}workspaces/{quote(workspace, safe='')}/feedback/"

    def forms(self) -> list[ListedForm]:
        return [_form(row) for row in array(self._get("forms"), 0, _MANY)]

    def versions(self, form: UUID) -> dict[int, tuple[bytes, bytes]]:
        """Definition and statement of each published version."""
        _row, _draft, rows = array(self._get(f"forms/{form}"), 3)
        found = {}
        for row in array(rows, 0, _MANY):
            number = uint(array(row, 4)[0], 1)
            definition, statement = array(self._get(f"forms/{form}/versions/{number}"), 2)
            found[number] = (
                octets(definition, 1, DEFINITION_LIMIT),
                octets(statement, 1, STATEMENT_LIMIT),
            )
        return found

    def opening(self, form: UUID) -> Opening:
        row = array(self._get(f"forms/{form}/opening"), 9)
        return Opening(octets(row[4], 1, STATEMENT_LIMIT))

    def submissions(self, form: UUID) -> Iterator[list[Row]]:
        """Page by page, in no order that tells of time."""
        cursor = ""
        while True:
            query = {"cursor": cursor} if cursor else None
            rows, following = array(self._get(f"forms/{form}/submissions", query), 2)
            yield [_row(row) for row in array(rows, 0, 500)]
            cursor = text(following, 0, 200)
            if not cursor:
                return

    def opened(self, ids: Sequence[UUID]) -> None:
        """Notes in the audit trail that these were opened; at most 500."""
        body = encode([[one.bytes for one in ids]])
        self.connection.send("POST", f"{self._base}opened", body=body)

    def cases(self, *, form: UUID | None = None, state: str = "") -> list[ListedCase]:
        """The most urgent first; all pages."""
        found: list[ListedCase] = []
        query = {"form": str(form) if form else "", "state": state}
        while True:
            asked = {name: value for name, value in query.items() if value}
            rows, following, _counts, _overdue = array(self._get("cases", asked or None), 4)
            found += [_case(row) for row in array(rows, 0, 100)]
            query["cursor"] = text(following, 0, 200)
            if not query["cursor"]:
                return found

    def case(self, case: UUID) -> Case:
        row = array(self._get(f"cases/{case}"), 11)
        return Case(
            row=_case(row[0]),
            submission=octets(row[1], 0, SUBMISSION_LIMIT),
            open_answers=octets(row[2], 0, ANSWERS_LIMIT),
            version=uint(row[3], 1),
            definition=octets(row[4], 1, DEFINITION_LIMIT),
            statement=octets(row[5], 1, STATEMENT_LIMIT),
            thread=uuid(row[6]),
            dialogue=tuple(_item(one) for one in array(row[7], 0, _MANY)),
            notes=tuple(
                octets(array(one, 2)[1], 1, DIALOGUE_LIMIT) for one in array(row[8], 0, _MANY)
            ),
        )

    def reply(self, case: UUID, raw: bytes) -> int:
        """Its number. Raises ServerError("overtaken"), ServerError("stale-key"), ServerError("gone")."""
        answer = self.connection.cbor("POST", f"{self._base}cases/{case}/dialogue", [raw])
        return uint(array(answer, 1)[0], 1)

    def mark_read(self, case: UUID, number: int) -> None:
        self.connection.send("POST", f"{self._base}cases/{case}/read", body=encode([number]))

    def open_file(self, case: UUID, size: int) -> UUID:
        """Room for a file of a reply."""
        answer = self.connection.cbor("POST", f"{self._base}cases/{case}/files", [size])
        return uuid(array(answer, 2)[0])

    def put_chunk(self, case: UUID, blob: UUID, index: int, sealed: bytes) -> None:
        self.connection.send("PUT", self._chunk(case, blob, index), body=sealed, kind=OCTETS)

    def chunk(self, case: UUID, blob: UUID, index: int) -> bytes:
        return self.connection.send(
            "GET", self._chunk(case, blob, index), limit=CHUNK_SIZE + TAG_SIZE
        )

    def _chunk(self, case: UUID, blob: UUID, index: int) -> str:
        return f"{self._base}cases/{case}/files/{blob}/{index}"

    def _get(self, path: str, query: dict[str, str] | None = None) -> Value:
        return self.connection.cbor("GET", f"{self._base}{path}", query=query)


def _form(value: Value) -> ListedForm:
    row = array(value, 13)
    return ListedForm(
        uuid(row[0]),
        uuid(row[1]),
        text(row[2], 0, _TEXT),
        text(row[3], 0, 200),
        STATUSES[uint(row[4], 0, len(STATUSES) - 1)],
        versions=uint(row[6]),
        submissions=uint(row[7]),
        open_cases=uint(row[8]),
    )


def _case(value: Value) -> ListedCase:
    row = array(value, 17)
    return ListedCase(
        uuid(row[0]),
        uuid(row[1]),
        text(row[2], 0, _TEXT),
        STATES[uint(row[3], 0, len(STATES) - 1)],
        uint(row[4], 1, 4),
        owner_name=text(row[7], 0, _TEXT),
        due_at=uint(row[8]),
        is_overdue=uint(row[9], 0, 1) == 1,
        received_on=text(row[10], 10, 10),
        unread=uint(row[11]),
        language=text(row[15], 0, 40),
        is_erased=uint(row[16], 0, 1) == 1,
    )


def _item(value: Value) -> Item:
    number, raw, _from_person, day = array(value, 4)
    return Item(uint(number, 1), octets(raw, 1, DIALOGUE_LIMIT), text(day, 10, 10))


def _row(value: Value) -> Row:
    row = array(value, 10)
    return Row(
        uuid(row[0]),
        uint(row[1], 1),
        octets(row[2], 1, SUBMISSION_LIMIT),
        octets(row[3], 0, ANSWERS_LIMIT),
        received_on=text(row[4], 10, 10),
        language=text(row[5], 0, 40),
        state=STATES[uint(row[6], 0, len(STATES) - 1)],
        urgency=uint(row[7], 1, 4),
        rating=uint(row[9], 0, 5),
    )

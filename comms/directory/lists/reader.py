"""A CSV file, from bytes to rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.directory.facts.mailboxes import mailboxes_in

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
CELL_LENGTH = 5_000
HEADER_LENGTH = 100
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 50
# A spreadsheet would run a cell that begins with one of these; `written` puts an apostrophe before it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `number` is what a spreadsheet shows beside it: the header is row 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it was given. `rows` may be shorter or longer than `columns`."""

    columns: list[str]
    rows: list[Row]
    encoding: str
    delimiter: str
    notice: str


def read_table(content: bytes) -> Table:
    """The list in a CSV file: UTF-8, UTF-16 with a byte order mark, or Windows-1252 with a notice.

    Commas, semicolons, tabs and vertical bars separate. Rows without any text are left out. Raises
    InvalidError with one sentence for anything that is no such list.
    """
    _refuse_other_formats(content)
    text, encoding, notice = _decoded(content)
    _refuse_control_characters(text)
    delimiter = _delimiter_of(text)
    records = _records(text, delimiter)
    header = next(
        ((number, cells) for number, cells in records if any(map(str.strip, cells))), None
    )
    if header is None:
        raise _wrong(_("The file holds no text. Export your list as CSV again."))
    columns = _columns(header[1])
    rows: list[Row] = []
    for number, cells in records:
        if not any(map(str.strip, cells)):
            continue
        if len(rows) >= MOST_ROWS:
            raise _wrong(
                _("The file has more than %(most)d rows. Split it and import the parts one by one.")
                % {"most": MOST_ROWS}
            )
        _refuse_long_cell(number, cells)
        rows.append(Row(number, cells))
    if not rows:
        raise _wrong(
            _(
                "The file holds only column names and no rows. Check that the whole list was exported."
            )
        )
    return Table(columns, rows, encoding, delimiter, notice)


def cell_text(cell: str) -> str:
    """A cell as its reader sees it: trimmed, and without the apostrophe that protects a spreadsheet."""
    text = cell.strip()
    if text[:1] == "'" and _is_formula(text[1:]):
        text = text[1:].strip()
    return text


def written(rows: Iterator[list[str]] | list[list[str]]) -> Iterator[str]:
    """CSV lines (RFC 4180, UTF-8 byte order mark first) in which no cell can be run as a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _harmless(cell: str) -> str:
    return f"'{cell}" if _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    # Spreadsheets skip leading blanks before they look for a formula.
    return cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)


def _wrong(sentence: str) -> InvalidError:
    return InvalidError(sentence, field="file")


_FORMATS = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "Excel, OpenDocument or ZIP"),
    (b"\xd0\xcf\x11\xe0", "Excel 97"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "gzip"),
)


def _refuse_other_formats(content: bytes) -> None:
    if not content.strip():
        raise _wrong(_("The file is empty. Export your list as CSV again."))
    if len(content) > MOST_BYTES:
        raise _wrong(
            _(
                "The file has more than %(most)d megabytes. Split it and import the parts one by one."
            )
            % {"most": MOST_BYTES // 1024 // 1024}
        )
    for start, name in _FORMATS:
        if content.startswith(start):
            raise _wrong(
                _(
                    "This is not a list in CSV but %(format)s, whatever its name says. Open it in a "
                    "spreadsheet program and save it as “CSV UTF-8”."
                )
                % {"format": name}
            )
    if content[:200].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise _wrong(_("This is a web page, not a list. Download the list itself, as CSV."))


def _decoded(content: bytes) -> tuple[str, str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "utf-16", ""
        except UnicodeDecodeError as error:
            raise _wrong(
                _("The file breaks off in the middle of a character. Save it again as “CSV UTF-8”.")
            ) from error
    if b"\x00" in content:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        raise _wrong(
            _(
                "Line %(line)d holds an invisible character (NUL) that no text has. Save the list again "
                "as “CSV UTF-8”."
            )
            % {"line": line}
        )
    try:
        return content.decode("utf-8-sig"), "utf-8", ""
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _wrong(
            _("Line %(line)d is not in UTF-8. Save the list again as “CSV UTF-8”.") % {"line": line}
        ) from error
    return text, "windows-1252", "windows-1252"


def _refuse_control_characters(text: str) -> None:
    for position, sign in enumerate(text):
        if sign < " " and sign not in "\t\r\n":
            line = text.count("\n", 0, position) + 1
            raise _wrong(
                _(
                    "Line %(line)d holds an invisible control character, so this is no plain list. Save "
                    "it again as “CSV UTF-8”."
                )
                % {"line": line}
            )


def _delimiter_of(text: str) -> str:
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        try:
            sample = [
                cells
                for _number, cells in islice(_records(text, delimiter), _SAMPLE)
                if any(map(str.strip, cells))
            ]
        except InvalidError:
            continue
        if not sample or len(sample[0]) < 2:
            continue
        width = len(sample[0])
        score = (sum(len(cells) == width for cells in sample) / len(sample), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _wrong(
                _(
                    "Row %(row)d (line %(line)d) can't be read: a quotation mark is in the wrong place or "
                    "never closed. Mend it, or save the list again as CSV."
                )
                % {"row": number + 1, "line": reader.line_num}
            ) from error
        number += 1
        yield number, cells


def _columns(cells: list[str]) -> list[str]:
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise _wrong(
            _(
                "The list has %(count)d columns; at most %(most)d can be read. Remove those not needed."
            )
            % {"count": len(names), "most": MOST_COLUMNS}
        )
    if any(mailboxes_in(name) for name in names):
        raise _wrong(
            _(
                "The first row holds an e-mail address, so it looks like data. Put the names of the "
                "columns into the first row."
            )
        )
    if any(len(name) > HEADER_LENGTH for name in names):
        raise _wrong(
            _(
                "The first row does not look like column names: one has more than %(most)d characters. "
                "Put short names of the columns into the first row."
            )
            % {"most": HEADER_LENGTH}
        )
    return _distinct(
        [name or _("Column %(number)d") % {"number": at} for at, name in enumerate(names, 1)]
    )


def _distinct(names: list[str]) -> list[str]:
    seen: set[str] = set()
    distinct = []
    for name in names:
        candidate, count = name, 1
        while candidate.casefold() in seen:
            count += 1
            candidate = f"{name} ({count})"
        seen.add(candidate.casefold())
        distinct.append(candidate)
    return distinct


def _refuse_long_cell(number: int, cells: list[str]) -> None:
    if any(len(cell) > CELL_LENGTH for cell in cells):
        raise _wrong(
            _(
                "Row %(row)d has a cell of more than %(most)d characters. A quotation mark that is never "
                "closed is the usual cause; mend it, or shorten the cell."
            )
            % {"row": number, "most": CELL_LENGTH}
        )

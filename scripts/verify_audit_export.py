#!/usr/bin/env python3
"""Verify an exported audit trail (JSON lines) without Entente: Python's own library is enough.

    python3 verify_audit_export.py audit-mission-2026-11-22.jsonl [NUMBER:HASH]

Recomputes every hash as docs/audit.md says. NUMBER:HASH is a head that was written down elsewhere and
must be in the export. Ends with 0 when all is as it was written, 1 when not, 2 when the file can't be read.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

FORMAT = "entente-audit-export/1"
START = "00" * 32


class BrokenError(Exception):
    """What doesn't fit."""


def hash_of_details(salt: str, details: str) -> str:
    content = b"entente audit details v1\n" + bytes.fromhex(salt) + details.encode("ascii")
    return hashlib.sha256(content).hexdigest()


def hash_of_entry(workspace: str, row: dict[str, Any]) -> str:
    lines = (
        "entente audit entry v1",
        workspace,
        str(row["seq"]),
        row["previous"],
        row["id"],
        row["at"],
        row["person"] or "-",
        row["action"],
        row["subject_type"] or "-",
        row["subject"] or "-",
        row["details_hash"],
    )
    return hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest()


def check_details(row: dict[str, Any]) -> bool:
    """True when they were erased. Raises BrokenError when they aren't the ones that were written."""
    if row["details"] is None and row["salt"] is None:
        return True
    if row["details"] is None or row["salt"] is None:
        raise BrokenError("its details were half erased")
    if hash_of_details(row["salt"], row["details"]) != row["details_hash"]:
        raise BrokenError("its details were changed")
    return False


def verify(lines: Iterable[str], known: tuple[int, str] | None = None) -> str:
    """Say what was found. Raises BrokenError, KeyError or ValueError for anything that doesn't fit."""
    about, *rows = read_lines(lines)
    hashes: dict[int, str] = {}
    erased = 0
    for row in rows:
        try:
            erased += check_details(row)
            if row["seq"] is not None:
                check_place(about, row, hashes)
                hashes[row["seq"]] = row["hash"]
        except BrokenError as problem:
            raise BrokenError(f"entry {row['seq'] or row['id']}: {problem}") from problem
    heads = [] if about["filtered"] else [(about["head"]["seq"], about["head"]["hash"])]
    for number, digest in [*heads, *([known] if known else [])]:
        if number and hashes.get(number) != digest:
            raise BrokenError(f"entry {number}: the one that was known is missing")
    return (
        f"Intact: {len(hashes)} sealed entries, {erased} with erased details, "
        f"{len(rows) - len(hashes)} not yet sealed."
        + (" A filter left others out." if about["filtered"] else "")
    )


def read_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The line about the export, then the entries. Raises BrokenError for a file that is something else."""
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if number == 1 and (not isinstance(row, dict) or row.get("format") != FORMAT):
            raise BrokenError(
                "this is not an audit trail that was exported for verifying (JSON lines)"
            )
        if not isinstance(row, dict):
            raise BrokenError(f"line {number} is not an entry: the file was cut off or changed")
        yield row
    if not number:
        raise BrokenError("the file is empty")


def check_place(about: dict[str, Any], row: dict[str, Any], hashes: dict[int, str]) -> None:
    """Raise BrokenError unless the entry follows the one before it."""
    last = next(reversed(hashes), 0)
    if row["seq"] <= last:
        raise BrokenError("its number was there before")
    if row["seq"] != last + 1 and not about["filtered"]:
        raise BrokenError("an entry before it is missing")
    if row["seq"] == last + 1 and row["previous"] != hashes.get(last, START):
        raise BrokenError("it doesn't follow the entry before it")
    if hash_of_entry(about["workspace"], row) != row["hash"]:
        raise BrokenError("it was changed after it was sealed")


def main() -> int:
    if len(sys.argv) not in {2, 3}:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        known = None
        if len(sys.argv) == 3:
            number, _, digest = sys.argv[2].partition(":")
            known = (int(number), digest)
        # What isn't text at all is refused by its first line, not by the codec's words.
        with Path(sys.argv[1]).open(encoding="utf-8", errors="replace") as file:
            sys.stdout.write(f"{verify(file, known)}\n")
    except OSError as problem:
        sys.stderr.write(f"{sys.argv[1]} can't be read: {problem.strerror}.\n")
        return 2
    except KeyError as problem:
        sys.stderr.write(f"Broken: an entry lacks {problem}\n")
        return 1
    except (BrokenError, ValueError, TypeError) as problem:
        sys.stderr.write(f"Broken: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

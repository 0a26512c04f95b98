"""How a server lies: answers that are changed on their way, and how it must be noticed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from comms.client.words import SENTENCES
from comms.wire.cbor import decode, encode
from comms.wire.transcript import Head
from tests.client.conftest import Terminal

LIMIT = 1 << 24


def answers(path: str, change: Callable[[Any], Any]) -> Callable[[str, str, bytes], bytes]:
    """A tamper that changes the CBOR answers of GETs whose path ends so."""

    def tamper(method: str, where: str, data: bytes) -> bytes:
        if method != "GET" or not re.search(path, where):
            return data
        value = change(decode(data, limit=LIMIT))
        return value if isinstance(value, bytes) else encode(value)

    return tamper


def is_alarmed(pavel: Terminal, thread: str, kind: str, sent: list[tuple[str, str, bytes]]) -> None:
    """Reading and sending both stop with this alarm, and no message goes out."""
    for words in (("read", thread), ("send", thread, "Do you read me?")):
        found = pavel.json(*words)
        assert (found.code, found.error["code"]) == (5, kind), found
        assert found.out == ""
        beginning = SENTENCES[kind].split("{name}")[0][:40]  # type: ignore[index]  # the test's own kinds
        assert found.error["sentence"].startswith(beginning)
    assert not [path for method, path, _body in sent if method == "POST" and "envelopes" in path]
    shouted = pavel.run("read", thread)
    assert "!!! ALARM" in shouted.err
    assert shouted.out == ""


def items(value: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """A page with other items, its own hashes made to fit as far as a server can."""
    start, rows, head, read = value
    return [start, change(rows), head, read]


def honest_heads(value: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """The same by a server that also computes the transcript anew, so that it adds up."""
    start, rows, _head, read = value
    changed = change(rows)
    head = Head(start[0], start[1])
    for digest, _raw in changed:
        head = head.after(digest)
    return [start, changed, [head.seq, head.t], read]

"""docs/wire.cddl describes the bytes that the codecs make, and nothing looser."""

from __future__ import annotations

from pathlib import Path

import pytest
from pycddl import Schema, ValidationError

from comms.wire.cbor import decode, encode
from tests.wire.vectors import load

_CDDL = (Path(__file__).parents[2] / "docs" / "wire.cddl").read_text(encoding="utf-8")


def schema(rule: str) -> Schema:
    """The document with `rule` as its root, which in CDDL is the first rule."""
    return Schema(f"root = {rule}\n{_CDDL}")


def objects() -> list[tuple[str, str]]:
    thread, vault, guests = load("thread"), load("vault"), load("guests")
    leaving, forms = load("leaving"), load("forms")
    return [
        *(("identity-entry", row["entry"]) for row in load("identity")["entries"]),
        ("vault", vault["vault"]),
        ("vault-contents", vault["contents"]),
        *(("vault-wrap", row["wrap"]) for row in vault["wraps"]),
        *(("epoch-record", row["record"]) for row in thread["epochs"]),
        *(("epoch-upload", row["upload"]) for row in thread["epochs"]),
        *(("envelope", row["envelope"]) for row in thread["envelopes"]),
        *(("header", row["header"]) for row in thread["envelopes"]),
        *(("body", row["hex"]) for row in load("bodies")["bodies"]),
        ("history-grant", load("grant")["grant"]),
        ("guest-challenge", guests["challenge"]),
        ("leave-notice", leaving["notice"]),
        *(("epoch-record", record) for record in leaving["records"]),
        ("form-key", forms["form_key"]["raw"]),
        ("form-version", forms["version"]["raw"]),
        ("submission", forms["submission"]["raw"]),
        ("sealed-answers", forms["submission"]["plain"]),
        *(("dialogue-item", row["raw"]) for row in forms["dialogue"]),
        *(("dialogue-body", row["plain"]) for row in forms["dialogue"]),
        ("case-note", forms["note"]["raw"]),
        ("return-challenge", forms["challenge"]["bytes"]),
    ]


@pytest.mark.parametrize(("rule", "data"), objects(), ids=lambda value: value[:16])
def test_every_vector_fits_its_rule(rule: str, data: str) -> None:
    schema(rule).validate_cbor(bytes.fromhex(data))


@pytest.mark.parametrize(("rule", "data"), objects(), ids=lambda value: value[:16])
def test_an_unknown_field_does_not_fit(rule: str, data: str) -> None:
    value = decode(bytes.fromhex(data), limit=10_000_000)
    assert isinstance(value, dict)
    with pytest.raises(ValidationError):
        schema(rule).validate_cbor(encode({**value, 23: b"more"}))


@pytest.mark.parametrize(("rule", "data"), objects(), ids=lambda value: value[:16])
def test_another_version_does_not_fit(rule: str, data: str) -> None:
    value = decode(bytes.fromhex(data), limit=10_000_000)
    assert isinstance(value, dict)
    with pytest.raises(ValidationError):
        schema(rule).validate_cbor(encode({**value, 1: 2}))

"""comms-cli feedback: forms, cases and answers opened by a reader's keys on their own computer."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comms.accounts.models import User
from tests.client.conftest import Scene, Tamper, Terminal
from tests.feedback.by_client import MadeForm, Partner, make_form
from tests.feedback.world import choices, definition, item

Terminals = Callable[..., Terminal]
Wire = Callable[[Tamper | None], list[tuple[str, str, bytes]]]

SECRET = "They stopped us at the second checkpoint."
ASKED = definition(
    item("q1", "single_choice", choices=choices("yes", "no"), other=False),
    item("q2", "long_text", max_length=1000, sealed=True),
    item("q3", "file", max_files=2, sealed=True),
)


@pytest.fixture
def form(scene: Scene, terminal: Terminals) -> MadeForm:
    """Dina's form; Pavel reads it, Edgar does not."""
    pavel: User = scene.people["pavel"]
    return make_form(terminal("dina").home, ASKED, pavel.id)


@pytest.fixture
def partner(address: str, form: MadeForm) -> Partner:
    return Partner(address, form.address)


def answer(partner: Partner, said: str = SECRET, content: bytes | None = None) -> bytes:
    """Somebody answers; the submission as it was sent."""
    files, uploads = [], []
    if content is not None:
        file, token = partner.upload("q3", "evidence.jpg", content)
        files, uploads = [file], [(file.blob, token)]
    person = partner.seal({"q2": said}, {"q1": {"choice": "yes"}}, files)
    partner.send(person, uploads)
    return person.raw


def case_of(terminal: Terminal) -> str:
    found: list[dict[str, Any]] = terminal.done("feedback", "list", "safe is your road").data
    assert len(found) == 1
    return str(found[0]["id"])


def test_reader_lists_reads_and_saves(
    form: MadeForm, partner: Partner, terminal: Terminals, tmp_path: Path
) -> None:
    content = os.urandom(1_300_000)
    answer(partner, content=content)
    pavel = terminal("pavel")
    (listed,) = pavel.done("feedback", "list").data
    assert (listed["id"], listed["submissions"], listed["open_cases"]) == (str(form.id), 1, 1)
    case = case_of(pavel)
    folder = tmp_path / "inbox"
    opened = pavel.done("feedback", "read", case[:8], "--save", str(folder)).data
    assert opened["answers"]["q1"] == {"choice": "yes"}
    assert opened["answers"]["q2"] == SECRET
    assert opened["files"][0]["sha256"] == hashlib.sha256(content).hexdigest()
    saved = folder / "evidence.jpg"
    assert saved.read_bytes() == content
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    shown = pavel.run("feedback", "read", case)
    assert shown.code == 0
    assert SECRET in shown.out
    assert "(sealed)" in shown.out
    again = pavel.json("feedback", "read", case, "--save", str(folder))
    assert again.code == 2


def test_reply_reaches_the_person_and_the_other_readers(
    partner: Partner, terminal: Terminals, tmp_path: Path
) -> None:
    answer(partner)
    dina, pavel = terminal("dina"), terminal("pavel")
    paper = tmp_path / "map.pdf"
    paper.write_bytes(b"%PDF the way round")
    case = case_of(pavel)
    sent = dina.done("feedback", "reply", case, "The road is open.", "--attach", str(paper))
    assert sent.data == {"number": 1}
    (said,) = pavel.done("feedback", "read", case).data["dialogue"]
    assert (said["text"], said["from"]) == ("The road is open.", "Dina Diplomat")
    assert said["files"][0]["name"] == "map.pdf"
    empty = pavel.json("feedback", "reply", case, "")
    assert empty.code == 2
    long = pavel.json("feedback", "reply", case, text="a" * 20_001)
    assert long.code == 2


def test_export_opens_for_readers_and_stays_sealed_otherwise(
    form: MadeForm, partner: Partner, terminal: Terminals, tmp_path: Path
) -> None:
    answer(partner)
    answer(partner, "=1+1")
    answer(partner, "well;=1+1\n- so")
    pavel = terminal("pavel")
    rows = pavel.done("feedback", "export", str(form.id), "--decrypt").data
    assert {row["answers"]["q2"] for row in rows} == {SECRET, "=1+1", "well;=1+1\n- so"}
    table = tmp_path / "answers.csv"
    pavel.done("feedback", "export", "road", "--decrypt", "--format", "csv", "--to", str(table))
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    read = list(csv.DictReader(io.StringIO(table.read_text(), newline="")))
    # What a spreadsheet would calculate is text.
    assert sorted(row["q2"] for row in read) == sorted(["'=1+1", "well;'=1+1\n'- so", SECRET])
    assert {row["q1"] for row in read} == {"yes"}
    refused = pavel.json("feedback", "export", "road", "--decrypt", "--to", str(table))
    assert refused.code == 2
    sealed = pavel.done("feedback", "export", "road")
    assert SECRET not in sealed.out
    assert {row["open"]["q1"]["choice"] for row in sealed.data} == {"yes"}
    assert pavel.json("feedback", "export", "road", "--format", "csv").code == 2


def test_colleague_who_is_no_reader_opens_nothing(
    form: MadeForm, partner: Partner, terminal: Terminals
) -> None:
    answer(partner)
    edgar = terminal("edgar")
    refused = edgar.json("feedback", "read", case_of(edgar))
    assert refused.code != 0
    assert SECRET not in refused.out + refused.err
    exported = edgar.json("feedback", "export", str(form.id), "--decrypt")
    assert SECRET not in exported.out + exported.err
    assert exported.code != 0


def test_answers_that_the_server_changed_are_not_shown(
    form: MadeForm, partner: Partner, terminal: Terminals, wire: Wire
) -> None:
    raw = answer(partner)
    pavel = terminal("pavel")
    case = case_of(pavel)

    def other_open_answer(_method: str, _path: str, body: bytes) -> bytes:
        return body.replace(b'"choice": "yes"', b'"choice": "not"')

    def other_seal(_method: str, _path: str, body: bytes) -> bytes:
        return body.replace(raw[-80:], bytes(80))

    for lie in (other_open_answer, other_seal):
        wire(lie)
        refused = pavel.json("feedback", "read", case)
        assert refused.code != 0
        assert SECRET not in refused.out
        exported = pavel.json("feedback", "export", str(form.id), "--decrypt")
        assert exported.code != 0
        assert exported.error["code"] == "forged-answer"
        assert exported.data == []
    wire(None)
    assert pavel.done("feedback", "read", case).data["answers"]["q2"] == SECRET


def test_what_was_sealed_before_is_counted_and_left_out(
    scene: Scene, terminal: Terminals, address: str
) -> None:
    """A form of Dina's alone: Pavel sees that something came, and not what."""
    form = make_form(terminal("dina").home, ASKED)
    answer(Partner(address, form.address))
    pavel = terminal("pavel")
    assert pavel.json("feedback", "read", case_of(pavel)).code != 0
    wrong = pavel.json("feedback", "read", "ffffffff")
    assert wrong.code == 2
    short = pavel.json("feedback", "read", "f")
    assert short.code == 2
    assert json.loads(pavel.done("feedback", "list").out)[0]["submissions"] == 1

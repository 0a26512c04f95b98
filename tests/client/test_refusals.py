"""A server that lies: each lie is an alarm of its own, with exit code 5, and nothing is sent after it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from comms.client import clock
from comms.wire import identity
from comms.wire.bodies import TextBody
from comms.wire.cbor import encode
from comms.wire.envelopes import Header, make_envelope, read_envelope
from comms.wire.epoch_making import make_epoch, sign_record
from comms.wire.epochs import About, read_record
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds
from comms.wire.notes import Checkpoint, log_verifier, sign_checkpoint
from comms.wire.roster import Policy, Role, RosterRow
from comms.wire.transcript import Head
from tests.client.conftest import Scene, Terminal, make_scene, terminals
from tests.client.lies import answers, honest_heads, is_alarmed, items
from tests.conftest import really_committed

Terminals = Callable[..., Terminal]
Wire = Callable[..., list[tuple[str, str, bytes]]]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: object) -> Iterator[Scene]:
    """One for all of these: the server itself stays honest, so nothing of it changes."""
    with really_committed(django_db_blocker):
        yield make_scene()


@pytest.fixture(scope="module")
def spoken(
    scene: Scene, address: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Terminal, Terminal, str]:
    """Dina's terminal and Pavel's, which has read three messages of hers."""
    make = terminals(address, tmp_path_factory.mktemp("spoken"))
    dina, pavel = make("dina"), make("pavel")
    thread = dina.done("new", "Ceasefire", "--with", "Pavel").data["id"]
    for number in (1, 2, 3):
        dina.done("send", thread, f"message {number}")
    assert len(pavel.done("read", thread).rows) == 3
    return dina, pavel, thread


@pytest.fixture
def talk(spoken: tuple[Terminal, Terminal, str], tmp_path: Path) -> tuple[Terminal, str]:
    """Pavel's terminal as it was after reading, whatever another test has made it see."""
    _dina, pavel, thread = spoken
    return replace(pavel, home=copytree(pavel.home, tmp_path / "pavel")), thread


def test_refuses_a_message_left_out(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk
    sent = wire(answers("envelopes$", lambda page: items(page, lambda rows: [rows[0], rows[2]])))
    is_alarmed(pavel, thread, "fork", sent)


def test_refuses_messages_in_another_order(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk
    lie = answers("envelopes$", lambda page: honest_heads(page, lambda rows: rows[::-1]))
    sent = wire(lie)
    is_alarmed(pavel, thread, "fork", sent)


def test_refuses_a_message_twice(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk
    lie = answers("envelopes$", lambda page: honest_heads(page, lambda rows: [*rows, rows[0]]))
    sent = wire(lie)
    is_alarmed(pavel, thread, "replay", sent)


def test_refuses_less_than_was_seen(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk
    sent = wire(answers("envelopes$", lambda page: honest_heads(page, lambda rows: rows[:2])))
    is_alarmed(pavel, thread, "rollback", sent)


def test_refuses_changed_bytes(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk

    def flip(rows: list[Any]) -> list[Any]:
        raw = bytearray(rows[2][1])
        raw[-1] ^= 1
        return [*rows[:2], [rows[2][0], bytes(raw)]]

    sent = wire(answers("envelopes$", lambda page: items(page, flip)))
    is_alarmed(pavel, thread, "forged-message", sent)


@pytest.mark.parametrize("path", ["leaves$", "put-out$"])
def test_refuses_garbage_about_who_is_out(
    talk: tuple[Terminal, str], wire: Wire, tmp_path: Path, path: str
) -> None:
    pavel, thread = talk
    file = tmp_path / "map.txt"
    file.write_text("a map")
    sent = wire(answers(path, lambda _rows: [b"\x00"]))
    found = pavel.json("attach", thread, str(file))
    assert (found.code, found.error["code"]) == (5, "forged-epoch"), found
    assert not [path for method, path, _body in sent if method != "GET" and thread in path]


def test_refuses_another_transcript_that_adds_up(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk

    def swap(rows: list[Any]) -> list[Any]:
        digest = sha256(rows[1][1] + b"\x00")
        return [rows[0], [digest, b""], rows[2]]

    sent = wire(answers("envelopes$", lambda page: honest_heads(page, swap)))
    is_alarmed(pavel, thread, "fork", sent)


def test_refuses_a_message_of_somebody_outside(
    talk: tuple[Terminal, str], wire: Wire, scene: Scene
) -> None:
    pavel, thread = talk
    stranger = IdentitySeeds.generate()

    def forge(rows: list[Any]) -> list[Any]:
        before = read_envelope(rows[2][1]).header
        header = replace(before, sender=scene.people["edgar"].id, counter=99)
        raw = make_envelope(header, TextBody("Trust me"), key=bytes(32), seeds=stranger)
        return [*rows, [sha256(raw), raw]]

    sent = wire(answers("envelopes$", lambda page: honest_heads(page, forge)))
    is_alarmed(pavel, thread, "forged-message", sent)


def test_refuses_a_message_that_its_sender_did_not_sign(
    talk: tuple[Terminal, str], wire: Wire
) -> None:
    pavel, thread = talk

    def forge(rows: list[Any]) -> list[Any]:
        before: Header = read_envelope(rows[2][1]).header
        raw = make_envelope(
            replace(before, counter=99),
            TextBody("As Dina"),
            key=bytes(32),
            seeds=IdentitySeeds.generate(),
        )
        return [*rows, [sha256(raw), raw]]

    sent = wire(answers("envelopes$", lambda page: honest_heads(page, forge)))
    is_alarmed(pavel, thread, "forged-message", sent)


def test_refuses_a_message_of_another_thread(
    talk: tuple[Terminal, str], terminal: Terminals, wire: Wire
) -> None:
    pavel, thread = talk
    dina = terminal("dina")
    other = dina.done("new", "Elsewhere", "--with", "Pavel").data["id"]
    dina.done("send", other, "Said elsewhere")
    kept: list[Any] = []

    def keep(page: Any) -> Any:
        kept.extend(page[1])
        return page

    wire(answers(f"{other}/envelopes$", keep))
    pavel.done("read", other)
    lie = answers(
        f"{thread}/envelopes$", lambda page: honest_heads(page, lambda rows: [*rows, kept[0]])
    )
    sent = wire(lie)
    is_alarmed(pavel, thread, "forged-message", sent)


def test_refuses_a_ghost_that_the_server_added(
    talk: tuple[Terminal, str], wire: Wire, scene: Scene
) -> None:
    """The server publishes an epoch of its own, with Edgar in it, in Dina's name."""
    pavel, thread = talk
    ghost = IdentitySeeds.generate()

    def add(rows: list[Any]) -> list[Any]:
        record = read_record(rows[-1][0])
        tbs = record.tbs
        made = make_epoch(
            thread=tbs.thread,
            before=record,
            author=tbs.author,
            seeds=ghost,
            roster=[RosterRow(scene.people["edgar"].id, ghost.public.fingerprint, Role.OWNER)],
            keys={scene.people["edgar"].id: ghost.public},
            policy=Policy(),
            about=About("Ceasefire"),
            start=Head(0, bytes(32)),
            made_at=tbs.made_at,
            checkpoint=tbs.checkpoint,
        )
        return [*rows, [made.record.raw, b"", b""]]

    sent = wire(answers("epochs$", add))
    is_alarmed(pavel, thread, "forged-epoch", sent)


def test_refuses_a_record_that_was_changed(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk

    def change(rows: list[Any]) -> list[Any]:
        record = read_record(rows[0][0])
        tbs = replace(record.tbs, policy=Policy(retention=60)).encode()
        forged = sign_record(tbs, record.tag, IdentitySeeds.generate())
        return [[forged, rows[0][1], rows[0][2]]]

    sent = wire(answers("epochs$", change))
    is_alarmed(pavel, thread, "forged-epoch", sent)


def test_refuses_a_wrap_that_is_not_the_records(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk

    def change(rows: list[Any]) -> list[Any]:
        wrap = bytearray(rows[0][1])
        wrap[0] ^= 1
        return [[rows[0][0], bytes(wrap), rows[0][2]]]

    sent = wire(answers("epochs$", change))
    is_alarmed(pavel, thread, "forged-epoch", sent)


def test_refuses_keys_that_are_not_logged(
    talk: tuple[Terminal, str], wire: Wire, scene: Scene
) -> None:
    pavel, thread = talk
    dina = scene.people["dina"]

    def invent(rows: list[Any]) -> list[Any]:
        fresh = []
        for user, name, entries in rows:
            if user == dina.id.bytes:
                before = identity.read_entry(entries[-1])
                raw = identity.make_entry(
                    user=dina.id, made_at=1, seeds=IdentitySeeds.generate(), after=before
                )
                entries = [*entries, raw]
            fresh.append([user, name, entries])
        return fresh

    sent = wire(answers("(people|identities)$", invent))
    is_alarmed(pavel, thread, "unlogged", sent)


def _lying_log(size: int, key: bytes | None) -> Callable[[str, str, bytes], bytes]:
    def tamper(_method: str, path: str, data: bytes) -> bytes:
        if path.endswith("ledger/key") and key is not None:
            return f"{log_verifier('another-log', key)}\n".encode()
        if path.endswith("ledger/checkpoint") and key is not None:
            return sign_checkpoint(Checkpoint("another-log", size, bytes(32)), key)
        return data

    return tamper


def test_refuses_another_log(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk
    sent = wire(_lying_log(3, bytes(range(32))))
    is_alarmed(pavel, thread, "log-forked", sent)
    assert pavel.json("log").code == 5


def test_refuses_a_log_that_shrank(talk: tuple[Terminal, str], wire: Wire, settings: Any) -> None:
    from comms.ledger.log_key import get_log_key

    pavel, thread = talk
    key = get_log_key()
    small = sign_checkpoint(Checkpoint(key.verifier.name, 1, bytes(32)), key.seed)
    sent = wire(lambda _m, path, data: small if path.endswith("ledger/checkpoint") else data)
    is_alarmed(pavel, thread, "log-shrank", sent)


def test_refuses_a_log_with_another_past(talk: tuple[Terminal, str], wire: Wire) -> None:
    from comms.ledger.log_key import get_log_key

    pavel, thread = talk
    key = get_log_key()
    forked = sign_checkpoint(Checkpoint(key.verifier.name, 3, bytes(32)), key.seed)
    sent = wire(lambda _m, path, data: forked if path.endswith("ledger/checkpoint") else data)
    is_alarmed(pavel, thread, "log-forked", sent)
    found = pavel.json("log")
    assert (found.code, found.error["code"]) == (5, "log-forked")


def test_refuses_proofs_that_prove_nothing(terminal: Terminals, wire: Wire) -> None:
    dina = terminal("dina")

    def tamper(_method: str, path: str, data: bytes) -> bytes:
        if not path.endswith("ledger/inclusion"):
            return data
        found = json.loads(data)
        for proof in found["proofs"]:
            proof["path"] = [base64.b64encode(bytes(32)).decode() for _one in proof["path"]]
        return json.dumps(found).encode()

    wire(tamper)
    found = dina.json("log")
    assert (found.code, found.error["code"]) == (5, "log-forked")


@pytest.mark.parametrize(
    ("name", "value"), [("memory", 1024), ("passes", 1), ("salt", base64.b64encode(b"x").decode())]
)
def test_refuses_weak_parameters_and_sends_nothing(
    terminal: Terminals, wire: Wire, name: str, value: object
) -> None:
    dina = terminal("dina", signed_in=False)

    def weaken(_method: str, path: str, data: bytes) -> bytes:
        if not path.endswith("session/parameters"):
            return data
        return json.dumps(json.loads(data) | {name: value}).encode()

    sent = wire(weaken)
    found = dina.sign_in()
    assert found.code == 5
    assert [path for _method, path, _body in sent] == ["/api/v1/session/parameters"]


def test_refuses_somebody_elses_vault(terminal: Terminals, wire: Wire) -> None:
    terminal("pavel")
    kept: list[Any] = []

    def keep(value: Any) -> Any:
        kept.append(value)
        return value

    wire(answers("v1/keys$", keep))
    terminal("pavel").done("list")
    dina = terminal("dina", signed_in=False)
    wire(answers("v1/keys$", lambda value: [value[0], *kept[0][1:]]))
    found = dina.sign_in()
    assert (found.code, found.error["code"]) == (5, "chain")
    assert dina.json("list").code == 3


def test_refuses_bytes_that_are_not_canonical(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk
    sent = wire(answers("envelopes$", lambda page: b"\x9f" + encode(page)[1:] + b"\xff"))
    is_alarmed(pavel, thread, "fork", sent)


@pytest.mark.parametrize(("hours", "said"), [(24, "24 hours ahead"), (-24, "24 hours behind")])
def test_clock_a_day_off_reads_and_sends_nothing(
    talk: tuple[Terminal, str],
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    said: str,
) -> None:
    """Which of the two clocks is wrong can't be known: what would carry a time waits, and it is said why."""
    pavel, thread = talk
    right = clock.local
    monkeypatch.setattr(clock, "local", lambda: right() + hours * 3600)
    sent = wire(None)
    assert len(pavel.done("read", thread).rows) == 3
    for command in (("send", thread, "a day off"), ("new", "Later", "--with", "Dina")):
        refused = pavel.json(*command)
        assert (refused.code, refused.error["code"]) == (1, "clock")
        assert said in refused.err
    assert [path for method, path, _body in sent if method == "POST" and "threads" in path] == []

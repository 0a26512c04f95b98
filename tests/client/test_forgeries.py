"""What no signature of a member excuses: records and messages that real keys signed and nobody may have made.

The server lists them after the honest ones; each is an alarm, and nothing is sent. docs/attacks.md has the whole list.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID, uuid4

import pytest

from comms.client.account import Keys
from comms.client.app import App
from comms.client.store import Home
from comms.wire import identity, labels
from comms.wire.bodies import TextBody, encode_body
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import Header, make_envelope, read_envelope
from comms.wire.epoch_making import NewEpoch, make_epoch, sign_record, wrap_history
from comms.wire.epochs import About, EpochRecord, confirm_tag
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds
from comms.wire.notes import Checkpoint, bare, read_checkpoint, read_verifier, sign_checkpoint
from comms.wire.padding import pad
from comms.wire.roster import MayAdd, Policy, Role, RosterRow
from comms.wire.seal import seal
from comms.wire.transcript import Head
from comms.wire.vault import ThreadHead
from tests.client.conftest import Scene, Terminal, make_scene, terminals
from tests.client.lies import LIMIT, answers, honest_heads, is_alarmed
from tests.conftest import really_committed

Wire = Callable[..., list[tuple[str, str, bytes]]]
NOW = int(time.time() * 1000)


@dataclass
class Talk:
    """Dina's conversation with Pavel, as it stands, with the keys of everybody: those who forge hold real ones."""

    pavel: Terminal
    thread: str
    seeds: dict[str, IdentitySeeds]
    ids: dict[str, UUID]
    entries: dict[str, list[bytes]]
    epoch: EpochRecord
    key: bytes
    head: Head
    checkpoint: bytes

    def row(self, name: str, role: Role = Role.MEMBER, expires: int = 0) -> RosterRow:
        return RosterRow(self.ids[name], self.seeds[name].public.fingerprint, role, expires)

    def next(self, author: str, *roster: RosterRow, **changes: Any) -> NewEpoch:
        """An epoch after the one there is, or after `before`; honest but for what is changed."""
        how: dict[str, Any] = {
            "thread": UUID(self.thread),
            "before": self.epoch,
            "author": self.ids[author],
            "seeds": self.seeds[author],
            "roster": roster,
            "keys": {self.ids[name]: seeds.public for name, seeds in self.seeds.items()},
            "policy": Policy(),
            "about": About("Ceasefire"),
            "start": self.head,
            "made_at": NOW,
            "checkpoint": self.checkpoint,
        } | changes
        return make_epoch(**how)

    def listed(self, made: NewEpoch, **changes: bytes) -> list[Any]:
        """As the server lists it for Pavel."""
        members = [row.member for row in made.record.tbs.roster]
        pavel = self.ids["pavel"]
        wrap = made.wraps[members.index(pavel)] if pavel in members else b""
        row = {"record": made.record.raw, "wrap": wrap, "history": b""} | changes
        return list(row.values())

    def say(self, name: str, epoch: NewEpoch, **changes: Any) -> bytes:
        """A message of theirs, sealed and signed."""
        header = self.header(name, epoch.record.hash, **changes)
        return make_envelope(header, TextBody("Trust me"), key=epoch.key, seeds=self.seeds[name])

    def header(self, name: str, epoch: bytes, **changes: Any) -> Header:
        made = Header(
            thread=UUID(self.thread),
            epoch=epoch,
            sender=self.ids[name],
            client=os.urandom(16),
            counter=1,
            written_at=NOW,
            seen=self.head,
        )
        return replace(made, **changes)

    def sealed_by(self, name: str, box: Callable[[bytes], bytes]) -> bytes:
        """An envelope that is really signed, around a box of one's own making."""
        honest: Any = decode(
            make_envelope(
                self.header(name, self.epoch.hash),
                TextBody("Trust me"),
                key=self.key,
                seeds=self.seeds[name],
            ),
            limit=LIMIT,
        )
        content = box(honest[2])
        signature = self.seeds[name].sign(labels.SIGN_ENVELOPE, encode([honest[2], content]))
        return encode({**honest, 3: content, 4: signature})


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: object) -> Iterator[Scene]:
    """One for all of these: the server itself stays honest, so nothing of it changes."""
    with really_committed(django_db_blocker):
        yield make_scene()


@pytest.fixture(scope="module")
def spoken(scene: Scene, address: str, tmp_path_factory: pytest.TempPathFactory) -> Talk:
    make = terminals(address, tmp_path_factory.mktemp("forgeries"))
    people = {name: make(name) for name in ("dina", "pavel", "edgar")}
    thread = people["dina"].done("new", "Ceasefire", "--with", "Pavel").data["id"]
    for number in (1, 2, 3):
        people["dina"].done("send", thread, f"message {number}")
    assert len(people["pavel"].done("read", thread).rows) == 3
    apps = {name: App(Home(one.home)) for name, one in people.items()}
    page = apps["dina"].conversation(thread)
    assert page.epochs.newest.key is not None
    log = apps["dina"].log
    talk = Talk(
        pavel=people["pavel"],
        thread=thread,
        seeds={name: app.keys.seeds for name, app in apps.items()},
        ids={name: person.id for name, person in scene.people.items()},
        entries={name: [one.raw for one in app.keys.own_chain()] for name, app in apps.items()},
        epoch=page.epochs.newest.record,
        key=page.epochs.newest.key,
        head=page.head,
        checkpoint=log.note,
    )
    for app in apps.values():
        app.close()
    return talk


@pytest.fixture
def talk(spoken: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """With Pavel's computer as it was, whatever another test has made it see; his vault learns of none of it."""
    monkeypatch.setattr(Keys, "flush", lambda _keys: None)
    home = copytree(spoken.pavel.home, tmp_path / "pavel")
    return replace(spoken, pavel=replace(spoken.pavel, home=home))


def lies(*tampers: Callable[[str, str, bytes], bytes]) -> Callable[[str, str, bytes], bytes]:
    """Several at once."""

    def tamper(method: str, path: str, data: bytes) -> bytes:
        for one in tampers:
            data = one(method, path, data)
        return data

    return tamper


def shown(
    talk: Talk, *epochs: list[Any], said: bytes | None = None
) -> Callable[[str, str, bytes], bytes]:
    """The server lists these epochs after the first, everybody's keys, and at the end this message."""

    def with_everybody(rows: list[Any]) -> list[Any]:
        here = {row[0] for row in rows}
        absent = [name for name, user in talk.ids.items() if user.bytes not in here]
        return rows + [[talk.ids[name].bytes, name.title(), talk.entries[name]] for name in absent]

    def and_said(page: Any) -> Any:
        more = [] if said is None else [[sha256(said), said]]
        return honest_heads(page, lambda rows: [*rows, *more])

    return lies(
        answers("epochs$", lambda rows: [*rows, *epochs]),
        answers("people$", with_everybody),
        answers("envelopes$", and_said),
    )


def roster(talk: Talk, *more: RosterRow) -> tuple[RosterRow, ...]:
    return (talk.row("dina", Role.OWNER), talk.row("pavel"), *more)


def test_what_real_keys_made_rightly_is_taken(talk: Talk, wire: Wire) -> None:
    """Else the refusals below would show nothing."""
    made = talk.next("dina", *roster(talk, talk.row("edgar")))
    wire(shown(talk, talk.listed(made), said=talk.say("edgar", made)))
    assert [row["text"] for row in talk.pavel.done("read", talk.thread).rows][-1] == "Trust me"


@pytest.mark.parametrize(
    ("role", "expires"), [(Role.OBSERVER, 0), (Role.GUEST, NOW)], ids=["observer", "expired guest"]
)
def test_refuses_a_message_of_somebody_who_may_not_write(
    talk: Talk, wire: Wire, role: Role, expires: int
) -> None:
    made = talk.next("dina", *roster(talk, talk.row("edgar", role, expires)), made_at=NOW - 1)
    sent = wire(shown(talk, talk.listed(made), said=talk.say("edgar", made)))
    is_alarmed(talk.pavel, talk.thread, "forged-message", sent)


@pytest.mark.parametrize("under", ["the key they had", "the key that came after them"])
def test_refuses_a_message_of_a_removed_member_with_their_whole_state(
    talk: Talk, wire: Wire, under: str
) -> None:
    had = talk.next("dina", *roster(talk, talk.row("edgar")))
    after = talk.next("dina", *roster(talk), before=had.record)
    said = talk.say("edgar", had if under == "the key they had" else after)
    sent = wire(shown(talk, talk.listed(had), talk.listed(after), said=said))
    is_alarmed(talk.pavel, talk.thread, "forged-message", sent)


@pytest.mark.parametrize("author", ["observer", "expired guest", "removed member"])
def test_refuses_an_epoch_of_somebody_who_may_not_make_one(
    talk: Talk, wire: Wire, author: str
) -> None:
    edgar = {
        "observer": talk.row("edgar", Role.OBSERVER),
        "expired guest": talk.row("edgar", Role.GUEST, NOW),
        "removed member": talk.row("edgar"),
    }[author]
    chain = [talk.next("dina", *roster(talk, edgar), made_at=NOW - 1)]
    if author == "removed member":
        chain.append(talk.next("dina", *roster(talk), before=chain[-1].record))
    chain.append(talk.next("edgar", *roster(talk, edgar), before=chain[-1].record))
    sent = wire(shown(talk, *map(talk.listed, chain)))
    is_alarmed(talk.pavel, talk.thread, "forged-epoch", sent)


def test_refuses_a_ghost_that_a_member_added_who_may_not(talk: Talk, wire: Wire) -> None:
    policy = Policy(may_add=MayAdd.OWNERS)
    first = talk.next("dina", *roster(talk), policy=policy)
    ghost = talk.next("pavel", *roster(talk, talk.row("edgar")), policy=policy, before=first.record)
    sent = wire(shown(talk, talk.listed(first), talk.listed(ghost)))
    is_alarmed(talk.pavel, talk.thread, "forged-epoch", sent)


def test_refuses_two_different_epochs_of_one_number(
    talk: Talk, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another browser Pavel has seen one; here he is shown the other."""
    one, other = (talk.next("dina", *roster(talk), made_at=NOW - age) for age in (1, 2))
    seen = ThreadHead(UUID(talk.thread), 2, one.record.hash, talk.head)
    monkeypatch.setattr(Keys, "head_of", lambda _keys, _thread: seen)
    sent = wire(shown(talk, talk.listed(other)))
    is_alarmed(talk.pavel, talk.thread, "fork", sent)


def test_refuses_a_message_under_an_epoch_that_others_were_shown(talk: Talk, wire: Wire) -> None:
    one, other = (talk.next("dina", *roster(talk), made_at=NOW - age) for age in (1, 2))
    sent = wire(shown(talk, talk.listed(one), said=talk.say("dina", other)))
    is_alarmed(talk.pavel, talk.thread, "forged-message", sent)


def test_refuses_keys_of_a_member_that_are_not_theirs(talk: Talk, wire: Wire) -> None:
    stranger = IdentitySeeds.generate()
    keys = {talk.ids[name]: seeds.public for name, seeds in talk.seeds.items()}
    swapped = replace(talk.row("edgar"), fingerprint=stranger.public.fingerprint)
    made = talk.next(
        "dina", *roster(talk, swapped), keys=keys | {talk.ids["edgar"]: stranger.public}
    )
    sent = wire(shown(talk, talk.listed(made)))
    is_alarmed(talk.pavel, talk.thread, "forged-epoch", sent)


@pytest.mark.parametrize("how", ["tag", "history", "withheld", "another epoch's wrap"])
def test_refuses_another_key_behind_the_same_record(talk: Talk, wire: Wire, how: str) -> None:
    made = talk.next("dina", *roster(talk))
    other = talk.next("dina", *roster(talk))
    pavel = talk.seeds["pavel"].public
    row = {
        "tag": talk.listed(
            made, record=sign_record(made.record.tbs_raw, os.urandom(32), talk.seeds["dina"])
        ),
        "history": talk.listed(
            made,
            wrap=wrap_history(made.record, os.urandom(32), pavel),
            history=pavel.fingerprint,
        ),
        "withheld": talk.listed(made, wrap=b""),
        "another epoch's wrap": talk.listed(made, wrap=talk.listed(other)[1]),
    }[how]
    sent = wire(shown(talk, row))
    is_alarmed(talk.pavel, talk.thread, "forged-epoch", sent)


@pytest.mark.parametrize("how", ["suite", "version", "not canonical", "title", "gap", "thread"])
def test_refuses_a_record_that_is_not_as_it_must_be(talk: Talk, wire: Wire, how: str) -> None:
    made = talk.next("dina", *roster(talk))
    tbs: Any = decode(made.record.tbs_raw, limit=LIMIT)

    def signed(**fields: Any) -> bytes:
        raw = encode(tbs | {int(key[1:]): value for key, value in fields.items()})
        return sign_record(raw, confirm_tag(made.key, raw), talk.seeds["dina"])

    record = {
        "suite": lambda: signed(_2=0),
        "version": lambda: signed(_1=0),
        "not canonical": lambda: lengthened(made.record.raw),
        "title": lambda: signed(_12=tbs[12][:-1] + bytes([tbs[12][-1] ^ 1])),
        "gap": lambda: signed(_4=tbs[4] + 1),
        "thread": lambda: signed(_3=uuid4().bytes),
    }[how]()
    sent = wire(shown(talk, talk.listed(made, record=record)))
    is_alarmed(talk.pavel, talk.thread, "forged-epoch", sent)


def lengthened(raw: bytes) -> bytes:
    """The same value, whose first length is written in one byte more than needed."""
    return bytes([raw[0] & 0xE0 | 24, raw[0] & 0x1F]) + raw[1:]


@pytest.mark.parametrize("how", ["another key", "commitment", "body not canonical"])
def test_shows_what_its_sender_spoiled_as_that_and_stops_nobody(
    talk: Talk, wire: Wire, how: str
) -> None:
    """The seal is under their signature, so nobody else can have done it (decision 0084)."""
    body = encode_body(TextBody("Trust me"))

    def box(header: bytes) -> bytes:
        if how == "another key":
            return seal(os.urandom(32), labels.SEAL_ENVELOPE, header, pad(body))
        if how == "commitment":
            made = bytearray(seal(talk.key, labels.SEAL_ENVELOPE, header, pad(body)))
            made[40] ^= 1
            return bytes(made)
        return seal(talk.key, labels.SEAL_ENVELOPE, header, pad(lengthened(body)))

    wire(shown(talk, said=talk.sealed_by("dina", box)))
    read = talk.pavel.done("read", talk.thread).rows[-1]
    assert (read["kind"], read["text"]) == ("broken", "")


@pytest.mark.parametrize("how", ["version", "not canonical"])
def test_refuses_an_envelope_that_is_not_as_it_must_be(talk: Talk, wire: Wire, how: str) -> None:
    honest = make_envelope(
        talk.header("dina", talk.epoch.hash),
        TextBody("Trust me"),
        key=talk.key,
        seeds=talk.seeds["dina"],
    )
    lower: Any = decode(honest, limit=LIMIT)
    raw = encode(lower | {1: 0}) if how == "version" else lengthened(honest)
    sent = wire(shown(talk, said=raw))
    is_alarmed(talk.pavel, talk.thread, "forged-message", sent)


def test_refuses_a_message_whose_sender_has_seen_more(talk: Talk, wire: Wire) -> None:
    seen = Head(talk.head.seq + 2, os.urandom(32))
    raw = make_envelope(
        talk.header("dina", talk.epoch.hash, seen=seen),
        TextBody("You lack one"),
        key=talk.key,
        seeds=talk.seeds["dina"],
    )
    assert read_envelope(raw).header.seen == seen
    sent = wire(shown(talk, said=raw))
    is_alarmed(talk.pavel, talk.thread, "fork", sent)


def test_refuses_an_author_who_was_shown_another_log(talk: Talk, wire: Wire) -> None:
    from comms.ledger.log_key import get_log_key

    key = get_log_key()
    verifier = read_verifier(str(key.verifier))
    honest = read_checkpoint(talk.checkpoint, verifier, limit=2_048)
    split = sign_checkpoint(Checkpoint(honest.origin, honest.size, os.urandom(32)), key.seed)
    made = talk.next("dina", *roster(talk), checkpoint=bare(split, verifier))
    sent = wire(shown(talk, talk.listed(made)))
    is_alarmed(talk.pavel, talk.thread, "log-split", sent)


def test_refuses_an_identity_that_nobody_signed(talk: Talk, wire: Wire) -> None:
    forged = bytearray(talk.entries["dina"][0])
    forged[-1] ^= 1

    def forge(rows: list[Any]) -> list[Any]:
        dina = talk.ids["dina"].bytes
        return [
            [user, name, [bytes(forged)] if user == dina else raws] for user, name, raws in rows
        ]

    sent = wire(answers("people$", forge))
    is_alarmed(talk.pavel, talk.thread, "forged-epoch", sent)


def test_wraps_nothing_to_keys_that_are_in_no_log(talk: Talk, wire: Wire) -> None:
    """The server hands out keys of its own as Edgar's, when Pavel adds him."""
    before = identity.read_entry(talk.entries["edgar"][-1])
    own = identity.make_entry(
        user=talk.ids["edgar"],
        made_at=NOW,
        seeds=IdentitySeeds.generate(),
        after=before,
        old_seeds=talk.seeds["edgar"],
    )

    def swap(rows: list[Any]) -> list[Any]:
        edgar = talk.ids["edgar"].bytes
        return [[user, name, [*raws, own] if user == edgar else raws] for user, name, raws in rows]

    sent = wire(answers("identities$", swap))
    found = talk.pavel.json("add", talk.thread, "Edgar")
    assert (found.code, found.error["code"]) == (5, "unlogged")
    assert "Edgar Editor" in found.error["sentence"]
    assert [path for method, path, _body in sent if method == "POST" and "threads" in path] == []


@pytest.mark.parametrize("ahead", [-2, 5], ids=["before the others", "where nothing stands"])
def test_refuses_an_answer_that_a_message_stands_where_it_does_not(
    talk: Talk, wire: Wire, ahead: int
) -> None:
    """The server says that it took it. It is not in the conversation."""

    def tamper(method: str, path: str, data: bytes) -> bytes:
        if not path.endswith("envelopes"):
            return data
        if method == "POST":
            return encode([talk.head.seq + ahead, bytes(32)])
        page: Any = decode(data, limit=LIMIT)
        kept = [row for row in page[1] if page[0][0] + page[1].index(row) < talk.head.seq]
        return encode(honest_heads(page, lambda _rows: kept))

    wire(tamper)
    found = talk.pavel.json("send", talk.thread, "Do you read me?")
    assert (found.code, found.error["code"]) == (5, "fork")

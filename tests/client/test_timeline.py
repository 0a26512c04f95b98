"""What a client shows of messages that members have made, and what stops it."""

from __future__ import annotations

from typing import cast
from uuid import UUID, uuid4

import pytest

from comms.client.epochs import Epochs, OpenEpoch, check_epochs
from comms.client.errors import Trouble
from comms.client.people import People
from comms.client.remote import ListedEpoch, Page
from comms.client.timeline import Message, Timeline
from comms.wire import labels
from comms.wire.bodies import TextBody
from comms.wire.cbor import encode
from comms.wire.envelopes import Header, make_envelope, read_envelope
from comms.wire.epoch_making import NewEpoch, make_epoch
from comms.wire.epochs import About
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.padding import pad
from comms.wire.roster import Policy, Role, RosterRow
from comms.wire.seal import seal
from comms.wire.transcript import Head
from tests.wire.conftest import CHECKPOINT

CLIENT = bytes(16)


class Known:
    """Two people and the keys of both."""

    def __init__(self) -> None:
        self.anna, self.boris = uuid4(), uuid4()
        self.seeds = {self.anna: IdentitySeeds.generate(), self.boris: IdentitySeeds.generate()}

    def keys(self, user: UUID, fingerprint: bytes) -> PublicKeys | None:
        found = self.seeds[user].public
        return found if found.fingerprint == fingerprint else None

    def succeeds(self, *_args: object) -> bool:
        return False


class Talk:
    """A thread of Anna's with Boris, as an honest server would keep it."""

    def __init__(self) -> None:
        self.known = Known()
        self.thread = uuid4()
        self.epochs = [self.epoch(self.known.anna)]
        self.items: list[tuple[bytes, bytes]] = []
        self.head = Head()

    def epoch(self, author: UUID, title: str = "Ceasefire", after: int = 0) -> NewEpoch:
        seeds = self.known.seeds
        rows = [
            RosterRow(self.known.anna, seeds[self.known.anna].public.fingerprint, Role.OWNER),
            RosterRow(self.known.boris, seeds[self.known.boris].public.fingerprint, Role.MEMBER),
        ]
        return make_epoch(
            thread=self.thread,
            before=self.epochs[after - 1].record if after else None,
            author=author,
            seeds=seeds[author],
            roster=rows,
            keys={user: each.public for user, each in seeds.items()},
            policy=Policy(),
            about=About(title),
            start=Head(),
            made_at=1,
            checkpoint=CHECKPOINT,
        )

    def header(self, sender: UUID, counter: int) -> Header:
        epoch = self.epochs[-1].record.hash
        return Header(self.thread, epoch, sender, CLIENT, counter, 1, self.head)

    def say(self, sender: UUID, counter: int) -> None:
        key, seeds = self.epochs[-1].key, self.known.seeds[sender]
        header = self.header(sender, counter)
        self.take(make_envelope(header, TextBody("hello"), key=key, seeds=seeds))

    def say_wrongly(self, sender: UUID, counter: int, key: bytes) -> None:
        """Signed, in a box under this key that holds no body."""
        header = self.header(sender, counter).encode()
        box = seal(key, labels.SEAL_ENVELOPE, header, pad(b"\x00"))
        signature = self.known.seeds[sender].sign(labels.SIGN_ENVELOPE, encode([header, box]))
        self.take(encode({0: labels.ENVELOPE, 1: 1, 2: header, 3: box, 4: signature}))

    def take(self, raw: bytes) -> None:
        digest = read_envelope(raw).hash
        self.items.append((digest, raw))
        self.head = self.head.after(digest)

    def read(self) -> list[Message]:
        people = cast(People, self.known)
        shown = Epochs([OpenEpoch(one.record, one.key) for one in self.epochs])
        timeline = Timeline(self.thread, shown, people)
        return timeline.append(Page(Head(), tuple(self.items), self.head, 0))


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_two_people_may_count_alike(talk: Talk) -> None:
    """Everybody sees the others' clients: whoever counts on with one silences nobody."""
    talk.say(talk.known.boris, 7)
    talk.say(talk.known.anna, 7)
    assert [one.missing for one in talk.read()] == [None, None]
    talk.say(talk.known.anna, 7)
    with pytest.raises(Trouble) as noticed:
        talk.read()
    assert noticed.value.kind == "replay"


def test_what_a_member_sealed_wrongly_stops_nobody(talk: Talk) -> None:
    talk.say_wrongly(talk.known.boris, 1, bytes(32))
    talk.say_wrongly(talk.known.boris, 2, talk.epochs[-1].key)
    talk.say(talk.known.anna, 1)
    shown = [(one.sender, one.missing) for one in talk.read()]
    boris = talk.known.boris
    assert shown == [(boris, "broken"), (boris, "broken"), (talk.known.anna, None)]


def test_refuses_another_title_of_somebody_who_is_no_owner(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check() -> Epochs:
        listed = [ListedEpoch(one.record.raw, sha256(one.key), b"") for one in talk.epochs]
        keys = {sha256(one.key): one.key for one in talk.epochs}
        opened = "comms.client.epochs.key_of"
        monkeypatch.setattr(opened, lambda _record, one, _keys: keys[one.wrap])
        people = cast(People, talk.known)
        return check_epochs(talk.thread, listed, people, None, None)  # type: ignore[arg-type]  # no keys needed

    talk.epochs.append(talk.epoch(talk.known.boris, after=1))
    assert check().about().title == "Ceasefire"
    talk.epochs.append(talk.epoch(talk.known.anna, "Harbour", after=2))
    assert check().about().title == "Harbour"
    talk.epochs.append(talk.epoch(talk.known.boris, "Surrender", after=3))
    with pytest.raises(Trouble) as noticed:
        check()
    assert noticed.value.kind == "forged-epoch"

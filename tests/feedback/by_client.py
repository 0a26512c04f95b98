"""A form made by a terminal with real keys, and people who answer it over HTTP: for tests of a running system."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from comms.client.app import App
from comms.client.membership import checked_keys
from comms.client.rotation import now
from comms.client.store import Home
from comms.wire import form_versions, return_codes
from comms.wire import submissions as wire
from comms.wire.cbor import Value, decode, encode
from comms.wire.epoch_making import NewEpoch, make_epoch
from comms.wire.epochs import About
from comms.wire.fields import array, octets
from comms.wire.files import CHUNK_SIZE, chunk_count, seal_chunk
from comms.wire.form_keys import make_form_key, read_form_key
from comms.wire.roster import Policy, Role, RosterRow
from comms.wire.transcript import Head
from tests.feedback.world import CBOR, OCTETS, Person, solve


@dataclass
class MadeForm:
    """A published form, and what its owner's terminal knows of it."""

    id: UUID
    address: str
    epochs: list[NewEpoch]


def make_form(home: Path, asked: bytes, *readers: UUID) -> MadeForm:
    """Made and published by whoever is signed in with `home`, for them and `readers`."""
    app = App(Home(home))
    keys = app.keys
    found = checked_keys(app.remote, keys, app.log, list(readers))
    own = keys.seeds.public
    rows = [RosterRow(keys.user, own.fingerprint, Role.OWNER)]
    rows += [RosterRow(user, found[user].fingerprint, Role.MEMBER) for user in readers]
    made = make_epoch(
        thread=uuid4(),
        before=None,
        author=keys.user,
        seeds=keys.seeds,
        roster=rows,
        keys={**found, keys.user: own},
        policy=Policy(),
        about=About("Readers"),
        start=Head(),
        made_at=now(),
        checkpoint=app.log.note,
    )
    base = f"/w/{app.remote.workspace}/feedback/data/"
    form_key = make_form_key(made.record, made.key, keys.seeds)
    form_id = uuid4()
    row = array(
        app.connection.cbor("POST", f"{base}forms", [form_id.bytes, asked, made.upload, form_key]),
        13,
    )
    statement = form_versions.sign_version(
        record=made.record,
        number=1,
        definition=asked,
        member=keys.user,
        seeds=keys.seeds,
        made_at=now(),
    )
    app.connection.cbor("POST", f"{base}forms/{form_id}/publish", [asked, statement])
    app.finish()
    app.close()
    return MadeForm(form_id, str(row[3]), [made])


class Partner:
    """Somebody without an account, at their browser."""

    def __init__(self, origin: str, address: str) -> None:
        self.base = f"{origin}/f/{address}/"
        self.client = httpx.Client(timeout=30)
        self.opening = self._get("opening", 9)

    def _get(self, name: str, count: int) -> Sequence[Value]:
        answer = self.client.get(f"{self.base}{name}")
        answer.raise_for_status()
        return array(decode(answer.content, limit=16 * 1024 * 1024), count)

    def seal(
        self,
        sealed: Mapping[str, Any],
        opened: Mapping[str, Any],
        files: Sequence[wire.SealedFile] = (),
    ) -> Person:
        """Answers, as the page seals them."""
        code = return_codes.new_return_code()
        secrets = return_codes.return_secrets(code, UUID(bytes=octets(self.opening[5], 16)))
        open_answers = json.dumps(opened).encode()
        raw = wire.make_submission(
            form_key=read_form_key(octets(self.opening[4], 1, 65536)),
            version_hash=form_versions.read_version(octets(self.opening[1], 1, 65536)).hash,
            secrets=secrets,
            answers=wire.SealedAnswers(json.dumps(sealed), "en", tuple(files)),
            open_answers=open_answers,
        )
        return Person(code, secrets, raw, open_answers)

    def upload(self, question: str, name: str, content: bytes) -> tuple[wire.SealedFile, str]:
        """A file, sealed as the page does it: what names it in the answers, and its upload token."""
        begun = self.client.post(
            f"{self.base}files",
            content=encode([self.proof(), len(content)]),
            headers={"Content-Type": CBOR},
        )
        assert begun.status_code == 201, begun.text
        blob, token = array(decode(begun.content, limit=1000), 2)
        key, file_id = os.urandom(32), UUID(bytes=octets(blob, 16))
        last = chunk_count(len(content)) - 1
        for index in range(last + 1):
            piece = content[index * CHUNK_SIZE : (index + 1) * CHUNK_SIZE]
            put = self.client.put(
                f"{self.base}files/{file_id}/{index}",
                content=seal_chunk(key, index, piece, final=index == last),
                headers={"Content-Type": OCTETS, "X-Upload-Token": str(token)},
            )
            assert put.status_code == 204, put.text
        digest = hashlib.sha256(content).digest()
        file = wire.SealedFile(question, file_id, key, name, "image/jpeg", len(content), digest)
        return file, str(token)

    def send(self, person: Person, uploads: Sequence[tuple[UUID, str]] = ()) -> None:
        """Hands them in."""
        answer = self.client.post(
            f"{self.base}send", content=self.body(person, uploads), headers={"Content-Type": CBOR}
        )
        assert answer.status_code == 201, answer.text

    def body(self, person: Person, uploads: Sequence[tuple[UUID, str]] = ()) -> bytes:
        """What `send` posts, with a proof of its own."""
        return encode(
            [
                self.proof(),
                person.secrets.lookup,
                person.raw,
                person.open_answers,
                [[blob.bytes, token] for blob, token in uploads],
                "en",
            ]
        )

    def proof(self) -> str:
        return solve(self.client.get(f"{self.base}challenge").json())

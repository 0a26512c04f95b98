"""Readers with real keys, a published form, and people who answer it through the real endpoints."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.test.client import Client as TestClient

from comms.accounts.models import User, Workspace
from comms.core.tenancy import in_workspace
from comms.feedback import services
from comms.feedback.models import Case, Form, Submission
from comms.threads.models import Thread
from comms.wire import form_keys, form_versions, return_codes
from comms.wire import submissions as wire
from comms.wire.cbor import decode, encode
from comms.wire.epoch_making import NewEpoch
from comms.wire.files import sealed_size
from comms.wire.form_keys import FormKey, make_form_key, read_form_key
from comms.wire.roster import Role
from tests.factories import actor_of
from tests.threads.world import NOW
from tests.threads.world import World as ThreadWorld

CBOR = "application/cbor"
OCTETS = "application/octet-stream"
ORIGIN = "http://localhost"


def text(words: str) -> dict[str, str]:
    """Words in the form's one language."""
    return {"en": words}


def item(name: str, kind: str, **fields: Any) -> dict[str, Any]:
    """One question, open and not required unless said otherwise."""
    return {
        "id": name,
        "type": kind,
        "label": text(f"Question {name}"),
        "hint": text(""),
        "required": False,
        "sealed": False,
        "visible": None,
        "constraint": None,
        "default": None,
        **fields,
    }


def choices(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "label": text(name.title())} for name in names]


def definition(*items: Mapping[str, Any], **fields: Any) -> bytes:
    """A form of one step, by default one open choice and one sealed text."""
    asked = list(items) or [
        item("q1", "single_choice", choices=choices("yes", "no"), other=False),
        item("q2", "long_text", max_length=1000, sealed=True),
    ]
    document = {
        "format": 1,
        "languages": ["en"],
        "title": text("How safe is your road?"),
        "intro": text("Four questions."),
        "thanks": text("Thank you."),
        "steps": [{"id": "s1", "title": text("All"), "visible": None, "items": asked}],
        "quotas": [],
        **fields,
    }
    return json.dumps(document, ensure_ascii=False).encode()


@dataclass
class Person:
    """Somebody who answered: their code, and what follows from it."""

    code: str
    secrets: return_codes.ReturnSecrets
    raw: bytes
    open_answers: bytes

    @property
    def sealed(self) -> wire.Submission:
        return wire.read_submission(self.raw)


@dataclass
class World:
    """A workspace with forms; `keys` makes the readers' identities and their threads' epochs."""

    workspace: Workspace
    client: TestClient = field(default_factory=lambda: Client(SERVER_NAME="localhost"))
    keys: ThreadWorld = field(init=False)

    def __post_init__(self) -> None:
        self.keys = ThreadWorld(self.workspace)

    def form_keys(self, author: User, *readers: User) -> tuple[NewEpoch, bytes]:
        """The first epoch of a form's thread, and its form key, as the author's browser makes them."""
        for user in (author, *readers):
            self.keys.keys(user)
        rows = [self.keys.row(author, Role.OWNER), *map(self.keys.row, readers)]
        made = self.keys.epoch(author, rows)
        return made, make_form_key(made.record, made.key, self.keys.keys(author))

    def create(self, author: User, *readers: User, draft: bytes | None = None) -> Form:
        """A form that was never published."""
        made, form_key = self.form_keys(author, *readers)
        form = services.create_form(
            actor=actor_of(author, self.workspace),
            form_id=uuid4(),
            definition=draft or definition(),
            upload=made.upload,
            form_key=form_key,
        )
        self.keys.epochs[form.thread_id] = [made]
        return form

    def statement(self, author: User, form: Form, asked: bytes, number: int | None = None) -> bytes:
        """What the author's browser signs to publish."""
        return form_versions.sign_version(
            record=self.keys.epochs[form.thread_id][-1].record,
            number=number or form.version_number + 1,
            definition=asked,
            member=author.id,
            seeds=self.keys.keys(author),
            made_at=NOW,
        )

    def publish(self, author: User, form: Form, asked: bytes | None = None) -> Form:
        """The form's next version."""
        asked = asked or definition()
        services.publish_version(
            actor=actor_of(author, self.workspace),
            form_id=form.id,
            definition=asked,
            statement=self.statement(author, form, asked),
        )
        return self.reload(form)

    def published(self, author: User, *readers: User, asked: bytes | None = None) -> Form:
        """A form that takes answers."""
        form = self.create(author, *readers, draft=asked)
        return self.publish(author, form, asked)

    def reload(self, form: Form) -> Form:
        with in_workspace(self.workspace.id):
            return Form.objects.get(id=form.id)

    def rotate(self, author: User, form: Form, *readers: User) -> NewEpoch:
        """Other readers: the next epoch with its form key."""
        from comms.threads import services as threads

        with in_workspace(self.workspace.id):
            thread = Thread.objects.get(id=form.thread_id)
        for user in readers:
            self.keys.keys(user)
        rows = [self.keys.row(author, Role.OWNER), *map(self.keys.row, readers)]
        made = self.keys.next(author, thread, rows)
        form_key = make_form_key(made.record, made.key, self.keys.keys(author))
        threads.publish_epoch(
            actor=actor_of(author, self.workspace),
            thread_id=form.thread_id,
            upload=made.upload,
            form_key=form_key,
        )
        self.keys.epochs[form.thread_id].append(made)
        return made

    def seed(self, form: Form, number: int = -1) -> bytes:
        """The seed of a form key, which its readers hold."""
        return form_keys.form_seed(self.keys.epochs[form.thread_id][number].key)

    # What partners do

    def opening(self, form: Form) -> list[Any]:
        answer = self.client.get(f"/f/{form.address}/opening")
        assert answer.status_code == 200, answer.content
        found = decode(answer.content, limit=10_000_000)
        assert isinstance(found, list)
        return found

    def proof(self, form: Form) -> str:
        """A solved challenge, as a browser finds it."""
        asked = self.client.get(f"/f/{form.address}/challenge").json()
        return solve(asked)

    def answers(
        self,
        form: Form,
        sealed: Mapping[str, Any] | None = None,
        open_answers: Mapping[str, Any] | None = None,
        *,
        files: Sequence[wire.SealedFile] = (),
        opening: list[Any] | None = None,
        code: str | None = None,
    ) -> Person:
        """Somebody's answers, sealed in their browser."""
        found = opening or self.opening(form)
        code = code or return_codes.new_return_code()
        secrets = return_codes.return_secrets(code, UUID(bytes=found[5]))
        opened = json.dumps({"q1": {"choice": "yes"}} if open_answers is None else open_answers)
        raw = wire.make_submission(
            form_key=newest_key(found),
            version_hash=form_versions.read_version(found[1]).hash,
            secrets=secrets,
            answers=wire.SealedAnswers(
                json.dumps({"q2": "The checkpoint."} if sealed is None else sealed),
                "en",
                tuple(files),
            ),
            open_answers=opened.encode(),
        )
        return Person(code, secrets, raw, opened.encode())

    def body(
        self, person: Person, proof: str, uploads: Sequence[tuple[UUID, str]] = (), lang: str = "en"
    ) -> bytes:
        return encode(
            [
                proof,
                person.secrets.lookup,
                person.raw,
                person.open_answers,
                [[blob.bytes, token] for blob, token in uploads],
                lang,
            ]
        )

    def post(
        self, form: Form, person: Person, uploads: Sequence[tuple[UUID, str]] = (), **fields: Any
    ) -> Any:
        """The answer to sending, with a proof of its own unless one is given."""
        proof = fields["proof"] if "proof" in fields else self.proof(form)
        body = self.body(person, proof, uploads)
        return self.client.post(f"/f/{form.address}/send", body, content_type=CBOR)

    def send(self, form: Form, **fields: Any) -> Person:
        """Somebody answers."""
        person = self.answers(form, **fields)
        answer = self.post(form, person)
        assert answer.status_code == 201, answer.content
        return person

    def upload(self, form: Form, content: bytes) -> tuple[UUID, str]:
        """A file of one or more chunks; what is in them is not looked at here."""
        answer = self.client.post(
            f"/f/{form.address}/files", encode([self.proof(form), len(content)]), content_type=CBOR
        )
        assert answer.status_code == 201, answer.content
        found = decode(answer.content, limit=1000)
        assert isinstance(found, list)
        blob, token = UUID(bytes=found[0]), str(found[1])
        for number in range(max(1, -(-len(content) // (1024 * 1024)))):
            sealed = b"s" * sealed_size(len(content), number)
            put = self.client.put(
                f"/f/{form.address}/files/{blob}/{number}",
                sealed,
                content_type=OCTETS,
                headers={"X-Upload-Token": token},
            )
            assert put.status_code == 204, put.content
        return blob, token

    def send_file(self, form: Form, content: bytes) -> tuple[Person, UUID]:
        """Somebody answers with a file."""
        blob, token = self.upload(form, content)
        file = wire.SealedFile(
            "q3", blob, bytes(32), "photo.jpg", "image/jpeg", len(content), bytes(32)
        )
        person = self.answers(form, files=[file])
        answer = self.post(form, person, [(blob, token)])
        assert answer.status_code == 201, answer.content
        return person, blob

    def nonce(self, lookup: bytes) -> bytes:
        answer = self.client.post(
            f"/r/{self.workspace.slug}/challenge", encode([lookup]), content_type=CBOR
        )
        assert answer.status_code == 201, answer.content
        found = decode(answer.content, limit=1000)
        assert isinstance(found, list)
        return bytes(found[0])

    def knock(self, person: Person, **changes: Any) -> Any:
        """The answer to a code, its challenge signed as the person's browser does."""
        lookup = changes.get("lookup", person.secrets.lookup)
        nonce = changes.get("nonce") or self.nonce(lookup)
        challenge = return_codes.ReturnChallenge(
            self.workspace.id, lookup, nonce, changes.get("origin", ORIGIN)
        )
        signature = return_codes.sign_return_challenge(
            challenge, changes.get("seed", person.secrets.ed25519)
        )
        return self.client.post(
            f"/r/{self.workspace.slug}/enter",
            encode([lookup, nonce, signature]),
            content_type=CBOR,
            headers={"Origin": ORIGIN},
        )

    def enter(self, person: Person) -> list[Any]:
        answer = self.knock(person)
        assert answer.status_code == 200, answer.content
        found = decode(answer.content, limit=10_000_000)
        assert isinstance(found, list)
        return found

    # What is in the database

    def submission(self, person: Person) -> Submission:
        with in_workspace(self.workspace.id):
            return Submission.objects.get(content_hash=person.sealed.hash)

    def case(self, person: Person) -> Case:
        with in_workspace(self.workspace.id):
            return Case.objects.select_related("submission").get(
                submission__content_hash=hashlib.sha256(person.raw).digest()
            )


def newest_key(opening: list[Any]) -> FormKey:
    return read_form_key(opening[4])


def solve(asked: Mapping[str, Any]) -> str:
    """ALTCHA's payload for a challenge, found by trying."""
    for number in range(int(asked["maxnumber"]) + 1):
        if hashlib.sha256(f"{asked['salt']}{number}".encode()).hexdigest() == asked["challenge"]:
            found = {key: asked[key] for key in ("algorithm", "challenge", "salt", "signature")}
            return base64.b64encode(json.dumps({**found, "number": number}).encode()).decode()
    raise AssertionError("no number solves it")

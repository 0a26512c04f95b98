"""What people answered, as a reader of the form opens it: checked as the browser checks it.

The epochs of the form's thread are its readers. Each published version must be signed by one of them, each
submission by the key of its return code, each message by its sender; anything else is an alarm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from comms.client.app import App
from comms.client.epochs import Epochs, check_epochs
from comms.client.errors import ClientError, Trouble, UsageError, alarming
from comms.client.feedback_remote import Case, FeedbackRemote, ListedForm, Row
from comms.client.people import People
from comms.client.roll import Roll, load_people
from comms.client.rotation import now
from comms.wire.dialogue import (
    DialogueBody,
    DialogueItem,
    make_reply,
    open_dialogue_by_form,
    read_dialogue,
    verify_dialogue,
)
from comms.wire.errors import WireError
from comms.wire.form_keys import EpochRef, FormKey, form_seed, read_form_key, verify_form_key
from comms.wire.form_versions import FormVersion, read_version, verify_version
from comms.wire.keys import PublicKeys
from comms.wire.roster import find
from comms.wire.submissions import (
    SealedAnswers,
    Submission,
    open_by_form,
    read_submission,
    verify_submission,
)
from comms.wire.transcript import Head
from comms.wire.vault import ThreadHead


@dataclass(frozen=True)
class Version:
    """A published version that a reader has signed. `definition` is what its JSON says."""

    statement: FormVersion
    definition: Mapping[str, Any]

    @cached_property
    def questions(self) -> dict[str, Mapping[str, Any]]:
        """By their ids; section texts are none."""
        items = [item for step in self.definition["steps"] for item in step["items"]]
        return {item["id"]: item for item in items if item["type"] != "section"}

    def label(self, question: str) -> str:
        """In the form's first language."""
        texts = self.questions.get(question, {}).get("label") or {}
        return str(texts.get(self.definition["languages"][0]) or question)


@dataclass(frozen=True)
class Opened:
    """`answers`: open and sealed ones, each only of questions that the version has so."""

    submission: Submission
    sealed: SealedAnswers
    answers: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """`body` is None for what was sealed before this person was a reader."""

    item: DialogueItem
    name: str
    received_on: str
    body: DialogueBody | None


class MissingKeyError(ClientError):
    """It was sealed to keys that this person does not have."""

    code = "no-key"

    def __init__(self) -> None:
        super().__init__(
            "It was sealed before you were a reader of this form, and you have no key for it."
        )


class Form:
    """A form whose readers were checked. Raises Trouble; UsageError for somebody who is no reader."""

    def __init__(self, app: App, thread: UUID) -> None:
        self.thread = thread
        self._app = app
        remote, keys = app.remote, app.keys
        with alarming("forged-epoch"):
            listed = remote.epochs(thread)
            people = load_people(remote, app.log, thread, Roll(listed))
        self.people = People(keys, people)
        self.epochs: Epochs = check_epochs(thread, listed, self.people, keys, keys.head_of(thread))
        app.log.agree([one.record.tbs.checkpoint for one in self.epochs.all])
        self.people.trust([row.member for row in self.epochs.newest.record.tbs.roster], now())
        record = self.epochs.newest.record
        keys.remember_head(ThreadHead(thread, record.tbs.number, record.hash, Head()))
        if all(one.key is None for one in self.epochs.all):
            raise UsageError("You are no reader of this form: its sealed answers are not for you.")

    def check_version(self, number: int, definition: bytes, statement: bytes) -> Version:
        """Raises Trouble unless a reader has signed exactly this."""
        with alarming("forged-form"):
            found = read_version(statement)
            epoch = self.epochs.find(found.epoch.hash)
            signer = self.people.keys(found.signer.member, found.signer.fingerprint)
            if epoch is None or signer is None or found.number != number:
                raise WireError("chain", "a version by somebody who is no reader")
            verify_version(found, epoch.record, signer, definition)
        return Version(found, json.loads(definition))

    def open(self, version: Version, raw: bytes, open_answers: bytes) -> Opened:
        """Raises Trouble("forged-answer"), MissingKeyError."""
        with alarming("forged-answer"):
            submission = read_submission(raw)
            if (submission.thread, submission.version_hash) != (
                self.thread,
                version.statement.hash,
            ):
                raise WireError("chain", "answers to another version")
            verify_submission(submission, open_answers)
            sealed = open_by_form(submission, self.seed(submission.epoch))
            is_sealed = {one: bool(item.get("sealed")) for one, item in version.questions.items()}
            answers = {
                name: value
                for text, wanted in ((open_answers, False), (sealed.answers.encode(), True))
                for name, value in _answers(text).items()
                if is_sealed.get(name) is wanted
            }
        return Opened(submission, sealed, answers)

    def open_dialogue(self, case: Case, submission: Submission) -> list[Said]:
        """All of it, in order, each signed by its sender and tied to the one before. Raises Trouble."""
        previous, found = submission.hash, []
        for number, one in enumerate(case.dialogue, start=1):
            with alarming("forged-answer"):
                item = read_dialogue(one.raw)
                sender = self._sender_of(item)
                verify_dialogue(item, submission, number=number, previous=previous, sender=sender)
                try:
                    body = open_dialogue_by_form(item, self.seed(item.epoch))
                except MissingKeyError:
                    body = None
            name = self.people.name(item.sender.member) if item.sender else ""
            found.append(Said(item, name, one.received_on, body))
            previous = item.hash
        return found

    def make_reply(
        self, raw_key: bytes, submission: Submission, dialogue: list[Said], body: DialogueBody
    ) -> bytes:
        """Sealed to the form key of the newest epoch and to the person. Raises Trouble for another key."""
        return make_reply(
            form_key=self._check_key(raw_key),
            submission=submission,
            number=len(dialogue) + 1,
            previous=dialogue[-1].item.hash if dialogue else submission.hash,
            member=self._app.keys.user,
            seeds=self._app.keys.seeds,
            body=body,
        )

    def seed(self, epoch: EpochRef) -> bytes:
        """Of the form key of an epoch. Raises MissingKeyError, WireError for an epoch that there is not."""
        found = self.epochs.find(epoch.hash)
        if found is None or found.record.tbs.number != epoch.number:
            raise WireError("chain", "sealed to an epoch that the form does not have")
        if found.key is None:
            raise MissingKeyError
        return form_seed(found.key)

    def _sender_of(self, item: DialogueItem) -> PublicKeys | None:
        """Keys of the reader who sent it, None for the person. Raises WireError for anybody else."""
        if item.sender is None:
            return None
        epoch = self.epochs.find(item.epoch.hash)
        row = find(epoch.record.tbs.roster, item.sender.member) if epoch else None
        if row is None or row.fingerprint != item.sender.fingerprint:
            raise WireError("signature", "a message by somebody who is no reader")
        return self.people.keys(row.member, row.fingerprint)

    def _check_key(self, raw: bytes) -> FormKey:
        with alarming("forged-epoch"):
            key, record = read_form_key(raw), self.epochs.newest.record
            author = self.people.keys(record.tbs.author, record.tbs.author_fingerprint)
            if author is None:
                raise WireError("signature", "the author's keys are not in their chain")
            verify_form_key(key, record, author)
        return key


@dataclass(frozen=True)
class Exported:
    """`answers` is None for what could not be opened."""

    row: Row
    answers: dict[str, Any] | None
    failure: str = ""


def find_form(remote: FeedbackRemote, reference: str) -> ListedForm:
    """By its id, its title or a part of it. Raises UsageError unless it is one only."""
    wanted = reference.casefold()
    forms = remote.forms()
    found = [one for one in forms if wanted in {str(one.id), one.title.casefold(), one.address}]
    found = found or [one for one in forms if wanted and wanted in one.title.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"No form is called {reference}. See: comms-cli feedback list")
    raise UsageError(f"Several forms fit {reference}. Use the id from: comms-cli feedback list")


def find_case(remote: FeedbackRemote, reference: str) -> UUID:
    """By its id, or the beginning of its id. Raises UsageError unless it is one only."""
    try:
        return UUID(reference)
    except ValueError:
        pass
    wanted = reference.casefold()
    found = [
        one.id for one in remote.cases() if len(wanted) >= 4 and str(one.id).startswith(wanted)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"No case begins with {reference}. See: comms-cli feedback list FORM")
    raise UsageError(f"Several cases begin with {reference}: write more of the id.")


def export(
    app: App, remote: FeedbackRemote, listed: ListedForm
) -> tuple[list[Exported], list[Version]]:
    """Everything, opened and checked; what is forged or has no key says so. Raises Trouble for the form itself."""
    form = Form(app, listed.thread)
    versions = {
        number: form.check_version(number, *pair)
        for number, pair in remote.versions(listed.id).items()
    }
    found = []
    for rows in remote.submissions(listed.id):
        for row in rows:
            try:
                version = versions.get(row.version)
                if version is None:
                    raise Trouble("forged-answer", "of a version that there is not")
                answers = form.open(version, row.raw, row.open_answers).answers
                found.append(Exported(row, answers))
            except (Trouble, MissingKeyError) as error:
                found.append(Exported(row, None, error.code))
        # Before anything of them is shown.
        if rows:
            remote.opened([row.id for row in rows])
    return found, [versions[number] for number in sorted(versions)]


def _answers(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text or b"{}")
    except ValueError as error:
        raise WireError("malformed", "answers that are no JSON") from error
    if not isinstance(found, dict):
        raise WireError("malformed", "answers that are no map")
    return found

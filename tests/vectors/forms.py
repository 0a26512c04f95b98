"""Vectors of forms: keys, a signed version, a submission, a dialogue, a note and return codes.

Anna owns the form's thread, Boris is a member of it, Chidi reads along (an observer).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from comms.wire import case_notes, dialogue, epoch_making, epochs, form_keys, form_versions
from comms.wire import return_codes as codes
from comms.wire import submissions as subs
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds
from comms.wire.roster import Policy, Role, RosterRow
from comms.wire.transcript import Head

NOW = 1_795_339_200_000
DEFINITION = '{"format":1,"languages":["en","ar"],"title":{"en":"Water","ar":"ماء"}}'.encode()
OPEN_ANSWERS = b'{"q1":{"choice":"c1"}}'
ORIGIN = "https://entente.example.org"
DIGITS = ("4711290835564738291004827", "0" * 25, "9876543210012345678909876")


def named(name: str) -> bytes:
    return sha256(b"vector/" + name.encode())


def uuid_of(name: str) -> UUID:
    return UUID(bytes=named(name)[:16], version=4)


def seeds_of(name: str) -> IdentitySeeds:
    return IdentitySeeds(named(name + "/ed25519"), named(name + "/mldsa"), named(name + "/xwing"))


def file_of(name: str, question: str) -> subs.SealedFile:
    return subs.SealedFile(
        question=question,
        blob=uuid_of("blob/" + name),
        key=named("file-key/" + name),
        name=name,
        kind="image/png",
        size=len(name),
        sha256=sha256(name.encode()),
    )


def described(file: subs.SealedFile) -> dict[str, Any]:
    return {
        "question": file.question,
        "blob": str(file.blob),
        "key": file.key.hex(),
        "name": file.name,
        "kind": file.kind,
        "size": file.size,
        "sha256": file.sha256.hex(),
    }


def form_epoch(checkpoint: bytes) -> epoch_making.NewEpoch:
    roles = {"anna": Role.OWNER, "boris": Role.MEMBER, "chidi": Role.OBSERVER}
    return epoch_making.make_epoch(
        thread=uuid_of("form-thread"),
        before=None,
        author=uuid_of("anna/user"),
        seeds=seeds_of("anna"),
        roster=[
            RosterRow(uuid_of(name + "/user"), seeds_of(name).public.fingerprint, role)
            for name, role in roles.items()
        ],
        keys={uuid_of(name + "/user"): seeds_of(name).public for name in roles},
        policy=Policy(),
        about=epochs.About("Water"),
        start=Head(),
        made_at=NOW,
        checkpoint=checkpoint,
    )


def form_vectors(checkpoint: bytes) -> dict[str, Any]:
    epoch = form_epoch(checkpoint)
    workspace = uuid_of("workspace")
    key = form_keys.read_form_key(
        form_keys.make_form_key(epoch.record, epoch.key, seeds_of("anna"))
    )
    version = form_versions.read_version(
        form_versions.sign_version(
            record=epoch.record,
            number=1,
            definition=DEFINITION,
            member=uuid_of("boris/user"),
            seeds=seeds_of("boris"),
            made_at=NOW + 1,
        )
    )
    code = DIGITS[0] + codes.check_digit(DIGITS[0])
    secrets = codes.return_secrets(code, workspace)
    answers = subs.SealedAnswers(
        '{"q2":"ماء ملوّث"}', "ar", (file_of("well.png", "q3"), file_of("pump.png", "q3"))
    )
    sub = subs.read_submission(
        subs.make_submission(
            form_key=key,
            version_hash=version.hash,
            secrets=secrets,
            answers=answers,
            open_answers=OPEN_ANSWERS,
        )
    )
    note = case_notes.make_note(
        form_key=key,
        submission=sub,
        member=uuid_of("boris/user"),
        seeds=seeds_of("boris"),
        text="Call the district.",
        made_at=NOW + 5,
    )
    challenge = codes.ReturnChallenge(workspace, secrets.lookup, named("nonce"), ORIGIN)
    return {
        "thread": str(key.thread),
        "workspace": str(workspace),
        "epoch": {"record": epoch.record.raw.hex(), "key": epoch.key.hex()},
        "form_key": {
            "raw": key.raw.hex(),
            "seed": form_keys.form_seed(epoch.key).hex(),
            "xwing": key.xwing.hex(),
        },
        "version": {
            "raw": version.raw.hex(),
            "definition": DEFINITION.decode(),
            "signer": "boris",
            "number": version.number,
            "made_at": version.made_at,
            "hash": version.hash.hex(),
        },
        "submission": {
            "raw": sub.raw.hex(),
            "hash": sub.hash.hex(),
            "open_answers": OPEN_ANSWERS.decode(),
            "plain": subs.encode_answers(answers).hex(),
            "answers": answers.answers,
            "language": answers.language,
            "files": [described(file) for file in answers.files],
        },
        "dialogue": _dialogue(key, sub, secrets),
        "note": {
            "raw": note.hex(),
            "author": "boris",
            "text": "Call the district.",
            "made_at": NOW + 5,
        },
        "challenge": {
            "bytes": codes.encode_return_challenge(challenge).hex(),
            "nonce": challenge.nonce.hex(),
            "origin": ORIGIN,
            "signature": codes.sign_return_challenge(challenge, secrets.ed25519).hex(),
        },
        "codes": [_code(digits, workspace) for digits in DIGITS],
        "typed": _typed(code),
        "mistyped": _mistyped(code),
    }


def _dialogue(
    key: form_keys.FormKey, sub: subs.Submission, secrets: codes.ReturnSecrets
) -> list[dict[str, Any]]:
    """The team answers, the person writes back with a file, the team sends a file without a word."""
    bodies = (
        ("anna", dialogue.DialogueBody("Thank you. Since when?", NOW + 2)),
        ("", dialogue.DialogueBody("منذ أسبوع", NOW + 3, (file_of("week.png", ""),))),
        ("anna", dialogue.DialogueBody("", NOW + 4, (file_of("plan.png", ""),))),
    )
    rows = []
    previous = sub.hash
    for number, (sender, body) in enumerate(bodies, 1):
        place: dict[str, Any] = {
            "form_key": key,
            "submission": sub,
            "number": number,
            "previous": previous,
            "body": body,
        }
        raw = (
            dialogue.make_reply(**place, member=uuid_of(sender + "/user"), seeds=seeds_of(sender))
            if sender
            else dialogue.make_message(**place, secrets=secrets)
        )
        previous = dialogue.read_dialogue(raw).hash
        rows.append(
            {
                "raw": raw.hex(),
                "hash": previous.hex(),
                "sender": sender,
                "number": number,
                "plain": dialogue.encode_body(body).hex(),
                "text": body.text,
                "made_at": body.made_at,
                "files": [described(file) for file in body.files],
            }
        )
    return rows


def _code(digits: str, workspace: UUID) -> dict[str, str]:
    code = digits + codes.check_digit(digits)
    secrets = codes.return_secrets(code, workspace)
    return {
        "code": code,
        "shown": codes.format_return_code(code),
        "lookup": secrets.lookup.hex(),
        "signing_key": secrets.signing_key.hex(),
        "reply_key": secrets.reply_key.hex(),
    }


def _typed(code: str) -> list[dict[str, str]]:
    """Ways to write one code that are all understood."""
    rows = ("٠", "۰", "०", "\U0001d7ce", "\U0001d7f6", "０")
    ways = [
        code,
        codes.format_return_code(code),
        codes.format_return_code(code).replace(" ", "-"),
        "\u200e" + codes.format_return_code(code).replace(" ", " \u2013 ") + "\n",
        "\u2066" + code + "\u2069",
        *("".join(chr(ord(zero) + int(digit)) for digit in code) for zero in rows),
    ]
    return [{"typed": way, "code": code} for way in ways]


def _mistyped(code: str) -> list[str]:
    other = "1" if code[7] != "1" else "2"
    return [
        "",
        code[:-1],
        code + "0",
        code[:7] + other + code[8:],
        code[:10] + code[11] + code[10] + code[12:],
        code[:3] + "O" + code[4:],
        code.replace("4", "²"),
        code.replace("1", "一"),
        code + " " * 200,
        "+" + code,
    ]

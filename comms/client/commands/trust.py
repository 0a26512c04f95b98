"""Safety numbers, and the public log of keys."""

from __future__ import annotations

from argparse import Namespace

from comms.client import output
from comms.client.app import App
from comms.client.errors import Trouble, UsageError
from comms.client.rotation import now
from comms.client.words import sentence_of
from comms.wire.safety import safety_code, safety_number
from comms.wire.vault import PinState

_STATES = {
    "unverified": "not yet verified",
    "verified": "verified",
    "changed": "keys changed",
    "me": "you",
}


def verify(app: App, args: Namespace) -> None:
    """The safety number with a person; marks them as verified, or takes that back, if asked."""
    person = app.find_person(args.person)
    keys, people = app.keys, app.members
    if person.user == keys.user:
        raise UsageError("A safety number is of two people.")
    changed: Trouble | None = None
    try:
        people.trust([person.user], now())
    except Trouble as trouble:
        if trouble.kind != "changed-keys":
            raise
        changed = trouble
    sides = (
        (keys.user, keys.seeds.public.fingerprint),
        (person.user, person.entry.keys.fingerprint),
    )
    number = safety_number(*sides)
    if args.same is not None:
        _compare(args.same, number, safety_code(*sides))
        people.mark(person.user, PinState.VERIFIED, now())
    elif args.accept:
        people.mark(person.user, PinState.UNVERIFIED, now())
    elif args.undo:
        if changed is not None:
            raise changed
        people.mark(person.user, PinState.UNVERIFIED, now())
    state = people.state(person.user)
    groups = [number[at : at + 5] for at in range(0, 60, 5)]
    if args.json:
        output.show_json(
            {
                "person": str(person.user),
                "name": person.name,
                "number": number,
                "state": state,
                "fingerprint": person.entry.keys.fingerprint.hex(),
                "entry": person.entry.number,
            }
        )
    else:
        output.say(f"{output.line(person.name)}: {_STATES[state]}")
        output.say("    " + " ".join(groups[:6]))
        output.say("    " + " ".join(groups[6:]))
        if state == "unverified":
            output.say(
                "Compare it with what they see, aloud or in person. If it is the same: "
                "comms-cli verify NAME --same 'THE NUMBER THEY READ OUT'"
            )
    if state == "changed":
        raise changed or Trouble("changed-keys", "pinned as changed", person.user)


def check_log(app: App, args: Namespace) -> None:
    """Reads the log on, and proves that everybody's keys are in it."""
    log = app.log
    log.refresh()
    people = log.people(app.remote.identities)
    if args.json:
        output.show_json({"good": True, "size": log.size, "people": len(people)})
        return
    output.say(
        f"The log only grew since this computer last looked: {log.size} entries, all of them read, "
        f"the keys of {len(people)} people of the workspace among them."
    )


def names_in(trouble: Trouble, app: App) -> str:
    """The sentence about it, with the name of whom it concerns."""
    return sentence_of(trouble, output.line(app.name_of(trouble.person)))


def _compare(given: str, number: str, code: str) -> None:
    """What the other person reads out, or their QR code's text, must be the same."""
    spoken = "".join(letter for letter in given if letter.isdigit())
    if spoken != number and given.strip().upper() != code:
        raise UsageError(
            "These are not the same numbers. Compare again; if they still differ, somebody may sit "
            "between you: write nothing confidential, and tell your administrator.",
            code="numbers_differ",
        )

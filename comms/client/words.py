"""What a person is told of trouble: the sentences of the browser's pages."""

from __future__ import annotations

from typing import Final

from comms.client.errors import Kind, Trouble

_STOP: Final = "Nothing is sent from here."
_OTHERS: Final = "Tell the others by another way."

SENTENCES: Final[dict[Kind, str]] = {
    "changed-keys": (
        "The keys of {name} are not the ones you have seen before. Either they have started over with new "
        "keys, or somebody else pretends to be them. Ask them in person or by phone before you go on. "
        f"{_STOP} (comms-cli verify --accept, once you have asked them)"
    ),
    "own-keys": (
        "There are keys in your name that you did not make. Somebody may pretend to be you. "
        f"{_STOP} Tell your administrator, and do not use this conversation."
    ),
    "forged-epoch": (
        "The record of who is in this conversation was not made by anyone who may change it. "
        f"Nothing is opened or sent. {_OTHERS}"
    ),
    "rollback": (
        "The server shows less of this conversation than you have seen before. Something was taken back. "
        f"{_STOP} {_OTHERS}"
    ),
    "vault-rollback": (
        "The server showed an older vault than this computer has seen. Nothing was opened. "
        "Tell your administrator."
    ),
    "fork": (
        "The server shows you another conversation than it has shown before, or than it shows the others. "
        f"{_STOP} {_OTHERS}"
    ),
    "forged-message": (
        "A message here was changed on the way, or was not written by the person it names. "
        f"{_STOP} {_OTHERS}"
    ),
    "forged-answer": (
        "What somebody answered, or a message about it, was changed on the way, or was not written by the person it "
        f"names. {_STOP} {_OTHERS}"
    ),
    "forged-form": (
        "A version of this form was not published by anyone who may do so. "
        f"Nothing is opened or sent. {_OTHERS}"
    ),
    "replay": f"A message came a second time. Somebody has repeated it. {_STOP} {_OTHERS}",
    "damaged-file": (
        "What came is not the file that was sent: it was changed, cut off or put in another order. "
        "Nothing of it was kept. Ask whoever sent it to send it again."
    ),
    "log-shrank": (
        "The server shows a shorter list of everybody's keys than before. Something was taken back. "
        f"{_STOP} Tell your administrator, and the others by another way."
    ),
    "log-forked": (
        "The server shows another list of everybody's keys than before. Somebody may have changed it to read "
        f"along. {_STOP} Tell your administrator, and the others by another way."
    ),
    "log-split": (
        "Somebody in this conversation was shown another list of everybody's keys than you. "
        f"{_STOP} {_OTHERS}"
    ),
    "unlogged": (
        "The keys shown for {name} are not the ones in the public log of keys. Somebody may pretend to be "
        f"them. {_STOP} Tell {{name}} by another way."
    ),
}


def sentence_of(trouble: Trouble, name: str = "") -> str:
    """The whole sentence; `name` is whom it concerns."""
    return SENTENCES[trouble.kind].replace("{name}", name or "somebody here")


OBSERVER: Final = "You may read this conversation, but not write in it."
RENEWING: Final = (
    "Somebody here has new keys or has left. Nothing is sent until a member or an owner has opened this "
    "conversation, so that it reaches the right person."
)
SIGN_IN: Final = "You are not signed in. Run: comms-cli sign-in SERVER EMAIL"
SIGN_IN_AGAIN: Final = "You are signed out. Run: comms-cli sign-in"

UNREADABLE: Final = (
    "It was written down under keys that are not in your vault any more, and can't be opened. "
    "Drop it: comms-cli outbox --discard"
)


def not_known(cause: str, *, waits: bool) -> str:
    """What a person is told when it can't be said whether a message arrived."""
    if not waits:
        return f"{cause} It is not known whether the message arrived: read the conversation before you send it again."
    return (
        f"{cause} It is not known whether the message arrived. It waits on this computer, and goes out, once only, "
        "with the next command in this conversation. Don't send it again; see: comms-cli outbox"
    )


def clock(ahead: float) -> str:
    """What a person is told whose computer's clock is off by so many seconds."""
    hours = max(1, round(abs(ahead) / 3600))
    off = f"{hours} hour{'' if hours == 1 else 's'} {'ahead' if ahead > 0 else 'behind'}"
    return (
        f"The clock of this computer is {off}. Nothing was sent: it would carry a wrong time, and guests would be "
        "shut out at the wrong moment. Set the clock, and run the command again."
    )

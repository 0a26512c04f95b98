"""What can go wrong, each with a sentence for the person and an exit code for the script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal
from uuid import UUID

from comms.wire.errors import WireError

REFUSED: Final = 1
USAGE: Final = 2
SIGNED_OUT: Final = 3
UNREACHABLE: Final = 4
ALARM: Final = 5

Kind = Literal[
    "changed-keys",  # somebody's keys are others than those seen before, without their consent
    "own-keys",  # keys in this person's own name that this person did not make
    "forged-epoch",  # an epoch that was not signed by who it says, or that they may not publish
    "rollback",  # less than this person has seen before
    "vault-rollback",  # an older vault than this computer has seen
    "fork",  # other messages, or another order, than somebody has seen
    "forged-message",  # a message that was changed, moved or signed by somebody else
    "forged-answer",  # answers, or a message about them, that were changed or not signed by who it says
    "forged-form",  # a version of a form that no reader of it signed
    "replay",  # the same message twice
    "damaged-file",  # a file that is not the one that was sent
    "log-shrank",  # the public log has fewer leaves than before
    "log-forked",  # another log than before, or one that does not hold together
    "log-split",  # somebody else was shown another log
    "unlogged",  # somebody's keys are not in the log, or not the newest there
]


class ClientError(Exception):
    """Base of all. `sentence` is whole; `code` names it for scripts."""

    exit_code = REFUSED
    code = "failed"

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.code


class UsageError(ClientError):
    """What was asked for can't be done as it was asked."""

    exit_code = USAGE
    code = "usage"


class SignedOutError(ClientError):
    """There is no session, or it has ended."""

    exit_code = SIGNED_OUT
    code = "signed_out"


class UnreachableError(ClientError):
    """The server does not answer."""

    exit_code = UNREACHABLE
    code = "unreachable"


class ServerError(ClientError):
    """The server said no. `status` is its HTTP status, `code` the code of its problem document."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence, code=code)
        self.status = status


class Trouble(ClientError):
    """Something is as no honest server would show it. Nothing may be sent where it was found."""

    exit_code = ALARM

    def __init__(self, kind: Kind, detail: str, person: UUID | None = None) -> None:
        super().__init__(f"{kind}: {detail}", code=kind)
        self.kind: Kind = kind
        self.detail = detail
        self.person = person


@contextmanager
def alarming(kind: Kind) -> Iterator[None]:
    """Bytes that no honest server would send are trouble, not a failure of this program."""
    try:
        yield
    except WireError as error:
        raise Trouble(kind, str(error)) from error

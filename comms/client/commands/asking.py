"""Asking a person for what may stand on no command line."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from collections.abc import Callable

from comms.client.errors import UsageError

_LIMIT = 1_000

Ask = Callable[[str], str]


def asking(args: Namespace) -> Ask:
    """From the terminal without echo, or with --stdin one line for each question. Raises UsageError for nothing."""

    def ask(question: str) -> str:
        try:
            if args.stdin:
                line = sys.stdin.readline(_LIMIT) if sys.stdin is not None else ""
            else:
                line = getpass.getpass(question)
        except EOFError:
            line = ""
        given = line.rstrip("\r\n")
        if not given:
            raise UsageError(f"Nothing was given for: {question.strip().rstrip(':?')}.")
        return given

    return ask

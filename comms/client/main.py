"""One run: what comes back to the shell."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from comms.client import output
from comms.client.app import App
from comms.client.commands import trust
from comms.client.errors import ALARM, REFUSED, ClientError, Trouble
from comms.client.parser import Command, build
from comms.client.store import Home, default_home
from comms.wire.errors import WireError

STOPPED: Final = 130
_WEAK: Final = (
    "The server asks for weaker protection of your passphrase than is safe. Nothing was sent. "
    "Tell your administrator."
)
_BROKEN: Final = (
    "What the server sent was changed or is broken ({code}). Nothing of it was used. "
    "If it happens again, tell your administrator."
)


def run() -> None:
    """The entry point."""
    output.forgive_encodings()
    sys.exit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """Does what the words say; the exit code."""
    is_json = "--json" in words
    app: App | None = None
    try:
        args = build().parse_args(words)
        is_json = args.json
        tell = output.ignore if is_json else output.complain
        home = Home(Path(args.home) if args.home else default_home())
        app = App(home, args.workspace, tell)
        command: Command = args.command
        command(app, args)
        app.finish()
    except Trouble as trouble:
        sentence = trust.names_in(trouble, app) if app is not None else trouble.sentence
        return _fail(trouble.code, sentence, ALARM, is_json=is_json)
    except ClientError as error:
        return _fail(error.code, error.sentence, error.exit_code, is_json=is_json)
    except WireError as error:
        sentence = _WEAK if error.code == "weak" else _BROKEN.format(code=error.code)
        return _fail(error.code, sentence, ALARM, is_json=is_json)
    except OSError as error:
        sentence = f"{error.filename or 'A file'}: {error.strerror or error}."
        return _fail("file", sentence, REFUSED, is_json=is_json)
    except KeyboardInterrupt:
        return STOPPED
    finally:
        if app is not None:
            app.close()
    return 0


def _fail(code: str, sentence: str, exit_code: int, *, is_json: bool) -> int:
    if is_json:
        output.complain(json.dumps({"error": {"code": code, "sentence": sentence}}))
    elif exit_code == ALARM:
        output.complain(f"\a!!! ALARM ({code})\n!!! {sentence}")
    else:
        output.complain(output.plain(sentence))
    return exit_code

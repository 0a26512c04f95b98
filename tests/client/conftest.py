"""The product on a port of its own, in this process, and terminals of people who use comms-cli on it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache as cache_once
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import uvicorn
from django.core.cache import cache

from comms.accounts.models import Membership, User, Workspace
from comms.accounts.services.people import create_person
from comms.client import main as program
from comms.client.account import keep_open
from comms.client.app import App
from comms.client.http import Connection
from comms.client.replacing import replace_keys
from comms.client.store import Home
from comms.core.actors import Role
from comms.core.ids import uuid7
from comms.stack.web import KEEP_ALIVE
from comms.wire.argon import passphrase_keys
from tests import factories
from tests.accounts.browser import PASSPHRASE, make_person
from tests.conftest import BEFORE_EMPTYING
from tests.stack.patience import eventually


class Busy:
    """Counts what the server is still doing for somebody, be it that he has long hung up."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.under_way: dict[object, str] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Only the server's one loop writes to it, so that no lock is needed.
        this = object()
        self.under_way[this] = f"{scope['type']} {scope.get('path', '')}"
        try:
            await self.application(scope, receive, send)
        finally:
            del self.under_way[this]

    def let_go(self) -> None:
        """Return when nothing is under way."""
        try:
            eventually(lambda: not self.under_way)
        except AssertionError:
            pytest.fail(f"still under way: {sorted(self.under_way.values())}")


@pytest.fixture(scope="session")
def address(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The real application behind uvicorn: HTTP in threads, sockets in Channels."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with django_db_blocker.unblock():
        from config.asgi import application
    busy = Busy(application)
    config = uvicorn.Config(
        busy,
        host="127.0.0.1",
        port=port,
        log_level="error",
        lifespan="off",
        ws="websockets-sansio",
        timeout_keep_alive=KEEP_ALIVE,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    eventually(lambda: server.started, within=30)
    BEFORE_EMPTYING.append(busy.let_go)
    yield f"http://localhost:{port}"
    BEFORE_EMPTYING.remove(busy.let_go)
    server.should_exit = True
    thread.join(20)


@dataclass
class Result:
    """What came back to the shell."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """A JSON document a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> dict[str, str]:
        """What was wrong, for a script."""
        found: dict[str, str] = json.loads(self.err.splitlines()[-1])["error"]
        return found


Tamper = Callable[[str, str, bytes], bytes]


@dataclass
class Terminal:
    """comms-cli on one computer of one person."""

    address: str
    email: str
    home: Path

    def run(self, *words: str, text: str = "") -> Result:
        """One command, without a terminal: what it reads is `text`."""
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err), patch("sys.stdin", StringIO(text)):
            code = program.main(["--home", str(self.home), *words])
        return Result(code, out.getvalue(), err.getvalue())

    def json(self, *words: str, text: str = "") -> Result:
        return self.run("--json", *words, text=text)

    def done(self, *words: str, text: str = "") -> Result:
        """A command that must succeed, in JSON."""
        found = self.json(*words, text=text)
        assert found.code == 0, found.err
        return found

    def sign_in(self, passphrase: str = PASSPHRASE, *more: str) -> Result:
        words = ("sign-in", self.address, self.email, "--stdin", *more)
        return self.json(*words, text=f"{passphrase}\n")


@dataclass
class Scene:
    """A workspace of Dina and Pavel, who talk, and Edgar, who is there too."""

    workspace: Workspace
    people: dict[str, User]


CAST = (("dina", Role.DIPLOMAT), ("pavel", Role.ANALYST), ("edgar", Role.EDITOR))


def make_scene(cast: Sequence[tuple[str, Role]] = CAST) -> Scene:
    """People with keys as their browsers would have made them."""
    cache.clear()
    workspace = factories.make_workspace("talks", "Quiet Harbour Talks")
    people = {}
    for name, role in cast:
        account = uuid7()
        people[name] = create_person(
            account_id=account,
            email=f"{name}@example.org",
            name=f"{name.title()} {role.value.title()}",
            language="en",
            time_zone="UTC",
            keys=make_person(account).keys,
        )
        Membership.objects.create(workspace=workspace, user=people[name], roles=[str(role)])
    return Scene(workspace, people)


@pytest.fixture(scope="session", autouse=True)
def _derived_once() -> Iterator[None]:
    """Argon2id runs in earnest, but once for each passphrase of a test run."""
    derived = cache_once(passphrase_keys)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("comms.client.account.passphrase_keys", derived)
        patched.setattr("comms.client.recovering.passphrase_keys", derived)
        yield


@pytest.fixture
def scene(committed: None) -> Scene:
    return make_scene()


@pytest.fixture
def terminal(scene: Scene, address: str, tmp_path: Path) -> Callable[..., Terminal]:
    """`terminal("dina")`: a computer of hers, signed in; `computer` tells several apart."""
    return terminals(address, tmp_path)


def terminals(address: str, folder: Path) -> Callable[..., Terminal]:
    """As the fixture `terminal`, with the computers in `folder`."""
    made: dict[Path, Terminal] = {}

    def make(name: str, computer: str = "one", *, signed_in: bool = True) -> Terminal:
        home = folder / name / computer
        if home not in made:
            made[home] = Terminal(address, f"{name}@example.org", home)
            if signed_in:
                assert made[home].sign_in().code == 0
        return made[home]

    return make


@pytest.fixture
def wire(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Tamper | None], list[tuple[str, str, bytes]]]:
    """A server that lies: `wire(tamper)` changes its answers from now on, `wire(None)` no more.

    What is returned lists everything that was sent since: method, path, body.
    """
    honest = Connection.send

    def use(tamper: Tamper | None) -> list[tuple[str, str, bytes]]:
        sent: list[tuple[str, str, bytes]] = []

        def send(self: Connection, method: str, path: str, **more: Any) -> bytes:
            sent.append((method, path, more.get("body") or b""))
            answer = honest(self, method, path, **more)
            return tamper(method, path, answer) if tamper else answer

        monkeypatch.setattr(Connection, "send", send)
        return sent

    return use


def new_keys(terminal: Terminal) -> None:
    """A browser of theirs was lost. No conversation has an epoch for the new keys yet."""
    app = App(Home(terminal.home))
    keys, _code = replace_keys(app.keys, PASSPHRASE)
    keep_open(app.connection, app.session, keys.key)
    app.home.keep_session(app.session)
    app.close()

"""Which restarts of Valkey leave its notes complete; the embedded one is killed for real."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis, ResponseError

from comms.campaigns.journal.lives import life_of
from comms.campaigns.journal.reader import take_over
from comms.campaigns.journal.writer import BatchJournal, connect_store
from comms.campaigns.transports.base import Message
from comms.stack import processes, valkey
from comms.stack.endpoints import local_endpoints, local_listening
from comms.stack.folder import Folder
from comms.stack.programs import find_programs
from comms.stack.secrets import local_secrets

ALONE = {
    "run_id": "f" * 40,
    "role": "master",
    "connected_slaves": 0,
    "second_repl_offset": -1,
    "aof_last_write_status": "ok",
}
FORCED = {"appendonly": "yes", "appendfsync": "always"}
WRITTEN = {"appendonly": "yes", "appendfsync": "no"}


def test_a_server_that_forces_each_write_outlives_everything() -> None:
    assert life_of(ALONE, FORCED, same_kernel=False) == "forced"


def test_a_server_on_this_machine_outlives_its_own_death() -> None:
    life = life_of(ALONE, WRITTEN, same_kernel=True)
    assert life == f"written:{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}"
    assert len(life) <= 64


@pytest.mark.parametrize(
    ("said", "settings", "same_kernel"),
    [
        ({}, {}, True),
        ({}, WRITTEN, False),
        ({}, {"appendonly": "yes", "appendfsync": "everysec"}, True),
        ({}, {"appendonly": "no", "appendfsync": "always"}, True),
        ({"connected_slaves": 1}, FORCED, True),
        ({"role": "slave"}, FORCED, True),
        ({"second_repl_offset": 17}, FORCED, True),
        ({"aof_last_write_status": "err"}, WRITTEN, True),
    ],
)
def test_otherwise_a_restart_ends_it(
    said: dict[str, object], settings: dict[str, object], same_kernel: bool
) -> None:
    assert life_of({**ALONE, **said}, settings, same_kernel=same_kernel) == "f" * 40


class _Store:
    """The embedded Valkey alone, as a deployment runs it."""

    def __init__(self, var: Path) -> None:
        self.folder = Folder.at(var)
        self.url = local_endpoints(var).redis_url
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        programs, secrets = find_programs(), local_secrets(self.folder.root)
        log = self.folder.log / "valkey.log"
        with log.open("ab") as output:
            self.process = processes.start(
                valkey.command(self.folder, programs),
                cwd=self.folder.valkey,
                log=output.fileno(),
                env=valkey.environment(),
                stdin=valkey.settings(local_listening(self.folder), secrets, durable=True),
            )
        valkey.wait_until_ready(self.url, self.process, log)

    def kill(self) -> None:
        """SIGKILL to the server itself and whatever it forked."""
        for pid in processes.working_in(self.folder.valkey):
            os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait(10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[_Store]:
    made = _Store(tmp_path / "var")
    local_secrets(made.folder.root)
    made.start()
    yield made
    made.kill()


def _message(delivery_id: uuid.UUID) -> Message:
    return Message(
        delivery_id=delivery_id,
        envelope_from="a@example.org",
        envelope_to="b@example.org",
        domain="example.org",
        content=b"",
    )


async def _note(url: str, claim_id: uuid.UUID, ids: list[uuid.UUID]) -> str:
    """Begin these messages; every note was answered when it returns the life they were written in."""
    store = await connect_store(url)
    try:
        journal = BatchJournal(store, claim_id, lambda _result: None)
        await journal.open()
        await asyncio.gather(*(journal.begin(_message(key)) for key in ids))
        return store.life
    finally:
        store.close()


def test_a_killed_valkey_has_lost_no_note_that_it_answered(store: _Store) -> None:
    """Again and again, killed at once after the answer: each list is whole and known to be."""
    for _round in range(5):
        claim_id, ids = uuid.uuid4(), [uuid.uuid4() for _number in range(200)]
        life = asyncio.run(_note(store.url, claim_id, ids))
        store.kill()
        store.start()
        with closing(Redis.from_url(store.url)) as client:
            taken = take_over(client, claim_id, store_run=life)
        assert taken.complete
        assert taken.notes.begun == set(ids)


def test_a_list_that_is_gone_is_never_complete(store: _Store) -> None:
    with closing(Redis.from_url(store.url)) as client:
        life = asyncio.run(_note(store.url, uuid.uuid4(), []))
        assert not take_over(client, uuid.uuid4(), store_run=life).complete


def test_a_server_that_does_not_let_us_ask_is_trusted_for_its_run_only(store: _Store) -> None:
    claim_id = uuid.uuid4()
    with closing(Redis.from_url(store.url)) as client:
        client.execute_command(  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
            "ACL", "SETUSER", "asker", "on", ">asker", "~*", "&*", "+@all", "-config"
        )
        url = store.url.replace("unix://:", "unix://asker:").replace(
            local_secrets(store.folder.root).valkey_password, "asker"
        )
        life = asyncio.run(_note(url, claim_id, []))
        run = client.info("server")["run_id"]  # type: ignore[index]  # a sync client's answer
        assert life == run
        with closing(Redis.from_url(url)) as asker:
            with pytest.raises(ResponseError):
                asker.config_get("appendonly")
            assert take_over(asker, claim_id, store_run=life).complete
            assert not take_over(asker, claim_id, store_run="0" * 40).complete

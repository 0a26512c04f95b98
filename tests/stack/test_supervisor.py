"""The supervisor brings back whatever dies, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from comms.stack import logs, processes, supervisor
from comms.stack.definitions import Pulse
from comms.stack.errors import StackError
from comms.stack.processes import launched
from comms.stack.service import Service, nothing_left
from comms.stack.supervisor import Supervisor, describe_end
from tests.stack.patience import eventually

PARENT_OF_ONE = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {child.pid}")
time.sleep(600)
"""


class Stage:
    """A supervisor with services that are small Python programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.supervisor = Supervisor(self.said.append, lambda: None)

    def service(
        self,
        program: str = PARENT_OF_ONE,
        *,
        name: str = "Thing",
        clear_leftovers: Callable[[], list[str]] = nothing_left,
        patience: float = 20.0,
        is_alive: Callable[[], bool] | None = None,
        stop_signals: tuple[tuple[int, float], ...] = ((signal.SIGTERM, 5.0),),
    ) -> Service:
        note = self.folder / name

        async def is_ready() -> bool:
            return note.exists() and note.read_text() != ""

        def clear() -> list[str]:
            note.unlink(missing_ok=True)
            return clear_leftovers()

        return Service(
            name=name,
            command=lambda: launched([Path(sys.executable), "-c", program, str(note)]),
            is_ready=is_ready,
            cwd=self.folder,
            env=dict(os.environ),
            log=self.folder / f"{name}.log",
            clear_leftovers=clear,
            stop_signals=stop_signals,
            is_alive=is_alive,
            start_patience=patience,
        )

    def pids(self, name: str = "Thing") -> list[int]:
        return [int(word) for word in (self.folder / name).read_text().split()]

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds():  # noqa: ASYNC110 - what is waited for is in other processes
                await asyncio.sleep(0.02)

    async def restarted(self, count: int) -> None:
        await self.until(lambda: self.supervisor.states["Thing"].restarts == count)


def play(folder: Path, scene: Callable[[Stage], Coroutine[Any, Any, None]]) -> Stage:
    async def run() -> Stage:
        stage = Stage(folder)
        try:
            await scene(stage)
        finally:
            await stage.supervisor.stop(*stage.supervisor.states)
            stage.supervisor.close()
        return stage

    return asyncio.run(run())


def test_says_when_ready_and_stops_the_whole_group(tmp_path: Path) -> None:
    found: list[int] = []

    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service())
        await stage.supervisor.ready("Thing")
        found.extend(stage.pids())

    stage = play(tmp_path, scene)
    assert stage.said[0].startswith("Thing is ready (")
    assert len(found) == 2
    # Killed is not gone yet: the kernel takes its time with a child of the killed one.
    eventually(lambda: not any(processes.is_alive(pid) for pid in found))


def test_killed_service_comes_back_and_its_children_go(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service())
        await stage.supervisor.ready("Thing")
        parent, child = stage.pids()
        os.kill(parent, signal.SIGKILL)
        await stage.until(lambda: stage.supervisor.states["Thing"].restarts == 1)
        await stage.until(lambda: stage.supervisor.states["Thing"].ready)
        await stage.until(lambda: not processes.is_alive(child))
        assert stage.pids()[0] != parent

    stage = play(tmp_path, scene)
    assert "Thing was ended by SIGKILL; it is started again." in stage.said
    assert any(line.startswith("Thing is ready again") for line in stage.said)


def test_comes_back_from_many_kills_with_growing_pauses(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service())
        await stage.supervisor.ready("Thing")
        for count in range(1, 4):
            os.kill(stage.pids()[0], signal.SIGKILL)
            await stage.restarted(count)
            await stage.until(lambda: stage.supervisor.states["Thing"].ready)

    play(tmp_path, scene)


def test_process_that_does_nothing_any_more_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "WATCH_PAUSE", 0.05)
    pulse = [True]

    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service(is_alive=lambda: pulse[0]))
        await stage.supervisor.ready("Thing")
        first = stage.pids()
        pulse[0] = False
        await stage.restarted(1)
        pulse[0] = True
        await stage.until(lambda: stage.supervisor.states["Thing"].ready)
        await stage.until(lambda: not any(processes.is_alive(pid) for pid in first))

    assert "Thing doesn't answer any more." in play(tmp_path, scene).said


def test_pulse_is_felt_while_the_file_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("comms.stack.definitions.time.monotonic", lambda: now[0])
    pulse = Pulse(tmp_path / "pulse", patience=30)
    for touched in (1, 2, 3):
        now[0] += 29
        os.utime(pulse.path, (touched, touched)) if pulse.path.exists() else pulse.path.touch()
        assert pulse.is_felt()
    now[0] += 29
    assert pulse.is_felt()
    now[0] += 2
    assert not pulse.is_felt()


def test_first_start_that_fails_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service("raise SystemExit('no such table')"))
        with pytest.raises(StackError, match=r"stopped while starting.*no such table.*Thing\.log"):
            await stage.supervisor.ready("Thing")

    play(tmp_path, scene)


def test_first_start_that_takes_too_long_is_an_error(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service("import time; time.sleep(600)", patience=0.3))
        with pytest.raises(StackError, match="didn't get ready within"):
            await stage.supervisor.ready("Thing")

    play(tmp_path, scene)


def test_service_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PARENT_OF_ONE
    found: list[int] = []

    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service(deaf, stop_signals=((signal.SIGTERM, 0.3),)))
        await stage.supervisor.ready("Thing")
        found.extend(stage.pids())

    play(tmp_path, scene)
    # Killed is not gone yet: the kernel takes its time with a child of the killed one.
    eventually(lambda: not any(processes.is_alive(pid) for pid in found))


def test_what_is_killed_at_once_is_not_started_again(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service())
        await stage.supervisor.ready("Thing")
        parent, _child = stage.pids()
        stage.supervisor.kill()
        await stage.until(lambda: not processes.is_alive(parent))
        await stage.supervisor.stop("Thing")

    stage = play(tmp_path, scene)
    assert [line for line in stage.said if "again" in line] == []


def test_leftovers_are_said(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service(clear_leftovers=lambda: ["Something was left."]))
        await stage.supervisor.ready("Thing")

    assert "Something was left." in play(tmp_path, scene).said


def test_stop_during_the_pause_before_a_restart_is_quick(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.supervisor.start(stage.service())
        await stage.supervisor.ready("Thing")
        os.kill(stage.pids()[0], signal.SIGKILL)
        await stage.until(lambda: stage.supervisor.states["Thing"].restarts == 1)

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-9, "was ended by SIGKILL"),
        (3, "ended by itself (exit code 3)"),
        (-200, "was ended by signal 200"),
    ],
)
def test_end_is_worded_for_people(code: int, words: str) -> None:
    assert describe_end(code) == words


def test_large_log_is_cut_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 100)
    path = tmp_path / "web.log"
    with logs.open_log(path) as descriptor:
        for number in range(10):
            os.write(descriptor, f"line {number} ".encode() * 20 + b"\n")
            logs.rotate(tmp_path)
            assert path.stat().st_size == 0
        os.write(descriptor, b"after\n")
    assert path.read_bytes() == b"after\n"
    kept = sorted(each.name for each in tmp_path.iterdir())
    assert kept == ["web.log", *(f"web.log.{number}" for number in range(1, logs.KEPT + 1))]
    assert (tmp_path / "web.log.1").read_text().startswith("line 9")
    assert (tmp_path / "web.log.1").stat().st_mode & 0o077 == 0

"""Keeps services running: starts them, says when each is ready, starts again whatever dies.

Runs in the main thread of the process, because the kernel ties a child's life to the thread that
started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from comms.stack import processes
from comms.stack.errors import StackError
from comms.stack.logs import last_words, open_log
from comms.stack.service import Service, State

SHORT_LIFE = 10.0
"""Seconds: a process that lived less is started again after a growing pause."""
LONGEST_PAUSE = 10.0
PROBE_PAUSE = 0.05
WATCH_PAUSE = 2.0
PROBE_PATIENCE = 5.0


class Supervisor:
    """Runs services until ``stop``. ``say`` gets one line for each thing a person should know."""

    def __init__(self, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self.states: dict[str, State] = {}
        self._say = say
        self._changed = changed
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._services: dict[str, Service] = {}
        self._first_ready: dict[str, asyncio.Future[None]] = {}
        self._stopping: set[str] = set()
        self._sentinel = _Sentinel()

    def start(self, service: Service) -> None:
        """Begin to run a service; returns at once."""
        self._services[service.name] = service
        self.states[service.name] = State()
        self._first_ready[service.name] = asyncio.get_running_loop().create_future()
        self._tasks[service.name] = asyncio.create_task(self._keep(service), name=service.name)

    async def ready(self, *names: str) -> None:
        """Return when the services have become ready. Raises StackError if one can't start."""
        await asyncio.gather(*(asyncio.shield(self._first_ready[name]) for name in names))

    async def stop(self, *names: str) -> None:
        """Stop the services and everything they started, side by side; never raises."""
        mine = [name for name in names if name in self._tasks]
        self._stopping.update(mine)
        await asyncio.gather(*(self._stop_one(name) for name in mine))

    def close(self) -> None:
        """After all services are stopped."""
        self._sentinel.close()

    def kill(self) -> None:
        """Kill everything at once, and start none of it again: for a person who asks a second time."""
        self._stopping.update(self._tasks)
        for state in self.states.values():
            if state.pid is not None:
                processes.kill_group(state.pid)

    async def _stop_one(self, name: str) -> None:
        service, task, state = self._services[name], self._tasks[name], self.states[name]
        for number, patience in service.stop_signals:
            if state.pid is None:
                # Not running: it waits for its next start, or prepares it.
                task.cancel()
            else:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(state.pid, number)
            done, _ = await asyncio.wait([task], timeout=patience)
            if done:
                break
        else:
            if state.pid is not None:
                processes.kill_group(state.pid)
            task.cancel()
            await asyncio.wait([task], timeout=5)
        with contextlib.suppress(StackError, OSError):
            await asyncio.to_thread(service.clear_leftovers)
        self._changed()

    async def _keep(self, service: Service) -> None:
        first = self._first_ready[service.name]
        try:
            await self._keep_running(service, first)
        except StackError as error:
            if first.done():
                self._say(f"{service.name} can't be started again: {error}")
            else:
                first.set_exception(error)
        finally:
            if not first.done():
                first.cancel()
            # Nobody may be waiting for it any more.
            if not first.cancelled():
                first.exception()

    async def _keep_running(self, service: Service, first: asyncio.Future[None]) -> None:
        state = self.states[service.name]
        pause = 0.0
        while service.name not in self._stopping:
            for sentence in await asyncio.to_thread(service.clear_leftovers):
                self._say(sentence)
            began = time.monotonic()
            with open_log(service.log) as log:
                process = await self._spawn(service, log)
            state.pid = process.pid
            self._sentinel.add(process.pid)
            self._changed()
            try:
                ended = asyncio.create_task(process.wait())
                await self._wait_ready(service, ended, first, began)
                code = await self._watch(service, ended, process.pid)
            finally:
                # Its children too, such as a worker's pool, which would go on without it.
                processes.kill_group(process.pid)
                self._sentinel.remove(process.pid)
                state.pid = None
                state.ready = False
            if service.name in self._stopping:
                return
            state.last_end = describe_end(code)
            state.restarts += 1
            self._changed()
            self._say(f"{service.name} {state.last_end}; it is started again.")
            lived = time.monotonic() - began
            pause = min(max(pause * 2, 0.1), LONGEST_PAUSE) if lived < SHORT_LIFE else 0.0
            await asyncio.sleep(pause)

    async def _watch(self, service: Service, ended: asyncio.Task[int], group: int) -> int:
        """Wait for the process to end; make it end when it runs but does nothing any more."""
        while not ended.done():
            await asyncio.wait([ended], timeout=WATCH_PAUSE)
            stuck = service.is_alive is not None and not service.is_alive()
            if stuck and not ended.done() and service.name not in self._stopping:
                self._say(f"{service.name} doesn't answer any more.")
                processes.kill_group(group)
                break
        return await ended

    async def _spawn(self, service: Service, log: int) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *service.command(),
            cwd=service.cwd,
            env=service.env,
            stdin=subprocess.DEVNULL if service.stdin is None else subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if service.stdin is not None and process.stdin is not None:
            process.stdin.write(service.stdin)
            with contextlib.suppress(ConnectionError):
                await process.stdin.drain()
            process.stdin.close()
        return process

    async def _wait_ready(
        self,
        service: Service,
        ended: asyncio.Task[int],
        first: asyncio.Future[None],
        began: float,
    ) -> None:
        state = self.states[service.name]
        while not ended.done():
            if await _answers(service):
                state.ready = True
                self._changed()
                again = " again" if first.done() else ""
                self._say(f"{service.name} is ready{again} ({time.monotonic() - began:.1f} s).")
                if not first.done():
                    first.set_result(None)
                return
            if not first.done() and time.monotonic() - began > service.start_patience:
                raise StackError(
                    f"{service.name} didn't get ready within {service.start_patience:.0f} seconds"
                    f"{last_words(service.log)}. Its log is {service.log}."
                )
            await asyncio.wait([ended], timeout=PROBE_PAUSE)
        if not first.done() and service.name not in self._stopping:
            raise StackError(
                f"{service.name} stopped while starting{last_words(service.log)}. "
                f"Its log is {service.log}."
            )


async def _answers(service: Service) -> bool:
    try:
        return await asyncio.wait_for(service.is_ready(), PROBE_PATIENCE)
    except (OSError, TimeoutError, EOFError):
        return False


def describe_end(code: int) -> str:
    """Word an exit code for a person."""
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"was ended by {name}"
    return f"ended by itself (exit code {code})"


class _Sentinel:
    """The small process that cleans up after a supervisor that was killed; started again if it dies."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def add(self, group: int) -> None:
        self._groups.add(group)
        self._write(f"+{group}\n")

    def remove(self, group: int) -> None:
        self._groups.discard(group)
        self._write(f"-{group}\n")

    def close(self) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)

    def _write(self, line: str) -> None:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(__file__).with_name("sentinel.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            line = "".join(f"+{group}\n" for group in sorted(self._groups))
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        with contextlib.suppress(OSError):
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()

"""The load of `bench/threads.py`, in a process of its own: knows HTTP, WebSocket and CBOR, and no Django."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from comms.wire.cbor import decode, encode

OPEN, READY, ENVELOPE, POST, POSTED = 64, 65, 66, 76, 77
WINDOW = 32
"""Envelopes that a sender has under way; the server takes 64."""
LIMIT = 256 * 1024


@dataclass
class Talk:
    """The conversation that is talked in, as `bench/threads.py` wrote it down."""

    origin: str
    workspace: str
    thread: str
    people: list[dict[str, Any]]
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = self.origin.replace("http", "ws", 1) + "/ws/threads/"

    async def open(self, cookie: str) -> ClientConnection:
        """A socket that has heard `ready`."""
        socket = await connect(
            self.address,
            additional_headers={"Cookie": cookie, "Origin": self.origin},
            max_queue=None,
            ping_interval=None,
            compression=None,
            open_timeout=60,
        )
        await socket.send(encode({0: OPEN, 1: 1, 2: self.workspace}))
        while heard(await socket.recv())[0] != READY:
            pass
        return socket

    def post(self, ref: int, raw: bytes) -> bytes:
        return encode({0: POST, 1: 1, 2: ref, 3: UUID(self.thread).bytes, 4: raw})


def heard(data: str | bytes) -> Any:
    assert isinstance(data, bytes)
    return decode(data, limit=LIMIT)


async def store(talk: Talk) -> dict[str, Any]:
    """Every person sends all of theirs; the time until everyone has every answer, and heard all of the others'."""
    sockets = [await talk.open(person["cookie"]) for person in talk.people]

    async def speak(socket: ClientConnection, envelopes: list[bytes]) -> None:
        room = asyncio.Semaphore(WINDOW)
        posts = [talk.post(ref, raw) for ref, raw in enumerate(envelopes)]

        async def listen() -> None:
            waiting, unheard = len(posts), total - len(posts)
            while waiting or unheard > 0:
                data = await socket.recv()
                # The kind is the third byte of every message: the load should cost little.
                kind = data[3] if data[2] == 0x18 else data[2]
                if kind == POSTED:
                    waiting -= 1
                    room.release()
                elif kind == ENVELOPE:
                    unheard -= 1
                else:
                    raise RuntimeError(f"the server said {heard(data)}")

        listening = asyncio.create_task(listen())
        for post in posts:
            await room.acquire()
            await socket.send(post)
        await listening

    everything = [[bytes.fromhex(raw) for raw in person["envelopes"]] for person in talk.people]
    total = sum(map(len, everything))
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for socket, envelopes in zip(sockets, everything, strict=True):
            group.create_task(speak(socket, envelopes))
    took = time.perf_counter() - start
    for socket in sockets:
        await socket.close()
    return {"a_second": total / took}


async def deliver(talk: Talk) -> dict[str, Any]:
    """One person sends at a steady rate; how long after the intended moment each listener has it."""
    listeners, rate = int(os.environ["LISTENERS"]), int(os.environ["RATE"])
    speaker = await talk.open(talk.people[0]["cookie"])
    cookies = [talk.people[n % len(talk.people)]["cookie"] for n in range(listeners)]
    sockets = [await talk.open(cookie) for cookie in cookies]
    envelopes = [bytes.fromhex(raw) for raw in talk.people[0]["envelopes"]]
    found = await steadily(
        rate, sockets, [talk.post(ref, raw) for ref, raw in enumerate(envelopes)], speaker.send
    )
    for socket in (speaker, *sockets):
        await socket.close()
    bare = await deliver_bare(listeners, rate, envelopes)
    return {
        "p95_ms": percentile(found, 95),
        "median_ms": statistics.median(found),
        "bare_p95_ms": percentile(bare, 95),
    }


async def steadily(
    rate: int, sockets: list[ClientConnection], messages: list[bytes], send: Any
) -> list[float]:
    """Milliseconds from each intended moment to each socket."""
    begin = time.perf_counter() + 0.5
    moments = [begin + number / rate for number in range(len(messages))]

    async def listen(socket: ClientConnection) -> list[float]:
        delays = []
        for moment in moments:
            while (data := await socket.recv())[2:4] != bytes([0x18, ENVELOPE]):
                assert data
            delays.append((time.perf_counter() - moment) * 1000)
        return delays

    listening = [asyncio.create_task(listen(socket)) for socket in sockets]
    for moment, message in zip(moments, messages, strict=True):
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        await send(message)
    return [delay for each in await asyncio.gather(*listening) for delay in each]


async def deliver_bare(listeners: int, rate: int, envelopes: list[bytes]) -> list[float]:
    """The same through a server that only passes on."""
    messages = [
        encode({0: ENVELOPE, 1: 1, 2: bytes(16), 3: n, 4: bytes(32), 5: raw})
        for n, raw in enumerate(envelopes)
    ]
    with bare_server() as (address, _process):
        sockets = [await connect(address, compression=None) for _ in range(listeners)]
        speaker = await connect(address, compression=None)
        found = await steadily(rate, sockets, messages, speaker.send)
        for socket in (speaker, *sockets):
            await socket.close()
    return found


@contextlib.contextmanager
def bare_server() -> Iterator[tuple[str, int]]:
    """Its address and its process."""
    words = [sys.executable, str(Path(__file__).with_name("bare_server.py"))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"ws://127.0.0.1:{process.stdout.readline().strip()}", process.pid
        finally:
            process.terminate()


async def idle(talk: Talk, process: int) -> dict[str, Any]:
    """Opens many sockets and leaves them alone; the server process's memory before and then."""
    count = int(os.environ["IDLE"])
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 1000), hard))
    before, start = resident(process), time.perf_counter()
    cookies = [talk.people[n % len(talk.people)]["cookie"] for n in range(count)]
    sockets = await in_portions(count, lambda number: talk.open(cookies[number]))
    took = time.perf_counter() - start
    await asyncio.sleep(5)
    found = {"before": before, "bytes": resident(process), "seconds": took}
    await asyncio.gather(*(socket.close() for socket in sockets))
    return found | await idle_bare(count)


async def idle_bare(count: int) -> dict[str, int]:
    """What as many cost a server that only passes on."""
    with bare_server() as (address, process):
        before = resident(process)
        sockets = await in_portions(count, lambda _number: bare_socket(address))
        found = {"bare_before": before, "bare_bytes": resident(process)}
        await asyncio.gather(*(socket.close() for socket in sockets))
    return found


async def bare_socket(address: str) -> ClientConnection:
    return await connect(address, compression=None, ping_interval=None, open_timeout=60)


async def in_portions(
    count: int, make: Callable[[int], Coroutine[Any, Any, ClientConnection]]
) -> list[ClientConnection]:
    """Fifty at a time: a server is asked for no more than people would."""
    found: list[ClientConnection] = []
    for first in range(0, count, 50):
        found += await asyncio.gather(*map(make, range(first, min(first + 50, count))))
    return found


def resident(process: int) -> int:
    """Bytes of memory that the process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def main(arguments: list[str]) -> None:
    what, file, *more = arguments
    talk = Talk(**json.loads(Path(file).read_text()))
    found = {
        "store": lambda: store(talk),
        "deliver": lambda: deliver(talk),
        "idle": lambda: idle(talk, int(more[0])),
    }[what]()
    print(json.dumps(asyncio.run(found)))


if __name__ == "__main__":
    main(sys.argv[1:])

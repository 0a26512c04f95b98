"""Conversations under load, over plain HTTP and WebSocket: `make bench-threads`.

Starts a whole system in a temporary folder and measures, with real envelopes that real keys have signed:

- envelopes of 200 bytes accepted and stored in one conversation, from 10 senders by socket, all of whom hear
  everything (>= 600 a second); all of them must be stored then. Its peer: the same rows written by psycopg, one
  transaction each, in the same run;
- from the moment at which an envelope should be sent until each of 100 sockets has it, at 5 a second (95 of 100
  within 50 ms). Its peer: the same bytes through a bare server of the `websockets` package;
- what 5,000 idle sockets cost the web process (<= 1 GiB). Its peer: the same bare server;
- the newest page of a conversation of 10,000 messages over HTTP: warm, and cold after PostgreSQL was killed and
  the machine's cache of files dropped, the worst of three (<= 30 ms). Its peer: the same rows by psycopg.

Load comes from a process of its own on the same machine. Numbers are of one machine at one moment: quote the ratios.
SENDERS (10), ENVELOPES (6000), LISTENERS (100), RATE_SECONDS (20), IDLE (5000) and LONG (10000) are the sizes.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

ROOT = Path(__file__).resolve().parents[1]
SENDERS = int(os.environ.get("SENDERS", "10"))
ENVELOPES = int(os.environ.get("ENVELOPES", "6000"))
LISTENERS = int(os.environ.get("LISTENERS", "100"))
RATE_SECONDS = int(os.environ.get("RATE_SECONDS", "20"))
IDLE = int(os.environ.get("IDLE", "5000"))
LONG = int(os.environ.get("LONG", "10000"))
RATE = 5

LEAST_A_SECOND = 600
MOST_DELIVERY_MS = 50
MOST_IDLE_BYTES = 1024**3
MOST_PAGE_MS = 30
COLD_STARTS = 3


@dataclass(frozen=True)
class Person:
    """A sender: how their browser is known, and their envelopes in order, each in hexadecimal digits."""

    cookie: str
    envelopes: list[str]


@dataclass(frozen=True)
class Conversation:
    """A conversation that the load talks in."""

    origin: str
    workspace: str
    thread: str
    people: list[Person]


def main() -> int:
    """Measure everything and print it; 1 when a figure misses what the design asks for."""
    sys.path.insert(0, str(ROOT))
    from bench.whole_system import whole_system

    with whole_system() as (deployment, folder):
        made = Makers(deployment.url)
        talked = made.conversation(ENVELOPES // SENDERS)
        stored = load("store", talked, folder)
        made.check_stored(talked)
        written = write_by_psycopg(deployment.var, ENVELOPES)
        delivered = load("deliver", made.conversation(RATE * RATE_SECONDS), folder)
        pages = read_long(made, deployment)
        web = str(deployment.services()["Web"]["pid"])
        idle = load("idle", made.conversation(0), folder, web)
    return report(stored, written, delivered, pages, idle)


class Makers:
    """A workspace with people who have keys, made once; conversations among them."""

    def __init__(self, origin: str) -> None:
        from comms.core.actors import Role
        from tests import factories
        from tests.threads.world import World

        self.origin = origin
        self.workspace = factories.make_workspace("figures", "Figures")
        self.people = [
            factories.make_member(
                self.workspace, f"person{n}@example.org", f"Person {n}", Role.DIPLOMAT
            )
            for n in range(SENDERS)
        ]
        self.world = World(self.workspace)
        for person in self.people:
            self.world.keys(person)
        self.cookies = [self._sign_in(person) for person in self.people]

    def _sign_in(self, person: Any) -> str:
        from tests import factories

        return f"sessionid={factories.make_session(person).session_key}"

    def conversation(self, each: int) -> Conversation:
        """A fresh one, with so many envelopes of every person, sealed beforehand."""
        thread = self.world.open(self.people[0], *self.people[1:])
        return Conversation(
            self.origin,
            self.workspace.slug,
            str(thread.id),
            [
                Person(
                    cookie, [self.world.seal(person, thread, "x" * 200).hex() for _ in range(each)]
                )
                for person, cookie in zip(self.people, self.cookies, strict=True)
            ],
        )

    def check_stored(self, talked: Conversation) -> None:
        """Raises unless every envelope of it is in the database."""
        from comms.core.tenancy import in_workspace
        from comms.threads.models import Envelope

        with in_workspace(self.workspace.id):
            count = Envelope.objects.filter(thread_id=talked.thread).count()
        if count != sum(len(person.envelopes) for person in talked.people):
            raise RuntimeError(f"only {count} envelopes are stored")


def load(what: str, conversation: Conversation, folder: Path, *more: str) -> dict[str, Any]:
    """What the load process found."""
    file = folder / f"{what}.json"
    file.write_text(json.dumps(asdict(conversation)))
    words = [sys.executable, str(ROOT / "bench/threads_load.py"), what, str(file), *more]
    sizes = {"LISTENERS": str(LISTENERS), "IDLE": str(IDLE), "RATE": str(RATE)}
    done = subprocess.run(
        words, env=os.environ | sizes, stdout=subprocess.PIPE, check=True, timeout=1800
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def write_by_psycopg(var: Path, count: int) -> float:
    """Rows a second of the same shape and size, each in a transaction of its own: no checks, nobody told."""
    import psycopg

    from comms.stack.endpoints import local_endpoints

    owner = local_endpoints(var).database_owner_url
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE bench_rows (seq bigint PRIMARY KEY, t bytea, content bytea)"
        )
        content, t = os.urandom(900), os.urandom(32)
        start = time.perf_counter()
        for seq in range(count):
            connection.execute("INSERT INTO bench_rows VALUES (%s, %s, %s)", (seq, t, content))
        return count / (time.perf_counter() - start)


def read_long(made: Makers, deployment: Any) -> dict[str, float]:
    """Milliseconds for the newest page of a long conversation: the middle of some, and the first after a cold start."""
    from comms.accounts import selectors as accounts
    from comms.threads import services
    from comms.threads.models import Thread

    person, cookie = made.people[0], made.cookies[0]
    thread = made.world.open(person)
    short: Thread = made.world.open(person)
    actor = accounts.get_actor_by_ids(user_id=person.id, workspace_id=made.workspace.id).actor
    for first in range(0, LONG, 500):
        count = min(500, LONG - first)
        services.post_envelopes(
            workspace_id=made.workspace.id,
            thread_id=thread.id,
            postings=[
                services.Posting(actor, made.world.seal(person, thread, "x" * 200))
                for _ in range(count)
            ],
        )
    address = f"/w/{made.workspace.slug}/threads/{{}}/envelopes"
    with httpx.Client(base_url=made.origin, headers={"Cookie": cookie}, timeout=60) as client:

        def ask(one: Thread) -> float:
            start = time.perf_counter()
            answer = client.get(address.format(one.id))
            took = (time.perf_counter() - start) * 1000
            answer.raise_for_status()
            return took

        rows = Rows(made.workspace.id, thread.id, short.id, deployment.var)
        warm = [ask(thread) for _ in range(50)]
        cold, cold_rows = [], []
        for _ in range(COLD_STARTS):
            start_cold(deployment)
            # The way there is warm, the conversation is not.
            for _ in range(5):
                ask(short)
            cold.append(ask(thread))
            start_cold(deployment)
            cold_rows.append(rows.read_cold())
    return {
        "warm": statistics.median(warm),
        "cold": max(cold),
        "warm_rows": rows.read_warm(),
        "cold_rows": max(cold_rows),
    }


class Rows:
    """The same 200 rows straight from PostgreSQL by psycopg: no checks, nothing packed for anybody."""

    def __init__(self, workspace: UUID, thread: UUID, short: UUID, var: Path) -> None:
        self.workspace, self.thread, self.short, self.var = workspace, thread, short, var

    def read_warm(self) -> float:
        with self._connect() as connection:
            return statistics.median(self._read(connection, self.thread) for _ in range(50))

    def read_cold(self) -> float:
        with self._connect() as connection:
            for _ in range(5):
                self._read(connection, self.short)
            return self._read(connection, self.thread)

    def _connect(self) -> Any:
        import psycopg

        from comms.stack.endpoints import local_endpoints

        connection = psycopg.connect(local_endpoints(self.var).database_url, autocommit=True)
        connection.execute(
            "SELECT set_config('comms.workspace', %s, false)", (str(self.workspace),)
        )
        return connection

    def _read(self, connection: Any, thread: UUID) -> float:
        start = time.perf_counter()
        connection.execute(
            "SELECT * FROM threads_envelope WHERE thread_id = %s ORDER BY seq DESC LIMIT 200",
            (thread,),
        ).fetchall()
        return (time.perf_counter() - start) * 1000


def start_cold(deployment: Any) -> None:
    """PostgreSQL anew, with nothing in its memory or in the machine's; returns when it answers pages."""
    from django.db import connections

    drop_files_cache()
    deployment.kill_service("PostgreSQL")
    connections.close_all()
    deadline = time.monotonic() + 30
    while httpx.get(f"{deployment.url}/readyz", timeout=30).status_code != 200:
        if time.monotonic() > deadline:
            raise RuntimeError("PostgreSQL did not come back")
        time.sleep(0.1)


def drop_files_cache() -> None:
    """Only root can; elsewhere the cold figure is of a restarted PostgreSQL alone."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        print("(the machine's cache of files stays warm: only root may drop it)", file=sys.stderr)


def report(
    stored: dict[str, Any],
    written: float,
    delivered: dict[str, Any],
    pages: dict[str, float],
    idle: dict[str, Any],
) -> int:
    """Print the figures; 1 when one misses."""
    wrong = []

    def line(what: str, value: str, beside: str, is_fine: bool) -> None:
        print(f"  {what:<58} {value:>14}   {beside}{'' if is_fine else '   MISSES'}")
        if not is_fine:
            wrong.append(what)

    rate = stored["a_second"]
    print("Conversations, everything on this machine")
    line(
        f"envelopes a second from {SENDERS} senders, all listening",
        f"{rate:,.0f}/s",
        f"goal {LEAST_A_SECOND}; psycopg alone, a transaction each: {written:,.0f}/s, "
        f"ratio {rate / written:.2f}",
        rate >= LEAST_A_SECOND,
    )
    p95 = delivered["p95_ms"]
    line(
        f"sent until heard by {LISTENERS} sockets, {RATE}/s, p95",
        f"{p95:.1f} ms",
        f"goal {MOST_DELIVERY_MS}; bare server: {delivered['bare_p95_ms']:.1f} ms, "
        f"ratio {p95 / delivered['bare_p95_ms']:.1f}; median {delivered['median_ms']:.1f} ms",
        p95 <= MOST_DELIVERY_MS,
    )
    grown = idle["bytes"]
    line(
        f"{IDLE:,} idle sockets, whole web process",
        f"{grown / 1024**2:,.0f} MiB",
        f"goal 1,024; before: {idle['before'] / 1024**2:,.0f} MiB; bare server: "
        f"{(idle['bare_bytes'] - idle['bare_before']) / 1024**2:,.0f} MiB more, ratio of what was added "
        f"{(grown - idle['before']) / (idle['bare_bytes'] - idle['bare_before']):.1f}",
        grown <= MOST_IDLE_BYTES,
    )
    for name in ("warm", "cold"):
        line(
            f"newest 200 of {LONG:,} messages over HTTP, {name}",
            f"{pages[name]:.1f} ms",
            f"goal {MOST_PAGE_MS}; its rows by psycopg: {pages[name + '_rows']:.1f} ms, "
            f"ratio {pages[name] / pages[name + '_rows']:.1f}",
            pages[name] <= MOST_PAGE_MS,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

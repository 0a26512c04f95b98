"""How fast an approved edition goes out, end to end: `make bench-campaigns`.

Starts PostgreSQL, Valkey and a Celery worker in a temporary folder and Postfix's smtp-sink beside them, all on
loopback, and measures in one run:

- the check page's work and the freeze for 100,000 recipients;
- 50,000 personalised mails of 4 KB from the schedule to the last row settled, audit trail included;
- the ceiling: Postfix's smtp-source with 10 sessions against the same sink;
- django-post-office at its best setting against the same sink;
- memory of the largest worker process; how long a pause takes.

Numbers are of one machine at one moment: quote the ratios. RECIPIENTS and PEER_MAILS shrink a run.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECIPIENTS = int(os.environ.get("RECIPIENTS", "50000"))
FROZEN = int(os.environ.get("FROZEN", "100000"))
PEER_MAILS = int(os.environ.get("PEER_MAILS", "6000"))
SOURCE_MAILS = int(os.environ.get("SOURCE_MAILS", "50000"))
MAIL_BYTES = 4096
SENDERS = int(os.environ.get("CAMPAIGN_SENDERS", "2"))


def main() -> int:
    """Run everything and print the figures; 2 when a program is missing."""
    sink, source = find("smtp-sink"), find("smtp-source")
    if sink is None or source is None:
        print("smtp-sink and smtp-source are missing: they come with Debian's package postfix")
        print("(sudo apt-get install postfix; it need not run).")
        return 2
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as folder, smtp_sink(sink) as port:
        # The embedded services run as another user when we are root, and must get in.
        Path(folder).chmod(0o755)
        os.environ |= {
            "VAR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "SMTP_PORT": str(port),
            "SMTP_HOST": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
            "CAMPAIGN_SENDERS": str(SENDERS),
            "DEFAULT_FROM_EMAIL": "Mission to the Talks <updates@example.org>",
            "PYTHONPATH": str(ROOT),
        }
        sys.path.insert(0, str(ROOT))
        from comms.stack.embedded import running

        with running(Path(folder)) as endpoints:
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--database=owner", "--verbosity=0"],
                cwd=ROOT,
                check=True,
            )
            import django

            django.setup()
            from bench import campaigns_run

            ceiling = source_rate(source, port)
            ours = campaigns_run.measure(
                recipients=RECIPIENTS, frozen=FROZEN, worker=celery_worker, mail_bytes=MAIL_BYTES
            )
            again = source_rate(source, port)
            peer = peer_rate(endpoints.database_owner_url, port)
    ceiling = max(ceiling, again)
    report(ours, ceiling, peer)
    return 0


def report(ours: dict[str, float], ceiling: float, peer: float) -> None:
    """The figures, one a line, with what the design asks for."""
    rate = ours["mails a second"]
    lines = [
        ("mails a second, end to end", f"{rate:,.0f}", "≥ 5,000"),
        ("smtp-source with 10 sessions", f"{ceiling:,.0f}", ""),
        ("ratio to that ceiling", f"{rate / ceiling:.0%}", "≥ 20 %"),
        ("django-post-office, its best setting", f"{peer:,.0f}", ""),
        ("ratio to django-post-office", f"{rate / peer:.1f}", "≥ 4"),
        (f"check page for {FROZEN:,}, s", f"{ours['check']:.2f}", ""),
        (f"freeze of {FROZEN:,}, s", f"{ours['freeze']:.2f}", "≤ 3"),
        ("bytes of a mail", f"{ours['bytes']:,.0f}", "4,096"),
        ("due to first settled mail, s", f"{ours['first']:.2f}", "≤ 5"),
        ("pause effective after, s", f"{ours['pause']:.2f}", "≤ 2"),
        ("largest worker process, MB", f"{ours['memory']:.0f}", "≤ 400"),
        ("recipients", f"{RECIPIENTS:,}", ""),
    ]
    print()
    for name, value, wanted in lines:
        print(f"{name:<38}{value:>12}   {wanted}")


def find(name: str) -> str | None:
    """A program of Postfix, which Debian puts where ordinary users don't look."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def smtp_sink(program: str) -> Iterator[int]:
    """The sink on a free port of loopback; takes everything, keeps nothing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [program, *user, f"127.0.0.1:{port}", "1000"], stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if time.monotonic() > until or process.poll() is not None:
                raise SystemExit("smtp-sink didn't start.")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def source_rate(program: str, port: int) -> float:
    """Mails a second of smtp-source with 10 sessions that stay open."""
    words = ["-d", "-s", "10", "-m", str(SOURCE_MAILS), "-l", str(MAIL_BYTES)]
    started = time.monotonic()
    subprocess.run([program, *words, f"127.0.0.1:{port}"], check=True, capture_output=True)
    return SOURCE_MAILS / (time.monotonic() - started)


@contextlib.contextmanager
def celery_worker() -> Iterator[int]:
    """A worker as the stack starts it; its process id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "config.worker", str(SENDERS + 2)],
        cwd=ROOT,
    )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def peer_rate(owner_url: str, port: int) -> float:
    """Mails a second of `send_queued_mail`, the best of one, two and four processes."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.peer_settings",
        "PEER_DATABASE_URL": owner_url,
        "PEER_SMTP_PORT": str(port),
    }
    django = [sys.executable, "-m", "django"]
    subprocess.run([*django, "migrate", "--verbosity=0"], env=environment, cwd=ROOT, check=True)
    best = 0.0
    for processes in (1, 2, 4):
        queue = [sys.executable, "-m", "bench.peer", str(PEER_MAILS), str(MAIL_BYTES)]
        subprocess.run(queue, env=environment, cwd=ROOT, check=True)
        started = time.monotonic()
        done = subprocess.run(
            [*django, "send_queued_mail", "-p", str(processes), "--log-level", "0"],
            env=environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - started
        if re.search(r"[1-9][0-9]* failed", done.stderr + done.stdout):
            raise SystemExit("django-post-office failed to send: no figure.")
        print(f"django-post-office -p {processes}: {PEER_MAILS / seconds:,.0f} mails a second")
        best = max(best, PEER_MAILS / seconds)
    return best


if __name__ == "__main__":
    raise SystemExit(main())

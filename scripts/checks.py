"""Runs every check of the project and says how long each took.

``all`` runs everything, ``verify`` leaves the browser tests out. Checks that don't depend on each
other run side by side. All of them run even if one fails; the exit code is 1 if any failed. The output
ends with pytest's own summary.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
PYTHON = str(ROOT / ".venv/bin/python")


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    cwd: Path = ROOT
    data_folder: str = ""
    """Beside the usual one of the tests, for a check that runs at the same time as another."""


@dataclass(frozen=True)
class Outcome:
    check: Check
    seconds: float
    passed: bool
    last_line: str


def node(tool: str, *arguments: str) -> list[str]:
    return [str(FRONTEND / "node_modules/.bin" / tool), *arguments]


# Lanes of checks that read the same source and write nothing shared.
LANES: list[list[Check]] = [
    [
        Check("ruff check", [PYTHON, "-m", "ruff", "check", "."]),
        Check("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Check("mypy", [PYTHON, "-m", "mypy"]),
        Check("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ],
    [
        Check("import contracts", [PYTHON, str(ROOT / ".venv/bin/lint-imports")]),
        Check("eslint", node("eslint", "--max-warnings", "0", "."), FRONTEND),
        Check("tsc", node("tsc", "--noEmit"), FRONTEND),
    ],
]
# Beside the tests of the server, which wait for something a third of their time.
VITEST = Check("vitest", node("vitest", "run"), FRONTEND)
TESTS = Check(
    "pytest",
    # One more than the two cores that it is meant for: many tests wait for a service that starts or stops. Tests
    # of a module stay together as far as possible, with the system that they share.
    [
        PYTHON,
        "-m",
        "pytest",
        "-q",
        "-n",
        "3",
        "--dist",
        "worksteal",
        "-m",
        "not browser and not chaos and not slow",
    ],
)
# Side by side: one process walks through every page, in the others the journeys share a running system.
IN_BROWSER = [PYTHON, "-m", "pytest", "-q", "-m", "browser and not chaos and not slow"]
CONVERSATIONS = [
    # Before the one whose last test looks for what they all have written.
    "tests/journeys/test_hostile_server.py",
    "tests/journeys/test_terminal.py",
    "tests/journeys/test_guests.py",
    "tests/journeys/test_messages.py",
    "tests/journeys/test_threads.py",
    "tests/journeys/test_membership.py",
    "tests/journeys/test_sending_files.py",
]
BROWSER: list[list[Check]] = [
    [Check("pages in the browser", [*IN_BROWSER, "--ignore=tests/journeys", "tests"])],
    [
        Check(
            "journeys in the browser",
            [*IN_BROWSER, *(f"--ignore={each}" for each in CONVERSATIONS), "tests/journeys"],
            data_folder="journeys",
        )
    ],
    [
        Check(
            "conversations in the browser",
            [*IN_BROWSER, *CONVERSATIONS],
            data_folder="conversations",
        )
    ],
]


def main(arguments: list[str]) -> int:
    if arguments not in (["all"], ["verify"]):
        sys.exit("usage: scripts/checks.py all|verify")
    started = time.monotonic()
    outcomes = side_by_side(LANES, "failure")
    with ThreadPoolExecutor(1) as pool:
        front_end = pool.submit(run, VITEST, "failure")
        outcomes.append(run(TESTS, "live"))
        outcomes.append(front_end.result())
    if arguments == ["all"]:
        outcomes += side_by_side(BROWSER, "end")
    return report(outcomes, time.monotonic() - started)


Show = Literal["live", "end", "failure"]
"""When a check's output is shown: as it comes, all of it at the end, or at the end of a failed one only."""


def side_by_side(lanes: list[list[Check]], show: Show) -> list[Outcome]:
    """Run the lanes at the same time, the checks of a lane one after the other."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        found = pool.map(lambda lane: [run(check, show) for check in lane], lanes)
        return [outcome for lane in found for outcome in lane]


def run(check: Check, show: Show) -> Outcome:
    """Run one check."""
    started = time.monotonic()
    process = subprocess.Popen(
        check.command,
        cwd=check.cwd,
        env=environment(check.data_folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines: list[str] = []
    assert process.stdout is not None  # noqa: S101 - asked for three lines above
    for line in process.stdout:
        lines.append(line)
        if show == "live":
            sys.stdout.write(line)
            sys.stdout.flush()
    passed = process.wait() == 0
    seconds = time.monotonic() - started
    late = show == "end" or (show == "failure" and not passed)
    said = "".join(lines) if late else ""
    verdict = "ok" if passed else "FAILED"
    sys.stdout.write(f"{said}{check.name}: {verdict} ({seconds:.1f} s)\n")
    sys.stdout.flush()
    last = next((line.strip() for line in reversed(lines) if line.strip()), "no output")
    return Outcome(check, seconds, passed, last)


def report(outcomes: list[Outcome], seconds: float) -> int:
    failed = [outcome.check.name for outcome in outcomes if not outcome.passed]
    lines = [
        "",
        f"{len(outcomes)} checks in {seconds:.0f} s: "
        + (f"failed: {', '.join(failed)}" if failed else "all passed"),
    ]
    # Last, so that whoever reads only the end sees how many tests ran.
    pytests = [TESTS, *(check for lane in BROWSER for check in lane)]
    lines += [outcome.last_line for outcome in outcomes if outcome.check in pytests]
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if failed else 0


def environment(data_folder: str) -> dict[str, str]:
    """The caller's environment, with the virtual environment's programs first (Node.js may be there)."""
    path = os.pathsep.join([str(ROOT / ".venv/bin"), os.environ.get("PATH", os.defpath)])
    found = os.environ | {"PATH": path, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    if data_folder:
        usual = Path(found.get("TEST_VAR") or ROOT / "var" / "test")
        found["TEST_VAR"] = str(usual.with_name(f"{usual.name}-{data_folder}"))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

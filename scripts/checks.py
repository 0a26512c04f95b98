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

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
PYTHON = str(ROOT / ".venv/bin/python")


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    cwd: Path = ROOT


@dataclass(frozen=True)
class Outcome:
    check: Check
    seconds: float
    passed: bool
    last_line: str


def node(tool: str, *arguments: str) -> list[str]:
    return [str(FRONTEND / "node_modules/.bin" / tool), *arguments]


# Three lanes of checks that read the same source and write nothing shared.
LANES: list[list[Check]] = [
    [
        Check("ruff check", [PYTHON, "-m", "ruff", "check", "."]),
        Check("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Check("mypy", [PYTHON, "-m", "mypy"]),
    ],
    [
        Check("import contracts", [PYTHON, str(ROOT / ".venv/bin/lint-imports")]),
        Check("eslint", node("eslint", "--max-warnings", "0", "."), FRONTEND),
        Check("tsc", node("tsc", "--noEmit"), FRONTEND),
        Check("vitest", node("vitest", "run"), FRONTEND),
        Check("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ],
]
TESTS = Check(
    "pytest",
    [PYTHON, "-m", "pytest", "-q", "-n", "2", "-m", "not browser and not chaos and not slow"],
)
# Two groups of browser tests, named in tests/journeys/conftest.py, each in a process of its own.
BROWSER = Check(
    "pytest in the browser",
    [
        *(PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"),
        *("-m", "browser and not chaos and not slow"),
    ],
)


def main(arguments: list[str]) -> int:
    if arguments not in (["all"], ["verify"]):
        sys.exit("usage: scripts/checks.py all|verify")
    started = time.monotonic()
    with ThreadPoolExecutor(len(LANES)) as lanes:
        outcomes = [outcome for lane in lanes.map(run_lane, LANES) for outcome in lane]
    outcomes.append(run(TESTS, quiet=False))
    if arguments == ["all"]:
        outcomes.append(run(BROWSER, quiet=False))
    return report(outcomes, time.monotonic() - started)


def run_lane(lane: list[Check]) -> list[Outcome]:
    return [run(check, quiet=True) for check in lane]


def run(check: Check, *, quiet: bool) -> Outcome:
    """Run one check. A quiet one shows its output only if it fails."""
    started = time.monotonic()
    process = subprocess.Popen(
        check.command,
        cwd=check.cwd,
        env=environment(),
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
        if not quiet:
            sys.stdout.write(line)
            sys.stdout.flush()
    passed = process.wait() == 0
    seconds = time.monotonic() - started
    said = "".join(lines) if quiet and not passed else ""
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
    lines += [outcome.last_line for outcome in outcomes if outcome.check in (TESTS, BROWSER)]
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if failed else 0


def environment() -> dict[str, str]:
    """The caller's environment, with the virtual environment's programs first (Node.js may be there)."""
    path = os.pathsep.join([str(ROOT / ".venv/bin"), os.environ.get("PATH", os.defpath)])
    return os.environ | {"PATH": path, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

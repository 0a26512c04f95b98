"""How fast a list comes into the directory: `make bench-imports`.

Starts PostgreSQL and Valkey in a temporary folder and does in this process what the worker does: reads a list of
ROWS (5,000) rows, checks it without writing, imports it, and imports it once more, when every row is known already.
Beside the seconds stand the rows a second and the processor's share, which other programs disturb less.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
ROWS = int(os.environ.get("ROWS", "5000"))
_T = TypeVar("_T")
COUNTRIES = ("France", "Germany", "Ireland", "Kenya", "Egypt", "Japan", "Brazil", "Canada")


def main() -> int:
    """Run everything and print the figures."""
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as folder:
        # The embedded services run as another user when we are root, and must get in.
        Path(folder).chmod(0o755)
        os.environ |= {
            "VAR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
        }
        sys.path.insert(0, str(ROOT))
        from comms.stack.embedded import running

        with running(Path(folder)):
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--database=owner", "--verbosity=0"],
                cwd=ROOT,
                check=True,
            )
            import django

            django.setup()
            measure(listed())
    return 0


def listed() -> bytes:
    """A list with a name, a country, addresses and a remark in each row; one row in fifty has a mistake."""
    lines = ["Name,Country,Email,Phone,Address,Languages,Region"]
    for number in range(ROWS):
        email = f"office{number}@mission{number % 300}.example.org" if number % 50 else "see web"
        lines.append(
            f"Embassy of Somewhere Number {number},{COUNTRIES[number % 8]},{email},"
            f'+35316{number:06d},"{number} Long Street, Dublin 4",'
            f"{'French' if number % 2 else 'English'},{'Europe' if number % 3 else 'Africa'}"
        )
    return "\n".join(lines).encode()


def measure(content: bytes) -> None:
    """Stage, check, import; then once more."""
    from comms.accounts.models import Membership, User, Workspace
    from comms.accounts.selectors import get_actor_by_ids
    from comms.core.actors import Role
    from comms.directory.services import imports

    workspace = Workspace.objects.create(slug="mission", name="Mission to the Talks")
    user = User.objects.create_user("writer@example.org", uuid.uuid4().hex, name="Writer")
    Membership.objects.create(workspace=workspace, user=user, roles=[Role.EDITOR.value])
    actor = get_actor_by_ids(user_id=user.id, workspace_id=workspace.id).actor
    for which in ("new", "known"):
        staged = timed(
            f"read and keep, {which}",
            lambda: imports.stage_import(actor=actor, filename="list.csv", content=content),
        )
        imports.save_mapping(
            actor=actor,
            import_id=staged.id,
            mapping=staged.mapping,
            purpose="updates",
            basis="public_task",
            source="Diplomatic list",
            given_at=date(2026, 3, 1),
        )
        ids = {"workspace_id": workspace.id, "import_id": staged.id}
        timed(f"check, {which}", lambda ids=ids: imports.advance_import(**ids))  # type: ignore[misc]  # mypy can't type a default in a lambda
        imports.start_import(actor=actor, import_id=staged.id)
        timed(f"import, {which}", lambda ids=ids: imports.advance_import(**ids))  # type: ignore[misc]  # as above


def timed(name: str, work: Callable[[], _T]) -> _T:
    """Do it and print how long it took."""
    processor, started = time.process_time(), time.monotonic()
    found = work()
    seconds = time.monotonic() - started
    print(
        f"{name:<24}{seconds:>8.2f} s {ROWS / seconds:>10,.0f} rows a second"
        f"{time.process_time() - processor:>8.2f} s of the processor",
        flush=True,
    )
    return found


if __name__ == "__main__":
    raise SystemExit(main())

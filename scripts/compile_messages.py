"""Compiles every translation beside its source, with Babel: no gettext tools needed.

Entries marked fuzzy are left out, as Django's own command does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = {".venv", "node_modules", "var", ".git"}


def main() -> None:
    for source in sorted(ROOT.glob("**/LC_MESSAGES/*.po")):
        if SKIPPED & set(source.relative_to(ROOT).parts):
            continue
        try:
            with source.open("rb") as file:
                catalog = read_po(file, abort_invalid=True)
        except PoFileError as error:
            sys.exit(f"{source.relative_to(ROOT)}: {error}")
        target = source.with_suffix(".mo")
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as file:
            write_mo(file, catalog)
        draft.replace(target)


if __name__ == "__main__":
    main()

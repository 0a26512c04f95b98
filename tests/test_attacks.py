"""docs/attacks.md is true: it has every attack of the design, and every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from comms.client.words import SENTENCES

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs" / "attacks.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| attack "))
]
ATTACKS = (
    "ghost member, by the server",
    "wrap to a swapped key",
    "two different epochs n",
    "rollback of epoch",
    "rollback of vault",
    "rollback of identity",
    "replayed envelope",
    "reordered envelopes",
    "dropped envelope",
    "cross-thread envelope",
    "another key behind the same record",
    "removed member with their whole state",
    "expired guest",
    "observer posting",
    "downgrade of suite",
    "downgrade of version",
    "downgrade of Argon2id",
    "unlogged identity",
    "forked identity",
    "forged identity",
    "checkpoint that doesn't extend the last",
    "commitment mismatch",
    "truncated file",
    "re-ordered file",
    "non-canonical encoding",
    "revoked session's browser",
)


def test_every_attack_of_the_design_has_its_row() -> None:
    named = [row[0] for row in ROWS]
    assert len(set(named)) == len(named)
    for attack in ATTACKS:
        assert any(name.startswith(attack) for name in named), attack


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_test_that_is_named_exists(row: list[str]) -> None:
    _attack, browser, terminal, alarm = row
    for cell, folder in ((browser, "frontend/test"), (terminal, "tests")):
        named = re.findall(r"`([^`]+)::([^`]+)`", cell)
        assert named, cell
        for path, test in named:
            text = (ROOT / folder / path).read_text()
            wanted = f"def {test}(" if path.endswith(".py") else f'"{test}"'
            assert wanted in text, (path, test)
    assert alarm in SENTENCES or alarm.startswith("none: "), alarm

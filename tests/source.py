"""Reading the product's own source."""

from __future__ import annotations

import ast
from pathlib import Path

TRIES = 20


def parsed(file: Path) -> ast.Module:
    """The syntax tree of a file.

    CPython before 3.11.9 counts the depth of a tree for all threads together (gh-106905): a server of other
    tests that imports something at the same moment makes it raise SystemError for a file that is all right.
    """
    for _ in range(TRIES):
        try:
            return ast.parse(file.read_text())
        except SystemError:
            continue
    return ast.parse(file.read_text())

"""The bounds of every page, on the demonstration's data: queries, and what the first load weighs."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from bench.product_pages import (
    MOST_BYTES,
    MOST_QUERIES,
    Browser,
    Page,
    find_pages,
    first_files,
    first_load,
)
from comms.accounts.models import Workspace
from tests.permissions.rows import Row
from tests.test_permission_matrix import ROWS

# Their fields choose a new passphrase; even there the judge comes with the first key press.
JUDGE = "strength"


def _shows(row: Row) -> bool:
    return row.everyone == 200 or (row.everyone is None and 200 in row.expected.values())


def _routes(entries: list[URLPattern | URLResolver], space: str = "") -> set[str]:
    names: set[str] = set()
    for entry in entries:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            names |= _routes(entry.url_patterns, inner)
        elif entry.name:
            names.add(f"{space}{entry.name}")
    return names


def test_every_page_is_within_its_bounds(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    """At most 20 queries and 200 kB; no page carries what judges passphrases; no route is left out."""
    call_command("demo")
    browser = Browser()
    problems: list[str] = []
    pages: list[Page] = list(find_pages(Workspace.objects.get(slug="demo"), browser))
    for page in pages:
        answer = browser.visit(page)
        if answer.queries > MOST_QUERIES:
            problems.append(f"{page.name}: {answer.queries} queries")
        if not answer.is_html:
            continue
        weight = first_load(answer.content)
        if weight > MOST_BYTES:
            problems.append(f"{page.name}: {weight} bytes")
        if any(name.startswith(f"assets/{JUDGE}-") for name in first_files(answer.content)):
            problems.append(f"{page.name}: loads what judges passphrases")
    assert not problems
    seen = {page.name for page in pages}
    # A route without a GET row that shows something redirects or takes posts only, and its rows say so.
    showing = {row.name for row in ROWS if row.method == "GET" and _shows(row)}
    silent = {row.name for row in ROWS} - showing
    missing = _routes(get_resolver().url_patterns) - seen - silent
    assert not missing, f"no page of these was opened: {sorted(missing)}"

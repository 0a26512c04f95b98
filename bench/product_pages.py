"""Every page of the product with something on it: its address, who opens it, what its first load weighs.

The pages are the GET routes of the URLconf as the permission matrix knows them, so that a new page is
measured without being named here. What an address names is taken from the demonstration where it has it;
else a workspace of its own is made, with what the matrix's row makes.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comms.accounts.demo import PEOPLE
from comms.accounts.models import User, Workspace
from comms.campaigns.models import Campaign, Edition
from comms.content.models import KeyMessage, Template
from comms.content.selectors import matrix_of
from comms.core.actors import Role
from comms.core.tenancy import in_workspace
from comms.directory.models import Audience, Stakeholder
from tests import factories
from tests.permissions.rows import Cast, Row, nothing, workspace_only
from tests.test_permission_matrix import ROWS

MOST_QUERIES = 20
MOST_BYTES = 200_000
"""Of a first load, gzipped. Fonts don't count: the text is there before them (font-display: swap)."""

_READERS = ("editor", "admin", "diplomat", "approver", "analyst")
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_ASSET = re.compile(rb'(?:href|src|content)="(/static/[^"#]+)')

# What opens and closes transactions carries no data.
_CONTROL = ("SAVEPOINT", "RELEASE ", "ROLLBACK ", "SET LOCAL", "SELECT set_config")

Found = dict[frozenset[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Page:
    """One page and who opens it; None is a visitor without an account."""

    name: str
    address: str
    reader: User | None


@dataclass(frozen=True)
class Answer:
    """What one visit gave, and how many queries it asked."""

    status: int
    is_html: bool
    content: bytes
    queries: int


class Browser:
    """Visits pages in this process, one session for each person."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}

    def adopt(self, reader: User, session: str) -> None:
        """Visit as `reader` with a session that exists already."""
        client = Client(SERVER_NAME="localhost")
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        self._clients[str(reader.pk)] = client

    def client(self, reader: User | None) -> Client:
        """The reader's client, signed in."""
        key = str(reader.pk) if reader else ""
        if key not in self._clients:
            self._clients[key] = Client(SERVER_NAME="localhost")
            if reader:
                self._clients[key].force_login(reader, backend=_BACKEND)
        return self._clients[key]

    def visit(self, page: Page) -> Answer:
        """One request, its queries counted."""
        client = self.client(page.reader)
        with CaptureQueriesContext(connection) as asked:
            response = client.get(page.address)
        queries = sum(not one["sql"].startswith(_CONTROL) for one in asked.captured_queries)
        body = b"".join(response) if response.streaming else response.content
        kind = response.headers.get("Content-Type", "")
        return Answer(response.status_code, kind.startswith("text/html"), body, queries)


def find_pages(demo: Workspace, browser: Browser) -> Iterator[Page]:
    """Every GET row of the matrix that shows somebody something, at the first address that answers 200."""
    people = {
        person.roles[0].value: User.objects.get(email=person.email) for person in reversed(PEOPLE)
    }
    with in_workspace(demo.id):
        found = _of_demo(demo, people["editor"])
    rows = [row for row in ROWS if row.method == "GET" and not row.content_type]
    for number, row in enumerate(rows):
        if row.everyone == 200 or (row.everyone is None and 200 in row.expected.values()):
            for page in _candidates(row, number, demo, people, found):
                if browser.visit(page).status == 200:
                    yield page
                    break
            else:
                raise LookupError(f"nobody sees anything at {row.name}")


def _candidates(
    row: Row, number: int, demo: Workspace, people: dict[str, User], found: Found
) -> Iterator[Page]:
    def may(reader: str) -> bool:
        return row.everyone == 200 or row.expected.get(reader) == 200

    own: dict[str, User] = {}
    if row.arguments in (workspace_only, nothing):
        choices = [{"workspace": demo.slug} if row.arguments is workspace_only else {}]
        address = ""
    else:
        cast = _cast(number)
        own = dict(cast.people)
        with in_workspace(cast.mission.id):
            arguments = row.arguments(cast)
        address = reverse(row.name, kwargs=arguments) + row.query
        choices = [
            {**given, "workspace": demo.slug}
            for given in found.get(frozenset(arguments) - {"workspace"}, [])
        ]
    for given in choices:
        for reader in filter(may, _READERS):
            yield Page(row.name, reverse(row.name, kwargs=given) + row.query, people[reader])
    if not own:
        yield Page(row.name, reverse(row.name, kwargs=choices[0]) + row.query, None)
        return
    for reader in filter(may, _READERS):
        yield Page(row.name, address, own[reader])
    yield Page(row.name, address, None)


def _of_demo(demo: Workspace, editor: User) -> Found:
    """What addresses can name, by the names of their arguments; the fullest first."""
    template = Template.objects.earliest("created_at")
    matrix = matrix_of(template)
    cell = next(iter(matrix.cells()))
    editions = Edition.objects.order_by("created_at")
    return {
        frozenset({"stakeholder_id"}): [
            {"stakeholder_id": Stakeholder.objects.filter(contact_points__channel="phone")[0].pk}
        ],
        frozenset({"audience_id"}): [{"audience_id": Audience.objects.latest("created_at").pk}],
        frozenset({"template"}): [{"template": template.pk}],
        frozenset({"template", "column", "language"}): [
            {"template": template.pk, "column": cell.column.key, "language": cell.language}
        ],
        frozenset({"message"}): [{"message": KeyMessage.objects.earliest("created_at").pk}],
        frozenset({"campaign"}): [{"campaign": Campaign.objects.earliest("created_at").pk}],
        frozenset({"edition"}): [{"edition": one.pk} for one in editions],
        frozenset({"edition", "variant"}): [
            {"edition": one.pk, "variant": variant}
            for one in editions
            for variant in one.variants.values_list("id", flat=True)[:1]
        ],
    }


def _cast(number: int) -> Cast:
    """A workspace of one row's own."""
    place = factories.make_workspace(f"bench-{number}", "Mission to the Talks")
    people = {
        role.value: factories.make_member(
            place, f"{role.value}-{number}@bench.example", f"{role.value.title()} Example", role
        )
        for role in Role
    }
    return Cast(mission=place, elsewhere=place, people=people)


def first_load(content: bytes) -> int:
    """Bytes of a page's first load, each file gzipped: HTML, sheets, icons, and scripts with their imports."""
    files = set(first_files(content))
    return len(gzip.compress(content, 6)) + sum(_weight(name) for name in files)


def first_files(content: bytes) -> list[str]:
    """The built files that a page asks for without anybody touching it, fonts and workers aside."""
    manifest = _manifest()
    by_file = {entry["file"]: key for key, entry in manifest.items()}
    files: list[str] = []
    waiting = [match.decode().removeprefix("/static/") for match in _ASSET.findall(content)]
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        files.append(name)
        entry = manifest.get(by_file.get(name, ""), {})
        waiting += [manifest[key]["file"] for key in entry.get("imports", [])]
        waiting += entry.get("css", [])
    return files


@cache
def _manifest() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(settings.FRONTEND_DIST) / "manifest.json").read_bytes())
    return read


@cache
def _weight(name: str) -> int:
    return len(gzip.compress((Path(settings.FRONTEND_DIST) / name).read_bytes(), 6))

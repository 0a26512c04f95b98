"""Every page of the product in a real browser: accessible, within its policy, and whole on a small phone.

The pages are the rows of the permission matrix, so that a new page is looked at without being named here.
`SHOTS=folder pytest tests/shell/test_every_page.py` also keeps a picture of each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.test.testcases import LiveServerThread
from django.test.utils import override_settings
from django.urls import reverse
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from comms.accounts.models import User
from comms.core.actors import Role
from comms.core.tenancy import in_workspace
from tests import factories
from tests.chromium import FLAGS, LIGHT
from tests.permissions.rows import Cast, Row
from tests.test_permission_matrix import ROWS

pytestmark = pytest.mark.browser

APPS = sorted({row.name.partition(":")[0] for row in ROWS if ":" in row.name})
# The first of these who may open a page looks at it.
READERS = ("admin", "editor", "diplomat", "approver", "analyst")


@dataclass(frozen=True)
class Look:
    """How a person sees the product."""

    name: str
    width: int
    height: int
    theme: Literal["light", "dark"]
    language: str


LOOKS = (
    Look("desk", 1280, 800, "light", "en"),
    Look("phone", 360, 740, "dark", "ar"),
)


@pytest.fixture
def db(committed: None) -> None:
    """The cast, committed: the server answers from threads of its own."""


def _team(number: int) -> Cast:
    """A workspace and people of one row's own, so that what rows make never collides."""
    place = factories.make_workspace(f"mission-{number}", "Mission to the Talks")
    people = {
        role.value: factories.make_member(
            place, f"{role.value}-{number}@example.org", f"{role.value.title()} Example", role
        )
        for role in Role
    }
    return Cast(mission=place, elsewhere=place, people=people)


class _NoStaticHandler(WSGIHandler):
    """The handler it is given, as it is: WhiteNoise serves the files, as in production."""

    def __new__(cls, application: WSGIHandler) -> WSGIHandler:  # type: ignore[misc]  # passes another object on
        return application


@pytest.fixture
def site(db: None) -> Iterator[str]:
    """The product on a port of its own, pages only."""
    server = LiveServerThread("localhost", static_handler=_NoStaticHandler)
    server.daemon = True
    # The files are looked for once, as in production, since one handler answers everything.
    with override_settings(WHITENOISE_AUTOREFRESH=False):
        server.start()
        server.is_ready.wait()
    assert server.error is None
    yield f"http://localhost:{server.port}"
    server.terminate()


def _reader(row: Row) -> str | None:
    """Who opens the page of this row; None for a visitor without an account, "" for nobody."""
    if row.method != "GET" or row.content_type:
        return ""
    for persona in READERS:
        if row.everyone is None and row.expected.get(persona) == 200:
            return persona
    return None if (row.everyone or row.expected.get("anonymous")) == 200 else ""


@cache
def _axe() -> Axe:
    return Axe()


def _matters(message: ConsoleMessage) -> bool:
    """An error of the page. What a script asks and is refused is its own business: these people have no keys."""
    # This server has no sockets either: a page that listens on one goes on asking.
    refused = ("Failed to load resource", "WebSocket connection to ")
    return message.type == "error" and not message.text.startswith(refused)


def _listen(page: Page) -> list[str]:
    """What goes wrong on the page while it is open, added as it happens."""
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text) if _matters(message) else None)
    page.on(
        "response",
        lambda got: noise.append(got.url) if "/static/" in got.url and not got.ok else None,
    )
    page.on("pageerror", lambda error: noise.append(str(error)))
    return noise


def _visit(page: Page, address: str) -> Response | None:
    """Go there. None for a file, which the browser saves instead of showing it."""
    try:
        return page.goto(address, wait_until="load")
    except PlaywrightError as error:
        if "Download is starting" in str(error):
            return None
        raise


def _problems(
    page: Page, noise: list[str], address: str, look: Look, picture: Path | None
) -> list[str]:
    """What is wrong with the page at `address`."""
    noise.clear()
    answer = _visit(page, address)
    if answer is None or "text/html" not in answer.headers.get("content-type", ""):
        # A file, or a body for scripts.
        return []
    if answer.status != 200:
        return [f"answered {answer.status}"]
    if not page.locator("#content").count():
        # A part of a page, or a document for a frame whose policy lets nothing be asked of it.
        return []
    if picture:
        page.evaluate("document.fonts.ready.then(() => true)")
        page.screenshot(path=picture, full_page=True)
    found = [f"console: {text}" for text in noise]
    # A partner's page holds all its languages, of which one is shown.
    headings = page.locator("h1:not(.partner-face[data-other] h1)").count()
    if headings != 1:
        found.append(f"{headings} first headings")
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > look.width:
        found.append(f"{width} px wide")
    frame = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
    if frame != [look.language, "rtl" if look.language == "ar" else "ltr"]:
        found.append(f"lang and dir are {frame}")
    for violation in _axe().run(page).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            nodes = [node["target"] for node in violation["nodes"][:3]]
            found.append(f"axe {violation['id']}: {nodes}")
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all pages: starting it costs more than a page."""
    with pytest.MonkeyPatch.context() as patch:
        # The driver keeps an event loop in this thread; Django's queries here have nothing to do with it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            # One page is open at a time: a process for each that comes next would cost a sixth of all this.
            flags = [*FLAGS, "--renderer-process-limit=1"]
            browser = playwright.chromium.launch(executable_path=LIGHT, args=flags)
            yield browser
            browser.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page in a fresh context that has the test's look."""
    look: Look = request.getfixturevalue("look")
    context = chromium.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme=look.theme,
        locale=look.language,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def _sign_in(context: BrowserContext, session: str | None) -> None:
    """Nothing of the last person stays but the styles and scripts, which are the same for everybody."""
    context.clear_cookies()
    if session is not None:
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session,
                    "domain": "localhost",
                    "path": "/",
                }
            ]
        )


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("app", APPS)
def test_pages_are_sound(app: str, look: Look, site: str, page: Page) -> None:
    """No serious finding of axe, no error in the console, nothing wider than the screen, one heading."""
    visits: list[tuple[str, str, str | None]] = []
    for number, row in enumerate(row for row in ROWS if row.name.partition(":")[0] == app):
        persona = _reader(row)
        if persona == "":
            continue
        team = _team(number)
        with in_workspace(team.mission.id):
            address = reverse(row.name, kwargs=row.arguments(team)) + row.query
        session = None
        if persona is not None:
            client = Client()
            client.force_login(
                team.people[persona],
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
        visits.append((f"{row.name.replace(':', '-')}-{number}", address, session))
    assert visits, f"no page of {app} answers 200 to anybody"
    User.objects.update(language=look.language)
    shots = os.environ.get("SHOTS")
    problems: dict[str, list[str]] = {}
    noise = _listen(page)
    for name, address, session in visits:
        # What the last page still asks for ends with it, before somebody else is signed in.
        page.goto("about:blank")
        _sign_in(page.context, session)
        picture = Path(shots) / f"{name}-{look.name}.png" if shots else None
        found = _problems(page, noise, site + address, look, picture)
        if found:
            problems[address] = found
    assert not problems

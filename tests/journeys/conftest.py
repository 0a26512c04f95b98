"""The whole system, started once, and a real browser on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.chromium import FLAGS, LIGHT, WHOLE
from tests.journeys.browsing import People
from tests.stack.deployment import Deployment
from tests.stack.migrated import copy_migrated

HERE = Path(__file__).parent
FIRST = "test_accounts.py"

# Passphrases take a second of processor time on purpose, several on a busy machine.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys are browser tests, and run last; of them the first run of a system comes first.

    The browser's driver keeps an event loop running in this thread, in which other tests couldn't
    start their own.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: (item.path.is_relative_to(HERE), item.path.name != FIRST))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, Debian's."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=LIGHT, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def whole_browser(browser: Browser) -> Iterator[Browser]:
    """Chromium with all that belongs to it, such as notifications."""
    chromium = browser.browser_type.launch(executable_path=WHOLE, headless=True, args=FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The running system that all journeys share: each brings a workspace and people of its own.

    It begins in a fresh data folder that nobody has set up: the journey of a first run comes first.
    """
    var = tmp_path_factory.mktemp("journeys") / "var"
    copy_migrated(var)
    deployment = Deployment(var)
    deployment.start()
    yield deployment
    deployment.stop()


@pytest.fixture(scope="session")
def demonstration(system: Deployment) -> Deployment:
    """The same, with the demonstration's workspace, people and data in it."""
    # Not by the command, which rightly refuses to mix with the accounts of the other journeys.
    make = "from comms.accounts.management.commands.demo import make; make()"
    system.run_inside(make)
    return system


@pytest.fixture(scope="session")
def harbour(system: Deployment) -> Deployment:
    """The same, with the people of the journeys on conversations."""
    system.run_inside("from tests.journeys.threads_cast import make; make()")
    return system


@pytest.fixture
def people(browser: Browser, system: Deployment) -> Iterator[People]:
    """Browsers for the people of this test. Fails afterwards if one complained of a page."""
    found = People(browser, system.url)
    yield found
    found.close()
    assert found.troubles.found == []


@pytest.fixture
def crew(people: People, harbour: Deployment) -> People:
    """Browsers on a system that knows the people."""
    assert harbour.url
    return people

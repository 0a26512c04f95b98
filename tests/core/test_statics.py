"""A build under a running server: old files are gone, new ones are there, and no page fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.test import RequestFactory
from django_vite.core.asset_loader import DjangoViteConfig
from django_vite.core.exceptions import DjangoViteAssetNotFoundError
from pytest_django import Settings

from comms.core.statics import BuiltFiles, StaticFiles

# Closing a response looks after the database's connection.
pytestmark = pytest.mark.django_db


@pytest.fixture
def dist(tmp_path: Path, settings: Settings) -> Path:
    """A built front end with one file, and a server that starts on it."""
    settings.STATICFILES_DIRS = [tmp_path]
    settings.WHITENOISE_AUTOREFRESH = False
    build(tmp_path, "old")
    return tmp_path


def build(dist: Path, name: str) -> None:
    """Throw away what was built, then write this."""
    for file in dist.rglob("*.*"):
        file.unlink()
    (dist / "assets").mkdir(exist_ok=True)
    (dist / "assets" / f"{name}.css").write_text(f".{name} {{}}")
    (dist / "manifest.json").write_text(
        json.dumps({"sheet.scss": {"file": f"assets/{name}.css", "isEntry": True}})
    )


def the_rest(_request: HttpRequest) -> HttpResponse:
    return HttpResponseNotFound("nothing here")


Fetch = Callable[[str], tuple[int, bytes]]


@pytest.fixture
def fetch(dist: Path) -> Fetch:
    server = StaticFiles(the_rest)

    def answer(name: str) -> tuple[int, bytes]:
        response = server(RequestFactory().get(f"/static/assets/{name}"))
        content = b"".join(response)
        response.close()
        return response.status_code, content

    return answer


def test_a_file_that_a_build_took_away_is_not_found(dist: Path, fetch: Fetch) -> None:
    assert fetch("old.css") == (200, b".old {}")
    build(dist, "new")
    assert fetch("old.css") == (404, b"nothing here")
    assert fetch("old.css") == (404, b"nothing here")


def test_a_file_that_a_build_brought_is_found(dist: Path, fetch: Fetch) -> None:
    assert fetch("new.css")[0] == 404
    build(dist, "new")
    assert fetch("new.css") == (200, b".new {}")


@pytest.mark.parametrize("name", ["../manifest.json", "", "%00.css", "..%2f..%2fetc/passwd"])
def test_nothing_but_files_below_the_folder_is_looked_for(fetch: Fetch, name: str) -> None:
    assert fetch(name)[0] == 404


def test_pages_name_the_new_files_and_keep_the_old_names_until_then(dist: Path) -> None:
    built = BuiltFiles(DjangoViteConfig(manifest_path=dist / "manifest.json"))
    assert built.generate_vite_asset_url("sheet.scss").endswith("/assets/old.css")
    (dist / "manifest.json").unlink()
    assert built.generate_vite_asset_url("sheet.scss").endswith("/assets/old.css")
    (dist / "manifest.json").write_text('{"half')
    assert built.generate_vite_asset_url("sheet.scss").endswith("/assets/old.css")
    build(dist, "new")
    assert built.generate_vite_asset_url("sheet.scss").endswith("/assets/new.css")
    with pytest.raises(DjangoViteAssetNotFoundError):
        built.generate_vite_asset_url("gone.ts")

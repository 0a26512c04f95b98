"""When something is wrong, the page says so in plain words, whatever else is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template.loader import get_template, render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django_vite.core.asset_loader import DjangoViteAssetLoader

from comms.core.views import failure

PAGES = ["400", "403", "403_csrf", "404", "405", "408", "413", "429", "500", "503"]


@pytest.mark.parametrize("page", PAGES)
def test_page_needs_no_context_and_no_database(page: str) -> None:
    """pytest-django refuses any query here."""
    text = get_template(f"{page}.html").render()
    assert "<h1>" in text
    assert 'href="/"' in text
    assert "<script" not in text


@pytest.mark.parametrize("page", PAGES)
def test_page_comes_out_without_a_build(
    page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a manifest the page has no dress, but its words are there."""

    class Unbuilt:
        def generate_vite_asset_url(self, path: str, **_kwargs: Any) -> str:
            from django_vite.core.exceptions import DjangoViteManifestError

            raise DjangoViteManifestError(f"no manifest in {tmp_path} for {path}")

    monkeypatch.setattr(DjangoViteAssetLoader, "instance", classmethod(lambda _cls: Unbuilt()))
    assert "<h1>" in render_to_string(f"{page}.html")


def test_crash_is_answered_without_the_database() -> None:
    request = RequestFactory().get("/")
    request.id = "0123456789abcdef"  # type: ignore[attr-defined]  # as the middleware does
    response = failure(request)
    assert response.status_code == 500
    assert b"Something went wrong on our side" in response.content
    assert b"0123456789abcdef" in response.content


def test_missing_page_says_so(db: None) -> None:
    response = Client().get("/no/such/page/")
    assert response.status_code == 404
    assert b"There is nothing here for you" in response.content
    assert response["X-Request-ID"].encode() in response.content


def test_form_from_nowhere_is_refused_in_words(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {})
    assert response.status_code == 403
    assert b"This page was open for too long" in response.content


def test_error_page_follows_the_direction_of_the_language() -> None:
    with translation.override("ar"):
        page = render_to_string("404.html")
    assert 'lang="ar" dir="rtl"' in page
    assert "/assets/rtl-" in page

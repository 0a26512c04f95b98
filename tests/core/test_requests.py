"""What every answer carries: an id, the headers that keep a browser safe, and cookies that stay put."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.test import Client
from django.urls import reverse

from comms.accounts.models import User, Workspace
from comms.core.middleware import PIECE_BYTES

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(ada: User, mission: Workspace, as_user: Callable[[User], Client]) -> dict[str, Any]:
    """Real answers of every sort."""
    member = as_user(ada)
    stranger = Client(raise_request_exception=False)
    return {
        "member's page": member.get("/w/mission/audit/"),
        "sign-in": stranger.get(reverse("account_login")),
        "not found": stranger.get("/nothing-here"),
        "api": stranger.get("/api/v1/me"),
        "health": stranger.get("/healthz"),
        "redirect": stranger.get("/w/mission/audit/"),
        "forbidden": Client(enforce_csrf_checks=True).post("/w/mission/audit/check/"),
    }


def test_every_answer_has_an_id_of_its_own(pages: dict[str, Any]) -> None:
    ids = [page["X-Request-ID"] for page in pages.values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{32}", identifier) for identifier in ids)


def test_takes_a_proxys_id_if_it_is_well_formed() -> None:
    assert (
        Client().get("/healthz", headers={"X-Request-ID": "abc-123-def"})["X-Request-ID"]
        == "abc-123-def"
    )
    for bad in ("short", "x" * 65, "with space", "with\tcontrol", "é" * 10):
        answer = Client().get("/healthz", headers={"X-Request-ID": bad})
        assert answer["X-Request-ID"] != bad


def test_id_is_forgotten_after_the_request() -> None:
    Client().get("/healthz", headers={"X-Request-ID": "abc-123-def"})
    assert "request_id" not in structlog.contextvars.get_contextvars()


def test_every_answer_keeps_browsers_safe(pages: dict[str, Any]) -> None:
    for name, page in pages.items():
        assert page["X-Content-Type-Options"] == "nosniff", name
        assert page["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert page["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert page["Referrer-Policy"] in {"no-referrer", "same-origin"}, name
        assert "no-store" in page["Cache-Control"] or "max-age=0" in page["Cache-Control"], name
        assert "microphone=()" in page["Permissions-Policy"], name


def test_every_answer_has_a_strict_policy(pages: dict[str, Any]) -> None:
    for name, page in pages.items():
        policy = {
            directive.split()[0]: directive.split()[1:]
            for directive in page["Content-Security-Policy"].split(";")
        }
        assert policy["default-src"] == ["'self'"], name
        assert set(policy["script-src"]) <= {"'self'", "'wasm-unsafe-eval'"}, name
        assert policy["style-src"] == ["'self'"], name
        assert policy["object-src"] == ["'none'"], name
        assert policy["base-uri"] == ["'none'"], name
        assert policy["frame-ancestors"] == ["'none'"], name
        assert policy["form-action"] == ["'self'"], name
        for sources in policy.values():
            assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & set(
                sources
            ), name


def test_pages_have_nothing_inline(pages: dict[str, Any]) -> None:
    for name, page in pages.items():
        text = page.content.decode()
        assert not re.search(r"<[a-z][^>]*\s(?:style|on[a-z]+)\s*=", text), name
        assert "<style" not in text, name
        for attributes in re.findall(r"<script([^>]*)>", text):
            assert "src=" in attributes or 'type="application/json"' in attributes, name
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), name


def test_cookies_stay_put(pages: dict[str, Any]) -> None:
    cookies = pages["member's page"].cookies
    session = cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert not session["domain"]
    assert cookies[settings.CSRF_COOKIE_NAME]["samesite"] == "Lax"


def test_large_files_are_sent_in_large_pieces() -> None:
    """A piece of 4 KiB each, as Django sends them, would cost more than the file."""
    built = Path(settings.STATICFILES_DIRS[0])
    largest = max(built.rglob("*.js"), key=lambda file: file.stat().st_size)
    script = Client().get(f"/static/{largest.relative_to(built)}")
    assert script.streaming
    pieces = [len(piece) for piece in script]
    assert sum(pieces) == largest.stat().st_size > PIECE_BYTES
    assert set(pieces[:-1]) == {PIECE_BYTES}


def test_refuses_unknown_hosts() -> None:
    assert Client().get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_refuses_a_post_without_its_token(ada: User, mission: Workspace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post("/w/mission/audit/check/")
    assert answer.status_code == 403
    assert "<h1" in answer.content.decode()
    # A script of the page, open since before somebody signed in again, goes on with the token that is valid now.
    fresh = {"X-CSRFToken": answer["X-CSRFToken"]}
    assert client.post("/w/mission/audit/check/", headers=fresh).status_code == 302

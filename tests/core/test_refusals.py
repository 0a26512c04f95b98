"""What is answered at the door: a page for people, a problem for programs, in the language that is asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from comms.core.refusals import refusal


def refused(status: int, path: str = "/w/a/", **headers: str) -> tuple[str, str]:
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }
    kind, content = refusal(status, scope)
    return kind, content.decode()


@pytest.mark.parametrize(("status", "words"), [(413, "too large"), (408, "too long")])
def test_people_get_a_page_that_says_it_clearly(status: int, words: str) -> None:
    kind, page = refused(status, accept="text/html")
    assert kind == "text/html; charset=utf-8"
    assert words in page
    assert "<h1" in page


def test_in_the_language_that_the_browser_asks_for_or_that_was_chosen() -> None:
    for asked in ({"accept_language": "ar,en;q=0.5"}, {"cookie": "django_language=ar"}):
        _kind, page = refused(413, **asked)
        assert 'lang="ar" dir="rtl"' in page
        assert "too large" not in page
    _kind, page = refused(413, accept_language="xx, *;q=0.1")
    assert 'lang="en" dir="ltr"' in page


@pytest.mark.parametrize(("path", "accept"), [("/api/v1/x", "*/*"), ("/w/a/", "application/json")])
@pytest.mark.parametrize(("status", "code"), [(413, "too_large"), (408, "too_slow")])
def test_programs_get_it_in_their_own_form(path: str, accept: str, status: int, code: str) -> None:
    kind, content = refused(status, path, accept=accept)
    assert kind == "application/problem+json"
    problem = json.loads(content)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:entente:problem:{code}"
    _kind, arabic = refused(status, path, accept=accept, accept_language="ar")
    assert json.loads(arabic)["detail"] != problem["detail"]

"""Bad input against the running system: each a clear sentence, nothing lost, nothing leaked.

A taken port, a folder that can't be written and a mail server that is down are in tests/stack/test_up.py and
test_production.py.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.journeys.bad_input_cast import MARK
from tests.stack.deployment import Deployment

INSIDE = ("Traceback", "Exception Value", "site-packages", "psycopg", "SELECT ")
EMPTY_CBOR = b"\x80"
CHUNK = b"x" * (1024 * 1024)


@pytest.fixture(scope="module")
def told(demonstration: Deployment) -> dict[str, Any]:
    """Two workspaces beside the demonstration's, and what their cast tells."""
    found: dict[str, Any] = tell(demonstration, "make")
    return found


@pytest.fixture
def intruder(demonstration: Deployment, told: dict[str, Any]) -> Iterator[httpx.Client]:
    """Somebody with every role in a workspace of their own, signed in."""
    with httpx.Client(
        base_url=demonstration.url,
        cookies={"sessionid": told["session"]},
        headers={"Origin": demonstration.url},
        timeout=60,
    ) as client:
        client.get("/me/").raise_for_status()
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        yield client


def tell(system: Deployment, what: str) -> Any:
    said = system.run_inside(f"from tests.journeys.bad_input_cast import {what}; {what}()")
    line = next(line for line in said.splitlines() if line.startswith(MARK))
    return json.loads(line.removeprefix(MARK))


def leaks(answer: httpx.Response, words: list[str]) -> list[str]:
    """What an answer may never hold."""
    return [word for word in (*INSIDE, *words) if word in answer.text]


def ask(intruder: httpx.Client, one: dict[str, Any], address: str) -> httpx.Response:
    """The request of a row of the matrix, at an address."""
    if one["method"] == "GET":
        return intruder.get(address, params=one["data"] or None)
    if one["method"] == "POST" and one["kind"] is None:
        return intruder.post(address, data=one["data"])
    if one["kind"] in {None, "application/json"}:
        return intruder.request(one["method"], address, json=one["data"])
    return intruder.request(
        one["method"], address, content=EMPTY_CBOR, headers={"Content-Type": one["kind"]}
    )


def elsewhere(address: str) -> str:
    """The same address with ids of nothing."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda _id: str(uuid.uuid4()), address)


def test_ids_of_another_workspace_open_nothing(
    demonstration: Deployment, intruder: httpx.Client, told: dict[str, Any]
) -> None:
    """At every route: under the other workspace's name, and with its ids under one's own."""
    wrong = []
    for one in told["addresses"]:
        answer = ask(intruder, one, one["address"])
        found = leaks(answer, told["words"])
        # Whatever answers before anything is looked up says the same of what exists nowhere.
        told_apart = answer.status_code not in {404, 405} and (
            answer.status_code not in {401, 415, 422}
            or answer.text != ask(intruder, one, elsewhere(one["address"])).text
        )
        if told_apart or found:
            wrong.append((one["name"], one["method"], one["address"], answer.status_code, found))
    assert wrong == [], "\n".join(map(str, wrong))
    # One's own pages do answer, so these refusals are of what was asked.
    assert intruder.get("/w/intruders/directory/").status_code == 200
    assert len(told["addresses"]) > 100
    assert tell(demonstration, "count") == told["counts"]


def test_pdf_that_calls_itself_a_list_is_refused(
    intruder: httpx.Client, told: dict[str, Any]
) -> None:
    answer = intruder.post(
        told["imports"], files={"file": ("list.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 a report")}
    )
    assert answer.status_code == 422
    assert "not a list in CSV but PDF" in answer.text
    assert leaks(answer, told["words"]) == []


def test_template_that_reaches_for_the_inside_is_refused(
    intruder: httpx.Client, told: dict[str, Any]
) -> None:
    """It says in which line and what may stand there; what was typed is kept."""
    before = intruder.get(told["writing"]).text
    answer = intruder.post(
        told["writing"],
        data={
            "subject": "News",
            "body": "One\n{{ ''.__class__ }}",
            "seen_version": 1,
            "source_version": 0,
            "state": "ready",
        },
    )
    assert answer.status_code == 422
    assert "Line 2: Only the name of a variable" in answer.text
    assert "{{ &#x27;&#x27;.__class__ }}" in answer.text
    assert "&lt;class" not in answer.text
    assert leaks(answer, told["words"]) == []
    assert "__class__" not in before
    assert "__class__" not in intruder.get(told["writing"]).text


def test_upload_of_200_megabytes_is_refused_and_others_are_served(
    demonstration: Deployment, intruder: httpx.Client, told: dict[str, Any]
) -> None:
    """The sentence is shown after the last byte, since a browser looks no earlier."""
    beside: list[int] = []

    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n\r\n'
        for number in range(200):
            yield CHUNK
            if number == 100:
                beside.append(httpx.get(f"{demonstration.url}/readyz", timeout=10).status_code)
        yield b"\r\n--b--\r\n"

    answer = intruder.post(
        told["imports"],
        content=body(),
        headers={"Content-Type": "multipart/form-data; boundary=b", "Accept": "text/html"},
    )
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert leaks(answer, told["words"]) == []
    assert beside == [200]
    assert demonstration.answers()

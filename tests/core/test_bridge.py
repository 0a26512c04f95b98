"""Django's WSGI handler behind an ASGI server: what a request becomes, and how an answer goes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any

import pytest

from comms.core.bridge import WsgiThreads, make_environ

Start = Callable[..., Any]


def scope(**changes: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": "/a/ü/",
        "query_string": b"q=1",
        "http_version": "1.1",
        "scheme": "https",
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.7", 4711),
        "headers": [],
        **changes,
    }


def ask(app: Callable[[dict[str, Any], Start], Iterable[bytes]], **changes: Any) -> list[Any]:
    sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(WsgiThreads(app, threads=1)(scope(**changes), BytesIO(b"body"), 4, send))
    return sent


def test_describes_the_request() -> None:
    headers = [
        (b"host", b"entente.example"),
        (b"content-type", b"text/plain"),
        (b"content-length", b"999"),
        (b"transfer-encoding", b"chunked"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"accept", b"text/html"),
        (b"accept", b"*/*"),
        (b"x_forwarded_for", b"203.0.113.1"),
    ]
    environ = make_environ(scope(headers=headers), BytesIO(b"body"), 4)
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/a/ü/"
    assert environ["QUERY_STRING"] == "q=1"
    assert environ["REMOTE_ADDR"] == "192.0.2.7"
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["CONTENT_TYPE"] == "text/plain"
    # What was read counts, not what a header says of it.
    assert environ["CONTENT_LENGTH"] == "4"
    assert "HTTP_CONTENT_LENGTH" not in environ
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_ACCEPT"] == "text/html,*/*"
    # With an underscore it would pass for the header that only a proxy may write.
    assert "HTTP_X_FORWARDED_FOR" not in environ


def test_a_whole_answer_goes_back_in_one_piece() -> None:
    closed = []

    class Answer(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        content = environ["wsgi.input"].read()
        start("201 Created", [("Content-Length", str(len(content))), ("X-Word", " yes ")])
        return Answer([content])

    head, piece = ask(app)
    assert head["status"] == 201
    assert head["headers"] == [(b"content-length", b"4"), (b"x-word", b"yes")]
    assert piece == {"type": "http.response.body", "body": b"body", "more_body": False}
    assert closed == [True]


def test_a_stream_is_sent_as_it_is_made() -> None:
    made: list[int] = []
    seen: list[int] = []

    def app(_environ: dict[str, Any], start: Start) -> Iterator[bytes]:
        start("200 OK", [])
        for number in range(3):
            made.append(number)
            yield b"x" * number

    async def run() -> list[Any]:
        sent = []

        async def send(message: Any) -> None:
            sent.append(message)
            seen.append(len(made))

        await WsgiThreads(app, threads=1)(scope(), BytesIO(), 0, send)
        return sent

    sent = asyncio.run(run())
    assert b"".join(message.get("body", b"") for message in sent) == b"xxx"
    assert [message.get("more_body") for message in sent] == [None, True, True, True, False]
    # No piece is made before the one before it was taken over.
    assert seen == [1, 1, 2, 3, 3]


def test_an_answer_without_content() -> None:
    def app(_environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("204 No Content", [])
        return []

    assert [message["type"] for message in ask(app)] == [
        "http.response.start",
        "http.response.body",
    ]


def test_what_fails_is_raised_and_closed() -> None:
    closed = []

    class Broken:
        def __iter__(self) -> Iterator[bytes]:
            raise RuntimeError("broken")

        def close(self) -> None:
            closed.append(True)

    def app(_environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        return Broken()

    with pytest.raises(RuntimeError, match="broken"):
        ask(app)
    assert closed == [True]

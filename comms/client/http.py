"""Talking to the server: cookies, the CSRF token, bounded answers, refusals as errors with a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from comms.client import clock, words
from comms.client.errors import ServerError, SignedOutError, UnreachableError, UsageError
from comms.wire.cbor import Value, decode, encode

AGENT: Final = "comms-cli/0.1"
CBOR: Final = "application/cbor"
OCTETS: Final = "application/octet-stream"
ANSWER_LIMIT: Final = 16 * 1024 * 1024
SECONDS: Final = 30.0
API: Final = "/api/v1/"

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_ACCEPT: Final = f"{CBOR}, {OCTETS}, application/json, text/plain, application/problem+json"


def origin_of(address: str) -> str:
    """scheme://host[:port] of a server's address. Raises UsageError for anything that is not safe to use."""
    parts = urlsplit(address if "//" in address else f"https://{address}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise UsageError(f"{address} is not the address of a server.")
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise UsageError("Without TLS (https) only a server on this computer is spoken to.")
    return f"{parts.scheme}://{parts.netloc}"


class Connection:
    """One server, with whatever session there is. `cookies` and `csrf` change as the server says."""

    def __init__(
        self, origin: str, cookies: Mapping[str, str] | None = None, csrf: str = ""
    ) -> None:
        self.origin = origin
        self.cookies = dict(cookies or {})
        self.csrf = csrf
        self.clock = clock.Clock()
        self._client = httpx.Client(
            base_url=origin,
            follow_redirects=False,
            timeout=SECONDS,
            # Certificates are always checked; reading them all for a server on this computer takes a while.
            verify=origin.startswith("https://"),
            headers={"User-Agent": AGENT, "Origin": origin, "Accept": _ACCEPT},
        )

    def close(self) -> None:
        self._client.close()

    @property
    def cookie_header(self) -> str:
        """The cookies as the server gets them."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        kind: str = CBOR,
        query: Any = None,
        limit: int = ANSWER_LIMIT,
        seconds: float = SECONDS,
    ) -> bytes:
        """The body of the answer. Raises ServerError, SignedOutError, UnreachableError."""
        headers = {"Cookie": self.cookie_header} if self.cookies else {}
        if method != "GET":
            headers["X-CSRFToken"] = self.csrf
        if body is not None:
            headers["Content-Type"] = kind
        asked_at = clock.local()
        try:
            with self._client.stream(
                method, path, content=body, headers=headers, params=query, timeout=seconds
            ) as answer:
                data = _bounded(answer, limit)
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"The server at {self.origin} does not answer ({type(error).__name__})."
            ) from error
        finally:
            # They are kept here, not in a jar that would send them by rules of its own.
            self._client.cookies.clear()
        self.clock.note(answer.headers.get("Date"), asked_at)
        self.cookies.update({name: value for name, value in answer.cookies.items() if value})
        if not answer.is_success:
            raise _refusal(answer.status_code, data)
        return data

    def cbor(self, method: str, path: str, value: Value | None = None, query: Any = None) -> Value:
        """Sends and gets CBOR. Raises as `send` does, WireError for an answer that is none."""
        body = None if value is None else encode(value)
        return decode(self.send(method, path, body=body, query=query), limit=ANSWER_LIMIT)

    def json(self, method: str, path: str, value: Any = None, query: Any = None) -> dict[str, Any]:
        """Sends and gets JSON. Raises as `send` does."""
        body = None if value is None else json.dumps(value).encode()
        data = self.send(method, path, body=body, kind="application/json", query=query)
        try:
            found = json.loads(data)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ServerError(200, "unexpected", "The server's answer is not what was asked for.")
        return found


def _bounded(answer: httpx.Response, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > limit:
            raise ServerError(answer.status_code, "too_large", "The server's answer is too large.")
        pieces.append(piece)
    return b"".join(pieces)


def _refusal(status: int, data: bytes) -> ServerError | SignedOutError:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    problem: dict[str, Any] = found if isinstance(found, dict) else {}
    code = str(problem.get("code") or "refused")
    errors = problem.get("errors")
    told = [
        str(one["message"]) for one in errors or () if isinstance(one, dict) and "message" in one
    ]
    sentence = " ".join(told) or str(problem.get("detail") or problem.get("title") or "")
    if status == 401:
        return SignedOutError(words.SIGN_IN_AGAIN)
    return ServerError(status, code, sentence or f"The server refused this ({status}).")

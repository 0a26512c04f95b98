"""No secret gets into a log line, whoever logs it and however."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.test import Client

from comms.core.logging import REDACTED, logging_config, redact_text

TOKEN = "entente_6yN2Wq0ZxT8bKfUeVhJ3mPaRsLdGcYi9oQ1kXzB4v7E"
KEY = "q83vEjRWeJq8ze8SNFZ4mrze+N7/vxI0VniavN7/EjQ="
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SECRETS = (TOKEN, KEY, HASH, "amina@example.org")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What would be written, in JSON; the tests' own set-up is put back."""
    root, handlers, level = (
        logging.getLogger(),
        logging.getLogger().handlers[:],
        logging.getLogger().level,
    )
    logging_config(json=True, level="INFO")
    (handler,) = (h for h in root.handlers if h not in handlers)
    written = io.StringIO()
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("secret", SECRETS)
def test_redacts_by_shape(lines: io.StringIO, secret: str) -> None:
    log, words = structlog.get_logger("tests.a"), f"said {secret}"
    log.info(words, note=f"before {secret} after", nested={"a": [secret]}, other=(secret,))
    logging.getLogger("tests").warning("said %s", secret)
    try:
        raise ValueError(f"Key (x)=({secret}) exists")
    except ValueError:
        log.exception("failed")
        logging.getLogger("tests").exception("failed")
    written = lines.getvalue()
    assert written.count("\n") >= 4
    assert secret not in written
    assert REDACTED in written


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "passphrase",
        "api_token",
        "cookie",
        "Authorization",
        "session_key",
        "csrfmiddlewaretoken",
        "recovery_code",
        "salt",
        "email",
        "sign_in_secret",
        "body",
        "seed",
    ],
)
def test_redacts_by_name(lines: io.StringIO, name: str) -> None:
    structlog.get_logger("tests.b").info("said", **{name: "short"}, nested={name: "short"})
    assert "short" not in lines.getvalue()


def test_redacts_secrets_in_addresses(lines: io.StringIO) -> None:
    logging.getLogger("tests").info("GET /join?token=abc&next=/w/&code=opensesame done")
    written = lines.getvalue()
    assert "abc" not in written
    assert "opensesame" not in written
    assert "next=/w/" in written


def test_keeps_what_helps(lines: io.StringIO) -> None:
    structlog.get_logger("tests.c").info(
        "job.done",
        task="ledger.seal",
        workspace_id="0192f5c0-7c1e-7d3a-9c57-3b1f6e0b9d11",
        status_code=200,
        path="/usr/lib/python3/site-packages/django/core/handlers/exception",
    )
    line = json.loads(lines.getvalue())
    assert line["task"] == "ledger.seal"
    assert line["workspace_id"] == "0192f5c0-7c1e-7d3a-9c57-3b1f6e0b9d11"
    assert line["status_code"] == 200
    assert line["path"].endswith("exception")
    assert (line["level"], line["logger"]) == ("info", "tests.c")


def test_names_of_tests_and_modules_are_no_secrets() -> None:
    name = "tests_test_refuses_a_value_of_another_workspace_py"
    assert redact_text(name) == name


def test_error_pages_and_their_log_hold_no_secret(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_words: object) -> None:
        passphrase = "correct horse"
        raise RuntimeError(f"{TOKEN} {len(passphrase)}")

    monkeypatch.setattr("comms.core.views._database_answers", broken)
    client = Client(raise_request_exception=False)
    response = client.get(
        "/readyz",
        {"token": "abc"},
        headers={"Authorization": f"Bearer {TOKEN}", "Cookie": "sessionid=s3cr3ts3cr3t"},
    )
    assert response.status_code == 500
    for text in (response.content.decode(), lines.getvalue()):
        assert TOKEN not in text
        assert "s3cr3ts3cr3t" not in text
        assert "correct horse" not in text
        assert "token=abc" not in text
    assert "RuntimeError" not in response.content.decode()
    assert "RuntimeError" in lines.getvalue()
    assert response["X-Request-ID"] in lines.getvalue()

"""The log's page, and the program with which outsiders watch it."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import uuid
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from comms.accounts.models import User, Workspace
from comms.core.tenancy import in_workspace
from comms.ledger.models import LogCosignature, LogWitness
from comms.ledger.services import add_witness, append_identity
from comms.wire import notes
from tests.factories import actor_of

pytestmark = pytest.mark.django_db
_SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "witness_log.py"
HOST = "https://entente.example"


def grow(count: int) -> None:
    for _ in range(count):
        append_identity(user_id=uuid.uuid4(), number=1, entry_hash=os.urandom(32))


@pytest.fixture
def program(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The witness's program, in a folder of its own, asking this server."""
    spec = importlib.util.spec_from_file_location("witness_log", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(tmp_path)

    def fetch(address: str, body: bytes | None = None) -> bytes:
        path = address.removeprefix(HOST)
        answer: Any = (
            client.get(path)
            if body is None
            else client.post(path, body, content_type="application/json")
        )
        if answer.status_code >= 400:
            raise OSError(f"status {answer.status_code}")
        content: bytes = answer.content
        return content

    monkeypatch.setattr(module, "fetch", fetch)
    return module


def test_a_witness_checks_and_cosigns(
    program: ModuleType, ada: User, mission: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    key = program.make_key("witness.example/w1")
    assert (Path("witness.key").stat().st_mode & 0o777) == 0o600
    assert str(notes.read_verifier(key)) == key
    with in_workspace(mission.id):
        add_witness(actor=actor_of(ada, mission), verifier=key)
    for size in (0, 1, 4, 5, 11):
        grow(size - program.check(HOST)[1])
        assert program.cosign(HOST) == size
    assert LogCosignature.objects.count() == 4
    with pytest.raises(FileExistsError):
        program.make_key("again.example/w1")


def test_a_witness_refuses_a_log_that_is_not_the_one_it_saw(
    program: ModuleType, settings: Settings
) -> None:
    grow(6)
    program.check(HOST)
    seen = json.loads(Path("witness.seen").read_text())
    grow(2)
    seed = base64.b64decode(settings.LOG_KEY)

    def remember(size: int, root: bytes) -> None:
        forged = notes.Checkpoint(settings.LOG_ORIGIN, size, root)
        note = notes.sign_checkpoint(forged, seed).decode()
        Path("witness.seen").write_text(json.dumps({**seen, "note": note}))

    for size, root in ((6, os.urandom(32)), (8, os.urandom(32)), (9, os.urandom(32))):
        remember(size, root)
        with pytest.raises(program.BrokenError):
            program.check(HOST)
    Path("witness.seen").write_text(json.dumps(seen))
    assert program.check(HOST)[1] == 8
    settings.LOG_KEY = base64.b64encode(os.urandom(32)).decode()
    with pytest.raises(program.BrokenError, match="another key"):
        program.check(HOST)


def test_page_shows_the_log_and_is_bounded(
    client: Client,
    ada: User,
    mission: Workspace,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    grow(3)
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    with django_assert_max_num_queries(20):
        page = client.get(f"/w/{mission.slug}/log/").content.decode()
    assert f"<dd>{3}</dd>" in page
    assert "data-log-check" in page


def test_administrator_adds_and_removes_a_witness(
    client: Client, ada: User, mission: Workspace
) -> None:
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = str(notes.witness_verifier("witness.example/w", bytes(32)))
    added = client.post(f"/w/{mission.slug}/log/witnesses/add/", {"verifier": key})
    assert added.status_code == 302
    assert key in client.get(f"/w/{mission.slug}/log/").content.decode().replace("&#x2B;", "+")
    refused = client.post(f"/w/{mission.slug}/log/witnesses/add/", {"verifier": "nonsense"})
    assert refused.status_code == 422
    assert b"nonsense" in refused.content
    witness = LogWitness.objects.get()
    client.post(f"/w/{mission.slug}/log/witnesses/{witness.id}/remove/")
    witness.refresh_from_db()
    assert witness.removed_at is not None

"""The audit trail's page: readable, filtered by its address, checked and exported."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.ledger.services import erase_details, record, seal_pending

pytestmark = pytest.mark.django_db

ADDRESS = "/w/mission/audit/"
SUBJECT = uuid.UUID("0192aaaa-0000-7000-8000-000000000001")
VERIFIER = Path(__file__).resolve().parents[2] / "scripts" / "verify_audit_export.py"

Acting = Callable[[User, Workspace], Actor]


@pytest.fixture
def trail(mission: Workspace, ada: User, dina: User, acting: Acting) -> Workspace:
    """Four sealed entries of Ada, Dina and the system."""
    with in_workspace(mission.id):
        record(
            action="accounts.renamed_workspace",
            actor=acting(ada, mission),
            details={"before": "x", "after": "<b>Talks</b>"},
        )
        record(
            action="accounts.invited_member",
            actor=acting(dina, mission),
            subject_type="invitation",
            subject_id=SUBJECT,
            details={"email": "amina@example.org", "roles": ["editor"]},
        )
        record(action="ledger.rotated_keys", details={"key": "k"})
        record(
            action="accounts.withdrew_invitation",
            actor=acting(ada, mission),
            subject_type="invitation",
            subject_id=SUBJECT,
            details={"email": "=HYPERLINK(1)"},
        )
    seal_pending(mission.id)
    return mission


@pytest.fixture
def analyst(anna: User, as_user: Callable[[User], Client]) -> Client:
    return as_user(anna)


def sentences(client: Client, query: str = "") -> list[str]:
    response = client.get(ADDRESS + query)
    assert response.status_code == 200
    return [line.sentence for line in response.context["lines"]]


def test_says_what_happened_newest_first(trail: Workspace, analyst: Client) -> None:
    response = analyst.get(ADDRESS)
    page = response.content.decode()
    assert len(response.context["lines"]) == 4
    assert "Ada Admin" in page
    assert "The system" in page
    assert "amina@example.org" in page
    assert response.context["head"].hex in page
    assert page.index("Ada Admin") < page.index("Dina Diplomat")


def test_escapes_what_people_wrote(trail: Workspace, analyst: Client) -> None:
    page = analyst.get(ADDRESS).content.decode()
    assert "<b>Talks</b>" not in page
    assert "&lt;b&gt;Talks" in page


def test_new_entries_say_that_they_are_being_sealed(trail: Workspace, analyst: Client) -> None:
    assert "Sealing…" not in analyst.get(ADDRESS).content.decode()
    with in_workspace(trail.id):
        record(action="ledger.rotated_keys")
    assert "Sealing…" in analyst.get(ADDRESS).content.decode()


def test_empty_trail_teaches(mission: Workspace, analyst: Client) -> None:
    assert "Nothing has happened yet" in analyst.get(ADDRESS).content.decode()


def test_filters_are_in_the_address(
    trail: Workspace, analyst: Client, ada: User, dina: User
) -> None:
    assert len(sentences(analyst, f"?person={ada.id}")) == 2
    assert len(sentences(analyst, f"?person={dina.id}")) == 1
    assert len(sentences(analyst, "?person=system")) == 1
    assert len(sentences(analyst, "?area=accounts.")) == 3
    assert len(sentences(analyst, "?action=accounts.invited_member")) == 1
    assert len(sentences(analyst, f"?subject={SUBJECT}")) == 2
    assert len(sentences(analyst, "?kind=invitation")) == 2
    assert len(sentences(analyst, f"?kind=invitation&person={ada.id}")) == 1
    today = timezone.localdate().isoformat()
    assert len(sentences(analyst, f"?since={today}&until={today}")) == 4
    assert sentences(analyst, "?since=2999-01-01") == []
    assert sentences(analyst, "?until=2001-01-01") == []


@pytest.mark.parametrize(
    "query",
    ["?since=x", "?person=nobody", "?area=x", "?subject=1", "?since=2026-02-02&until=2026-02-01"],
)
def test_refuses_filters_that_are_none(trail: Workspace, analyst: Client, query: str) -> None:
    response = analyst.get(ADDRESS + query)
    assert response.status_code == 422
    assert response.context["lines"] == []


def test_pages_are_stable_and_lead_both_ways(
    mission: Workspace, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_workspace(mission.id):
        made = [record(action="ledger.rotated_keys").id for _ in range(120)][::-1]
    first = analyst.get(ADDRESS)
    assert [line.entry.id for line in first.context["lines"]] == made[:50]
    assert first.context["newer"] == ""
    with in_workspace(mission.id):
        record(action="ledger.rotated_keys")
    second = analyst.get(ADDRESS, {"cursor": first.context["older"]})
    assert [line.entry.id for line in second.context["lines"]] == made[50:100]
    third = analyst.get(ADDRESS, {"cursor": second.context["older"]})
    assert [line.entry.id for line in third.context["lines"]] == made[100:]
    assert third.context["older"] == ""
    back = analyst.get(ADDRESS, {"cursor": third.context["newer"]})
    assert [line.entry.id for line in back.context["lines"]] == made[50:100]
    assert analyst.get(ADDRESS, {"cursor": "nonsense"}).status_code == 200


def test_asks_few_questions(trail: Workspace, analyst: Client) -> None:
    with in_workspace(trail.id):
        for _number in range(60):
            record(action="accounts.renamed_workspace", details={"name": "x"})
    analyst.get(ADDRESS)
    with CaptureQueriesContext(connection) as queries:
        analyst.get(ADDRESS)
    assert len(queries) <= 20


def test_checks_the_chain_in_one_sentence(trail: Workspace, analyst: Client) -> None:
    response = analyst.post(f"{ADDRESS}check/", follow=True)
    assert "The chain is intact: all 4 sealed entries" in response.content.decode()
    with in_workspace(trail.id):
        assert AuditEntry.objects.filter(action="ledger.checked_chain").exists()


def test_says_where_the_chain_is_broken(
    trail: Workspace, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comms.ledger.selectors import Head
    from comms.ledger.services import Verdict

    monkeypatch.setattr(
        "comms.accounts.views.audit.verify_chain",
        lambda *_args, **_words: Verdict(Head(2, bytes(32)), 0, "an entry is missing", 3),
    )
    page = analyst.post(f"{ADDRESS}check/", follow=True).content.decode()
    assert "The chain is broken at entry 3: an entry is missing" in page


# Export


def exported(client: Client, extension: str, query: str = "") -> bytes:
    response = client.post(f"{ADDRESS}export.{extension}{query}")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]  # a streaming response has it


def verified(content: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "audit.jsonl"
    file.write_bytes(content)
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_export_verifies_outside(
    trail: Workspace, ada: User, acting: Acting, analyst: Client, tmp_path: Path
) -> None:
    with in_workspace(trail.id):
        erase_details(actor=acting(ada, trail), subject_type="invitation", subject_id=SUBJECT)
    content = exported(analyst, "jsonl")
    result = verified(content, tmp_path)
    assert result.returncode == 0, result.stderr
    assert "4 sealed entries" in result.stdout
    assert b"amina@example.org" not in content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "accounts.forged"),
        ("at", "2026-01-01T00:00:00.000000Z"),
        ("person", "9b7c1f0e-3c5d-4f5a-8a41-0d9f5d6c2b11"),
        ("details", '{"name":"other"}'),
        ("previous", "00" * 32),
        ("seq", 9),
    ],
)
def test_changed_export_does_not_verify(
    trail: Workspace, analyst: Client, tmp_path: Path, field: str, value: Any
) -> None:
    lines = exported(analyst, "jsonl").splitlines()
    row = json.loads(lines[2])
    row[field] = value
    lines[2] = json.dumps(row).encode()
    assert verified(b"\n".join(lines) + b"\n", tmp_path).returncode == 1


def test_a_file_that_is_no_export_is_refused_in_words(tmp_path: Path) -> None:
    for content in (b"", b"name,time\n1,2\n", b"[]\n", b"\xff\xfe\x00PDF"):
        result = verified(content, tmp_path)
        assert result.returncode == 1
        assert result.stderr.startswith("Broken: th")
    (tmp_path / "audit.jsonl").unlink()
    result = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(tmp_path / "audit.jsonl")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.endswith("can't be read: No such file or directory.\n")


def test_export_without_an_entry_does_not_verify(
    trail: Workspace, analyst: Client, tmp_path: Path
) -> None:
    lines = exported(analyst, "jsonl").splitlines()
    del lines[2]
    result = verified(b"\n".join(lines) + b"\n", tmp_path)
    assert result.returncode == 1
    assert "missing" in result.stderr


def test_table_is_safe_in_a_spreadsheet(trail: Workspace, analyst: Client) -> None:
    content = exported(analyst, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["seq"] for row in rows[:4]] == ["1", "2", "3", "4"]
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell)


def test_export_keeps_the_filter_and_is_recorded(
    trail: Workspace, analyst: Client, dina: User, anna: User
) -> None:
    content = exported(analyst, "csv", f"?person={dina.id}")
    assert len(content.splitlines()) == 2
    with in_workspace(trail.id):
        entry = AuditEntry.objects.get(action="ledger.exported_trail")
        assert entry.actor_id == anna.id
        assert entry.details["filter"] == {"person": str(dina.id)}


def test_refuses_unknown_formats(trail: Workspace, analyst: Client) -> None:
    assert analyst.post(f"{ADDRESS}export.exe").status_code == 404
    assert analyst.get(f"{ADDRESS}export.csv").status_code == 405


def test_period_is_in_the_readers_zone(trail: Workspace, analyst: Client, anna: User) -> None:
    anna.time_zone = "Pacific/Kiritimati"
    anna.save()
    analyst.get(ADDRESS)
    now = timezone.now().astimezone(__import__("zoneinfo").ZoneInfo("Pacific/Kiritimati"))
    day = now.date()
    assert len(sentences(analyst, f"?since={day}&until={day}")) == 4
    before = day - dt.timedelta(days=1)
    assert sentences(analyst, f"?until={before}") == []

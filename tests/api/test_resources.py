"""What the resources give: bounded pages, nothing of another workspace, nothing that the roles don't see."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comms.accounts.models import Scope, User, Workspace
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.ledger.services import record, seal_pending
from tests import factories
from tests.api.conftest import Program
from tests.campaigns.makers import make_edition
from tests.directory.makers import make_stakeholder

pytestmark = pytest.mark.django_db

BASE = "/api/v1/workspaces/mission"


@pytest.fixture
def editor(edgar: User, program: Callable[..., Program]) -> Program:
    return program(edgar)


@pytest.fixture
def analyst(anna: User, program: Callable[..., Program]) -> Program:
    return program(anna)


@pytest.fixture
def people(edgar: User, mission: Workspace) -> list[uuid.UUID]:
    """Five stakeholders, the newest last."""
    actor = factories.actor_of(edgar, mission)
    with in_workspace(mission.id):
        return [
            make_stakeholder(
                actor, f"Embassy {n}", email=f"e{n}@example.org", region=f"R{n % 2}"
            ).id
            for n in range(5)
        ]


def items(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["items"]
    return found


# Paging, once for all lists


def test_pages_come_newest_first_and_end(editor: Program, people: list[uuid.UUID]) -> None:
    seen: list[str] = []
    query = {"limit": "2"}
    for page in range(3):
        body = editor.get(f"{BASE}/stakeholders", query).json()
        seen += [item["id"] for item in body["items"]]
        assert (body["next_cursor"] is None) == (page == 2)
        query["cursor"] = body["next_cursor"] or ""
    assert seen == [str(key) for key in reversed(people)]


def test_pages_are_stable_while_rows_arrive(
    editor: Program, people: list[uuid.UUID], edgar: User, mission: Workspace
) -> None:
    first = editor.get(f"{BASE}/stakeholders", {"limit": 2}).json()
    with in_workspace(mission.id):
        make_stakeholder(factories.actor_of(edgar, mission), "Newcomer")
    second = editor.get(f"{BASE}/stakeholders", {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in second["items"]] == [str(people[2]), str(people[1])]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "x" * 100}, "cursor"),
    ],
)
def test_refuses_pages_that_are_none(editor: Program, query: dict[str, str], field: str) -> None:
    response = editor.get(f"{BASE}/members", query)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "path",
    [
        "members",
        "stakeholders",
        "audiences",
        "templates",
        "key-messages",
        "campaigns",
        "editions",
        "threads",
    ],
)
def test_every_list_asks_few_questions(
    editor: Program, path: str, people: list[uuid.UUID], edgar: User, mission: Workspace
) -> None:
    with in_workspace(mission.id):
        make_edition(factories.actor_of(edgar, mission))
        make_edition(factories.actor_of(edgar, mission))
    editor.get(f"{BASE}/{path}")
    with CaptureQueriesContext(connection) as queries:
        items(editor.get(f"{BASE}/{path}"))
    assert len(queries) <= 20


# Stakeholders


def test_stakeholder_has_addresses_and_lawful_bases(
    editor: Program, people: list[uuid.UUID]
) -> None:
    body = editor.get(f"{BASE}/stakeholders/{people[0]}").json()
    assert body["name"] == "Embassy 0"
    assert body["contact_points"][0]["address"] == "e0@example.org"
    assert body["contact_points"][0]["suppressed"] is False
    assert body["lawful_bases"] == [
        {"purpose": "updates", "basis": "public_task", "since": "2026-01-15"}
    ]


def test_stakeholders_are_filtered(editor: Program, people: list[uuid.UUID]) -> None:
    assert len(items(editor.get(f"{BASE}/stakeholders?region=R1"))) == 2
    assert len(items(editor.get(f"{BASE}/stakeholders?region=R1&region=R0"))) == 5
    assert len(items(editor.get(f"{BASE}/stakeholders?kind=person"))) == 0
    assert len(items(editor.get(f"{BASE}/stakeholders?kind=person&kind=mission"))) == 5
    assert len(items(editor.get(f"{BASE}/stakeholders?language=fr"))) == 0
    assert len(items(editor.get(f"{BASE}/stakeholders", {"text": "e3@example.org"}))) == 1
    assert editor.get(f"{BASE}/stakeholders?kind=alien").status_code == 422


def test_stakeholder_is_added_changed_and_archived(
    editor: Program, mission: Workspace, edgar: User
) -> None:
    made = editor.send(
        "POST",
        f"{BASE}/stakeholders",
        {"kind": "person", "name": "Amina", "languages": ["ar", "en"], "time_zone": "Asia/Amman"},
    )
    assert made.status_code == 201, made.content
    address = f"{BASE}/stakeholders/{made.json()['id']}"
    changed = editor.send("PUT", address, {"kind": "person", "name": "Amina K."})
    assert changed.json()["name"] == "Amina K."
    assert changed.json()["languages"] == []
    assert editor.send("DELETE", address).status_code == 204
    assert editor.get(address).json()["archived_at"]
    assert items(editor.get(f"{BASE}/stakeholders")) == []
    with in_workspace(mission.id):
        acts = AuditEntry.objects.filter(subject_type="stakeholder").order_by("id")
        assert [entry.action for entry in acts] == [
            "directory.created_stakeholder",
            "directory.updated_stakeholder",
            "directory.archived_stakeholder",
        ]
        assert {entry.actor_id for entry in acts} == {edgar.id}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "person"}, "name"),
        ({"kind": "alien", "name": "x"}, "kind"),
        ({"kind": "person", "name": "x" * 400}, "name"),
        ({"kind": "person", "name": "x", "country": "ZZ"}, "country"),
        ({"kind": "person", "name": "x", "languages": ["klingon!"]}, "languages"),
        ({"kind": "person", "name": "x", "languages": ["a"] * 9}, "languages"),
        ({"kind": "person", "name": "x", "time_zone": "Moon/Base"}, "time_zone"),
        ({"kind": "person", "name": ["x"]}, "name"),
    ],
)
def test_refuses_details_and_names_the_field(
    editor: Program, mission: Workspace, body: dict[str, Any], field: str
) -> None:
    response = editor.send("POST", f"{BASE}/stakeholders", body)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["field"] == field
    with in_workspace(mission.id):
        assert not AuditEntry.objects.filter(action="directory.created_stakeholder").exists()


def test_refuses_to_write_without_the_role(analyst: Program, people: list[uuid.UUID]) -> None:
    body = {"kind": "person", "name": "x"}
    assert analyst.send("POST", f"{BASE}/stakeholders", body).status_code == 403
    assert analyst.send("PUT", f"{BASE}/stakeholders/{people[0]}", body).status_code == 403
    assert analyst.send("DELETE", f"{BASE}/stakeholders/{people[0]}").status_code == 403


def test_refuses_to_write_with_a_reading_scope(
    edgar: User, program: Callable[..., Program], mission: Workspace
) -> None:
    reader = program(edgar, Scope.DIRECTORY_READ)
    assert reader.get(f"{BASE}/stakeholders").status_code == 200
    body = {"kind": "person", "name": "x"}
    assert reader.send("POST", f"{BASE}/stakeholders", body).status_code == 403


def test_a_failed_write_leaves_nothing(
    editor: Program, mission: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction of a method is rolled back by whatever goes wrong in it."""
    monkeypatch.setattr(
        "comms.directory.api.stakeholders.selectors.get_stakeholder",
        lambda *_words: 1 / 0,
    )
    response = editor.send("POST", f"{BASE}/stakeholders", {"kind": "person", "name": "x"})
    assert response.status_code == 500
    assert response.json()["code"] == "failure"
    assert "division" not in response.content.decode()
    monkeypatch.undo()
    assert items(editor.get(f"{BASE}/stakeholders")) == []


# What else there is


def test_audiences_tell_their_size(
    editor: Program, people: list[uuid.UUID], edgar: User, mission: Workspace
) -> None:
    with in_workspace(mission.id):
        make_edition(factories.actor_of(edgar, mission))
    (audience,) = items(editor.get(f"{BASE}/audiences"))
    assert audience["size"] == 5
    assert editor.get(f"{BASE}/audiences/{audience['id']}").json() == audience


def test_templates_tell_the_state_of_each_text(
    editor: Program, edgar: User, mission: Workspace
) -> None:
    with in_workspace(mission.id):
        make_edition(factories.actor_of(edgar, mission))
    (template,) = items(editor.get(f"{BASE}/templates"))
    assert (template["ready"], template["total"]) == (2, 2)
    assert [(text["language"], text["state"]) for text in template["texts"]] == [
        ("en", "ready"),
        ("ar", "ready"),
    ]


def test_editions_tell_how_far_they_are(editor: Program, edgar: User, mission: Workspace) -> None:
    with in_workspace(mission.id):
        edition = make_edition(factories.actor_of(edgar, mission))
    (listed,) = items(editor.get(f"{BASE}/editions?state=draft"))
    assert listed["id"] == str(edition.id)
    assert items(editor.get(f"{BASE}/editions?state=sending&state=paused")) == []
    body = editor.get(f"{BASE}/editions/{edition.id}").json()
    assert body["progress"]["total"] == 0
    assert body["progress"]["counts"]["sent"] == 0
    assert items(editor.get(f"{BASE}/editions/{edition.id}/deliveries")) == []
    (campaign,) = items(editor.get(f"{BASE}/campaigns"))
    assert campaign["editions"] == 1
    assert items(editor.get(f"{BASE}/editions?campaign={uuid.uuid4()}")) == []


def test_threads_are_the_callers_own(editor: Program) -> None:
    assert editor.get(f"{BASE}/threads").json() == {"items": [], "next_cursor": None}
    assert editor.get(f"{BASE}/threads?cursor=x").status_code == 422


def test_audit_entries_verify_from_the_api_alone(analyst: Program, mission: Workspace) -> None:
    from scripts.verify_audit_export import check_details, hash_of_entry

    with in_workspace(mission.id):
        for number in range(3):
            record(action="accounts.renamed_workspace", details={"before": "a", "after": number})
    seal_pending(mission.id)
    entries = items(analyst.get(f"{BASE}/audit-entries"))
    assert [entry["seq"] for entry in entries[:1]] == [len(entries)]
    for entry in entries:
        check_details(entry)
        assert hash_of_entry(str(mission.id), entry) == entry["hash"]
    head = analyst.get(f"{BASE}/audit-head").json()
    assert head == {"seq": entries[0]["seq"], "hash": entries[0]["hash"]}
    assert len(items(analyst.get(f"{BASE}/audit-entries?action=accounts.renamed_workspace"))) == 3
    assert analyst.get(f"{BASE}/audit-entries?action=%00").status_code == 422


# Nothing of another workspace


def test_refuses_ids_of_another_workspace(
    oscar: User, elsewhere: Workspace, editor: Program
) -> None:
    actor = factories.actor_of(oscar, elsewhere)
    with in_workspace(elsewhere.id):
        stakeholder = make_stakeholder(actor)
        edition = make_edition(actor)
        audience = edition.audiences.get().audience_id
    for path in (
        f"stakeholders/{stakeholder.id}",
        f"audiences/{audience}",
        f"editions/{edition.id}",
        f"editions/{edition.id}/deliveries",
    ):
        response = editor.get(f"{BASE}/{path}")
        assert response.status_code == 404, path
        assert response.json()["code"] == "not_found"
    body = {"kind": "person", "name": "x"}
    assert editor.send("PUT", f"{BASE}/stakeholders/{stakeholder.id}", body).status_code == 404
    assert editor.send("DELETE", f"{BASE}/stakeholders/{stakeholder.id}").status_code == 404


# Errors, whatever they come from


def test_unknown_addresses_answer_with_a_problem(editor: Program) -> None:
    for address in ("/api/v1/nothing", "/api/v2/", "/api/", f"{BASE}/stakeholders/1"):
        for method in ("GET", "POST"):
            response = editor.send(method, address)
            assert response.status_code == 404, address
            assert response["Content-Type"] == "application/problem+json"
            assert response.json()["status"] == 404


def test_malformed_bodies_answer_with_a_problem(editor: Program) -> None:
    address = f"{BASE}/stakeholders"
    broken = editor.post(address, "{", content_type="application/json")
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed")
    foreign = editor.post(address, "a=b", content_type="application/x-www-form-urlencoded")
    assert (foreign.status_code, foreign.json()["code"]) == (415, "unsupported_media_type")
    wanted = editor.get(address, headers={"Accept": "text/csv"})
    assert (wanted.status_code, wanted.json()["code"]) == (406, "not_acceptable")
    array = editor.send("POST", address, [1])
    assert array.status_code == 422


def test_answers_are_never_cached(editor: Program, ada: User) -> None:
    assert editor.get("/api/v1/me")["Cache-Control"] == "no-store"
    assert Client().get("/api/v1/me")["Cache-Control"] == "no-store"

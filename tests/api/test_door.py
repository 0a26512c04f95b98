"""Who gets into the API, how far, and what they are told when not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from comms.accounts.models import ApiToken, Membership, Scope, User, Workspace
from comms.accounts.services import create_token, revoke_token
from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from tests import factories
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db

MEMBERS = "/api/v1/workspaces/mission/members"
ME = "/api/v1/me"


def a_month() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=30)


def test_token_opens_its_workspace(ada: User, program: Callable[..., Program]) -> None:
    response = program(ada, Scope.MEMBERS_READ).get(MEMBERS)
    assert response.status_code == 200
    assert response.json()["items"][0]["name"] == "Ada Admin"


def test_session_opens_it_too(ada: User, as_user: Callable[[User], Client]) -> None:
    assert as_user(ada).get(MEMBERS).status_code == 200
    body = as_user(ada).get(ME).json()
    assert body["scopes"] is None
    assert [place["slug"] for place in body["workspaces"]] == ["mission"]


def test_token_knows_only_its_workspace(
    ada: User, elsewhere: Workspace, program: Callable[..., Program]
) -> None:
    Membership.objects.create(workspace=elsewhere, user=ada, roles=["admin"])
    body = program(ada, Scope.MEMBERS_READ).get(ME).json()
    assert [place["slug"] for place in body["workspaces"]] == ["mission"]
    assert body["scopes"] == ["members:read"]


def test_token_is_kept_only_as_its_hash(ada: User, mission: Workspace) -> None:
    token, text = create_token(
        actor=factories.actor_of(ada, mission),
        name="x",
        scopes=[Scope.AUDIT_READ],
        expires_at=a_month(),
    )
    stored = ApiToken.objects.filter(id=token.id).values().get()
    assert len(text) >= 50
    assert text.startswith(stored["prefix"])
    assert all(text not in str(value) for value in stored.values())
    with in_workspace(mission.id):
        entry = AuditEntry.objects.get(action="accounts.created_api_token")
        assert text not in str(entry.details)


def test_last_use_is_kept_as_a_date(ada: User, program: Callable[..., Program]) -> None:
    caller = program(ada)
    caller.get(ME)
    assert ApiToken.objects.get().last_used_on == timezone.now().date()


# Refusals


def test_refuses_strangers() -> None:
    response = Client().get(MEMBERS)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "header", ["Bearer entente_wrong", "Bearer ", "Bearer " + "x" * 5000, "bearer entente_ü"]
)
def test_refuses_unknown_tokens(mission: Workspace, header: str) -> None:
    client = Client(raise_request_exception=False)
    response = client.get(MEMBERS, headers={"Authorization": header.encode().decode("latin-1")})
    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"


def test_refuses_a_token_for_another_workspace(
    ada: User, elsewhere: Workspace, program: Callable[..., Program]
) -> None:
    Membership.objects.create(workspace=elsewhere, user=ada, roles=["admin"])
    response = program(ada).get("/api/v1/workspaces/elsewhere/members")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_refuses_outsiders(
    oscar: User, mission: Workspace, as_user: Callable[[User], Client]
) -> None:
    assert as_user(oscar).get(MEMBERS).status_code == 404


def test_refuses_without_the_scope(ada: User, program: Callable[..., Program]) -> None:
    response = program(ada, Scope.DIRECTORY_READ).get(MEMBERS)
    assert response.status_code == 403
    assert "members:read" in response.json()["detail"]


def test_refuses_when_the_maker_lost_the_role(
    ada: User, petra: User, program: Callable[..., Program]
) -> None:
    caller = program(ada, Scope.AUDIT_READ)
    address = "/api/v1/workspaces/mission/audit-entries"
    assert caller.get(address).status_code == 200
    Membership.objects.filter(user=ada).update(roles=["editor"])
    assert caller.get(address).status_code == 403


def test_refuses_when_the_maker_left(ada: User, program: Callable[..., Program]) -> None:
    caller = program(ada)
    Membership.objects.filter(user=ada).delete()
    assert caller.get(MEMBERS).status_code == 401


def test_refuses_when_the_maker_is_blocked(ada: User, program: Callable[..., Program]) -> None:
    caller = program(ada)
    User.objects.filter(id=ada.id).update(is_active=False)
    assert caller.get(MEMBERS).status_code == 401


def test_refuses_revoked_tokens(
    ada: User,
    mission: Workspace,
    acting: Callable[[User, Workspace], Actor],
    program: Callable[..., Program],
) -> None:
    caller = program(ada)
    revoke_token(actor=acting(ada, mission), token_id=ApiToken.objects.get().id)
    assert caller.get(MEMBERS).status_code == 401


def test_refuses_expired_tokens(ada: User, program: Callable[..., Program]) -> None:
    caller = program(ada)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert caller.get(MEMBERS).status_code == 401


def test_refuses_posts_of_a_session_without_csrf_token(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.post(ME, {}, content_type="application/json")
    assert response.status_code == 403
    assert response.json()["code"] == "forbidden"


def test_refuses_too_many_calls(
    ada: User, program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comms.accounts.api.door.CallerThrottle.rate", "2/min")
    one, two = program(ada), program(ada)
    assert [one.get(ME).status_code for _ in range(3)] == [200, 200, 429]
    refused = one.get(ME)
    assert int(refused["Retry-After"]) > 0
    assert refused.json()["code"] == "rate_limited"
    assert two.get(ME).status_code == 200


def test_refuses_other_methods(ada: User, program: Callable[..., Program]) -> None:
    response = program(ada).send("DELETE", MEMBERS)
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"


def test_token_needs_a_scope_and_an_expiry_within_a_year(ada: User, mission: Workspace) -> None:
    actor = factories.actor_of(ada, mission)
    with pytest.raises(InvalidError):
        create_token(actor=actor, name="x", scopes=[], expires_at=a_month())
    for days in (-1, 400):
        with pytest.raises(InvalidError):
            create_token(
                actor=actor,
                name="x",
                scopes=[Scope.AUDIT_READ],
                expires_at=timezone.now() + dt.timedelta(days=days),
            )


def test_refuses_more_tokens_than_anyone_needs(
    ada: User, mission: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comms.accounts.services.tokens.MOST_PER_PERSON", 1)
    actor = factories.actor_of(ada, mission)
    create_token(actor=actor, name="x", scopes=[Scope.AUDIT_READ], expires_at=a_month())
    with pytest.raises(ConflictError):
        create_token(actor=actor, name="y", scopes=[Scope.AUDIT_READ], expires_at=a_month())


def test_others_tokens_are_the_administrators_business_only(
    ada: User, dina: User, edgar: User, mission: Workspace, program: Callable[..., Program]
) -> None:
    program(dina)
    token = ApiToken.objects.get()
    with pytest.raises(NotFoundError):
        revoke_token(actor=factories.actor_of(edgar, mission), token_id=token.id)
    revoke_token(actor=factories.actor_of(ada, mission), token_id=token.id)
    token.refresh_from_db()
    assert token.revoked_at is not None

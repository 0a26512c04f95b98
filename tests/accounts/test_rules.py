"""Rules for signing in: a second step for some roles, how long browsers stay signed in, how long invitations last."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.utils import timezone

from comms.accounts import selectors, services
from comms.accounts.models import Membership, Scope, User, Workspace
from comms.core.actors import Actor, Role
from comms.core.errors import ForbiddenError, InvalidError, SecondStepNeededError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.ledger.sentences import sentence_of
from tests.factories import actor_of

AsUser = Callable[[User], Client]
RULES = services.Rules(
    second_step_roles=[Role.DIPLOMAT], idle_minutes=10, session_hours=8, invitation_days=2
)


@pytest.fixture
def admin(ada: User, mission: Workspace) -> Actor:
    """The administrator at work."""
    return actor_of(ada, mission)


def _add_app(user: User) -> Authenticator:
    added: Authenticator = Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={}
    )
    return added


def test_page_saves_the_rules_and_the_trail_says_each(
    as_user: AsUser, ada: User, mission: Workspace
) -> None:
    """One entry for each rule that changed, none for the others."""
    page = f"/w/{mission.slug}/settings/rules/"
    sent = {
        "second_step_roles": ["diplomat", "approver"],
        "idle_minutes": 30,
        "session_hours": 336,
        "invitation_days": 7,
    }
    assert as_user(ada).post(page, sent).headers["Location"] == f"/w/{mission.slug}/settings/"
    mission.refresh_from_db()
    assert (mission.second_step_roles, mission.idle_minutes) == (["approver", "diplomat"], 30)
    with in_workspace(mission.id):
        entries = list(AuditEntry.objects.all())
        said = sorted(sentence_of(entry) for entry in entries)
    assert said == [
        "changed who needs a second step to sign in to: Approver, Diplomat",
        "set the minutes until an idle browser is signed out to 30",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("idle_minutes", 4),
        ("idle_minutes", 721),
        ("session_hours", 0),
        ("session_hours", 337),
        ("invitation_days", 0),
        ("invitation_days", 31),
    ],
)
def test_refuses_numbers_out_of_bounds(
    field: str, value: int, admin: Actor, as_user: AsUser, ada: User, mission: Workspace
) -> None:
    """The service and the page name the field; nothing is saved."""
    with pytest.raises(InvalidError) as refused:
        services.change_rules(actor=admin, rules=replace(RULES, **{field: value}))  # type: ignore[arg-type]  # one of the numbers
    assert refused.value.field == field
    sent = {"idle_minutes": 30, "session_hours": 8, "invitation_days": 7, field: value}
    answer = as_user(ada).post(f"/w/{mission.slug}/settings/rules/", sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    mission.refresh_from_db()
    assert (mission.idle_minutes, mission.session_hours, mission.invitation_days) == (720, 336, 7)


@pytest.mark.parametrize("name", ["dina", "edgar", "petra", "anna"])
def test_refuses_everyone_but_administrators(
    name: str, request: pytest.FixtureRequest, mission: Workspace
) -> None:
    """Whoever is bound by the rules does not loosen them."""
    with pytest.raises(ForbiddenError):
        services.change_rules(actor=actor_of(request.getfixturevalue(name), mission), rules=RULES)


def test_member_without_a_second_step_is_led_to_add_one(
    admin: Actor, as_user: AsUser, dina: User, mission: Workspace
) -> None:
    """Before anything of the workspace opens; what adds one stays open, and afterwards all does."""
    client = as_user(dina)
    assert client.get(f"/w/{mission.slug}/").status_code == 200
    services.change_rules(actor=admin, rules=RULES)
    for path in ("", "threads/", "directory/", "settings/", "audit/"):
        answer = client.get(f"/w/{mission.slug}/{path}")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/me/second-step/")
    page = client.get("/me/second-step/").content.decode()
    assert mission.name in page
    assert "/accounts/app/add/" in page
    assert client.get("/me/security/").status_code == 200
    _add_app(dina)
    assert client.get(f"/w/{mission.slug}/").status_code == 200
    assert client.get("/me/second-step/").headers["Location"] == "/"


def test_script_is_told_in_a_sentence(
    admin: Actor, as_user: AsUser, dina: User, mission: Workspace
) -> None:
    """A script follows no redirect."""
    services.change_rules(actor=admin, rules=RULES)
    client = as_user(dina)
    answer = client.get(f"/w/{mission.slug}/identities/", headers={"accept": "application/cbor"})
    assert answer.status_code == 403
    assert "second step" in answer.json()["title"]
    part = client.get(f"/w/{mission.slug}/palette/", headers={"hx-request": "true"})
    assert part.headers["HX-Redirect"] == "/me/second-step/"


def test_roles_that_are_not_named_need_none(
    admin: Actor, as_user: AsUser, ada: User, mission: Workspace
) -> None:
    """And backup codes alone are no second step."""
    services.change_rules(actor=admin, rules=RULES)
    assert as_user(ada).get(f"/w/{mission.slug}/").status_code == 200


def test_backup_codes_alone_are_no_second_step(
    admin: Actor, dina: User, mission: Workspace
) -> None:
    """They stand in for one, so there must be one."""
    services.change_rules(actor=admin, rules=RULES)
    Authenticator.objects.create(user=dina, type=Authenticator.Type.RECOVERY_CODES, data={})
    with pytest.raises(SecondStepNeededError):
        selectors.get_actor(user_id=dina.id, slug=mission.slug)


def test_other_workspaces_stay_open(
    admin: Actor, as_user: AsUser, dina: User, elsewhere: Workspace
) -> None:
    """The rule belongs to the workspace that set it."""
    Membership.objects.create(workspace=elsewhere, user=dina, roles=[Role.DIPLOMAT])
    services.change_rules(actor=admin, rules=RULES)
    assert as_user(dina).get(f"/w/{elsewhere.slug}/").status_code == 200


def test_token_of_a_member_without_a_second_step_rests(
    admin: Actor, dina: User, mission: Workspace
) -> None:
    """A program is no way around the rule."""
    _token, text = services.create_token(
        actor=actor_of(dina, mission),
        name="Reader",
        scopes=[Scope.MEMBERS_READ],
        expires_at=timezone.now() + timedelta(days=1),
    )
    assert services.find_caller(text) is not None
    services.change_rules(actor=admin, rules=RULES)
    assert services.find_caller(text) is None
    _add_app(dina)
    assert services.find_caller(text) is not None


def test_idle_browser_is_signed_out_by_the_strictest_rule(
    admin: Actor, as_user: AsUser, ada: User, oscar: User, mission: Workspace
) -> None:
    """Visits keep it; a pause of eleven minutes ends it, and nobody else's."""
    services.change_rules(actor=admin, rules=RULES)
    with time_machine.travel(time.time(), tick=False) as traveller:
        client, other = as_user(ada), as_user(oscar)
        for _visit in range(4):
            traveller.shift(timedelta(minutes=8))
            assert client.get("/me/").status_code == 200
        assert other.get("/me/").status_code == 200
        traveller.shift(timedelta(minutes=11))
        assert client.get("/me/").status_code == 302
        assert other.get("/me/").status_code == 200


def test_busy_browser_is_signed_out_after_the_hours(
    admin: Actor, as_user: AsUser, ada: User
) -> None:
    """However much it is used; a rule that came later holds too."""
    with time_machine.travel(time.time(), tick=False) as traveller:
        client = as_user(ada)
        assert client.get("/me/").status_code == 200
        services.change_rules(actor=admin, rules=replace(RULES, idle_minutes=720))
        traveller.shift(timedelta(hours=7))
        assert client.get("/me/").status_code == 200
        traveller.shift(timedelta(hours=1, minutes=1))
        assert client.get("/me/").status_code == 302


def test_page_tells_the_browser_when_to_lock(admin: Actor, as_user: AsUser, ada: User) -> None:
    """The script that locks the keys reads it."""
    services.change_rules(actor=admin, rules=RULES)
    page = as_user(ada).get("/me/vault/").content.decode()
    assert '<meta name="idle-minutes" content="10">' in page


def test_invitation_lasts_as_long_as_the_rule_says(
    admin: Actor, as_user: AsUser, ada: User, mission: Workspace
) -> None:
    """The link, the page and the mail agree."""
    services.change_rules(actor=admin, rules=RULES)
    client = as_user(ada)
    assert (
        "for 2 days" in client.get(f"/w/{mission.slug}/settings/members/invite/").content.decode()
    )
    client.post(
        f"/w/{mission.slug}/settings/members/invite/",
        {"email": "new@example.org", "roles": ["editor"]},
    )
    invitation = mission.invitations.get()
    left = invitation.expires_at - timezone.now()
    assert timedelta(days=1, hours=23) < left <= timedelta(days=2)
    assert "for 2 days" in str(mail.outbox[-1].body)

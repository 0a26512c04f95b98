"""Invitations: one link, one address, one use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from comms.accounts import selectors, services
from comms.accounts.models import Invitation, Membership, User, Workspace
from comms.core.actors import Actor, Role
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from tests.accounts.browser import make_person
from tests.factories import actor_of


@pytest.fixture
def admin(ada: User, mission: Workspace) -> Actor:
    """The administrator at work."""
    return actor_of(ada, mission)


def _invite(admin: Actor, email: str = "new@example.org") -> tuple[Invitation, str]:
    return services.create_invitation(actor=admin, email=email, roles=[Role.EDITOR, Role.ANALYST])


def _join(invitation: Invitation) -> tuple[User, Workspace]:
    return services.join_with_new_account(
        invitation_id=invitation.id,
        name="Noor New",
        language="ar",
        time_zone="Asia/Beirut",
        keys=make_person(invitation.account_id).keys,
    )


def test_new_person_joins_with_the_offered_roles(admin: Actor, mission: Workspace) -> None:
    """The link makes an account for exactly that address, in exactly those roles."""
    _invitation, token = _invite(admin, "New@Example.org ")
    person, workspace = _join(services.redeem_invitation(token))
    assert workspace == mission
    assert (person.email, person.language, person.time_zone) == (
        "new@example.org",
        "ar",
        "Asia/Beirut",
    )
    assert Membership.objects.get(user=person).roles == ["editor", "analyst"]
    with in_workspace(mission.id):
        acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert acts == {"accounts.invited_member", "accounts.joined_workspace"}


def test_person_with_an_account_joins_by_signing_in(admin: Actor, oscar: User) -> None:
    """Nobody needs a second account."""
    invitation, _token = _invite(admin, oscar.email)
    workspace = services.accept_invitation(person=oscar, invitation_id=invitation.id)
    assert {one.slug for one in selectors.list_workspaces_of(oscar.id)} == {
        "elsewhere",
        workspace.slug,
    }


def test_refuses_used_invitation(admin: Actor) -> None:
    """A link works once."""
    invitation, token = _invite(admin)
    _join(invitation)
    with pytest.raises(NotFoundError):
        services.redeem_invitation(token)
    with pytest.raises(NotFoundError):
        _join(invitation)


def test_refuses_expired_invitation(admin: Actor) -> None:
    """After a week it opens nothing, also for somebody who had opened it before."""
    invitation, token = _invite(admin)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFoundError):
        services.redeem_invitation(token)
    with pytest.raises(NotFoundError):
        _join(invitation)
    with pytest.raises(NotFoundError):
        selectors.get_open_invitation(invitation.id)


def test_refuses_withdrawn_invitation(admin: Actor) -> None:
    """What an administrator takes back is gone."""
    invitation, token = _invite(admin)
    services.withdraw_invitation(actor=admin, invitation_id=invitation.id)
    with pytest.raises(NotFoundError):
        services.redeem_invitation(token)


def test_second_invitation_replaces_the_first(admin: Actor) -> None:
    """At most one open link for each address."""
    _first, old = _invite(admin)
    second, new = _invite(admin)
    assert services.redeem_invitation(new) == second
    with pytest.raises(NotFoundError):
        services.redeem_invitation(old)


def test_refuses_another_persons_invitation(admin: Actor, oscar: User) -> None:
    """An invitation is bound to its address."""
    invitation, _token = _invite(admin)
    with pytest.raises(ForbiddenError):
        services.accept_invitation(person=oscar, invitation_id=invitation.id)


def test_refuses_a_second_account_for_an_address(admin: Actor, oscar: User) -> None:
    """Somebody with an account signs in instead."""
    invitation, _token = _invite(admin, oscar.email)
    with pytest.raises(ConflictError):
        _join(invitation)


def test_refuses_inviting_a_member(admin: Actor, dina: User) -> None:
    """Roles are changed, not invited."""
    with pytest.raises(ConflictError):
        _invite(admin, dina.email)


def test_refuses_invitation_without_role(admin: Actor) -> None:
    """A member without a role could do nothing."""
    with pytest.raises(InvalidError):
        services.create_invitation(actor=admin, email="new@example.org", roles=[])


def test_refuses_inviting_without_being_administrator(dina: User, mission: Workspace) -> None:
    """Diplomats invite nobody."""
    with pytest.raises(ForbiddenError):
        _invite(actor_of(dina, mission))


def test_refuses_withdrawing_another_workspaces_invitation(
    admin: Actor, oscar: User, elsewhere: Workspace
) -> None:
    """Whose invitation it is can't even be learned."""
    invitation, _token = _invite(admin)
    with pytest.raises(NotFoundError):
        services.withdraw_invitation(actor=actor_of(oscar, elsewhere), invitation_id=invitation.id)


def test_link_is_mailed_and_shown_once(as_client: Client, mission: Workspace) -> None:
    """The same link in the mail and on the page; the list shows none."""
    page = as_client.post(
        f"/w/{mission.slug}/settings/members/invite/",
        {"email": "new@example.org", "roles": ["editor"]},
    )
    (message,) = mail.outbox
    assert message.to == ["new@example.org"]
    link = next(line for line in message.body.splitlines() if line.startswith("http"))
    assert "/join/#" in link
    assert link in page.content.decode().replace("&#x27;", "'")
    listing = as_client.get(f"/w/{mission.slug}/settings/members/").content.decode()
    assert "new@example.org" in listing
    assert link.split("#")[1] not in listing


def test_invitation_is_made_when_the_mail_server_is_down(
    as_client: Client, mission: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says so and shows the link to pass on."""

    def down(*_args: object, **_kwargs: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    page = as_client.post(
        f"/w/{mission.slug}/settings/members/invite/",
        {"email": "new@example.org", "roles": ["editor"]},
    )
    assert page.status_code == 200
    assert "mail server does not answer" in page.content.decode()
    assert Invitation.objects.filter(email="new@example.org", used_at=None).exists()


@pytest.fixture
def as_client(ada: User) -> Client:
    """The administrator's browser."""
    client = Client()
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client

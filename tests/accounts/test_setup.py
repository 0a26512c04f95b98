"""The first run: one link, one person, one workspace, never again."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from comms.accounts import selectors, services
from comms.accounts.models import Membership, SetupLink, User, Workspace
from comms.core.actors import Role
from comms.core.errors import ConflictError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.wire import vault
from tests.accounts.browser import Person, make_person


def _set_up(link: SetupLink, made: Person, **changes: str) -> tuple[User, Workspace]:
    words = {
        "workspace_name": "Mission",
        "email": "freya@example.org",
        "name": "Freya",
        "language": "en",
        "time_zone": "UTC",
        **changes,
    }
    return services.set_up(link_id=link.id, keys=made.keys, **words)


def test_first_person_gets_account_workspace_and_every_role(
    founder: tuple[User, Workspace, Person],
) -> None:
    """The link makes all of it, and the trail says so."""
    user, workspace, made = founder
    assert user.email == "freya@example.org"
    assert user.time_zone == "UTC", "an unknown zone falls back"
    assert user.check_password(made.keys.sign_in_secret)
    roles = Membership.objects.get(user=user, workspace=workspace).roles
    assert set(roles) == {role.value for role in Role}
    with in_workspace(workspace.id):
        assert AuditEntry.objects.get().action == "accounts.set_up_workspace"


def test_vault_opens_with_passphrase_and_recovery_code(
    founder: tuple[User, Workspace, Person],
) -> None:
    """What the server keeps is what the browser made: each wrap gives the key that opens the vault."""
    from comms.wire.recovery import recovery_wrap_key
    from tests.accounts.browser import derived

    user, _workspace, made = founder
    box = vault.read_vault(bytes(selectors.get_vault(user).content))
    keys = {
        vault.WrapKind.PASSPHRASE: derived().wrap_key,
        vault.WrapKind.RECOVERY_CODE: recovery_wrap_key(made.recovery_secret),
    }
    for row in selectors.list_vault_wraps(user):
        wrap = vault.read_wrap(bytes(row.content))
        opened = vault.open_vault(box, vault.open_wrap(wrap, keys[wrap.kind]))
        assert opened.seeds == made.seeds


def test_refuses_link_once_somebody_has_an_account(
    founder: tuple[User, Workspace, Person],
) -> None:
    """Nobody becomes the first person twice."""
    with pytest.raises(ConflictError):
        services.create_setup_link()


def test_refuses_used_link(founder: tuple[User, Workspace, Person]) -> None:
    """A link works once, whoever still has it."""
    link = SetupLink.objects.get()
    with pytest.raises(NotFoundError):
        _set_up(link, make_person(link.account_id))


@pytest.mark.django_db
def test_refuses_expired_link() -> None:
    """A day later it opens nothing."""
    token = services.create_setup_link()
    SetupLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFoundError):
        services.redeem_setup_link(token)


@pytest.mark.django_db
def test_new_link_replaces_the_one_before() -> None:
    """Only the newest printed link opens the door."""
    old = services.create_setup_link()
    new = services.create_setup_link()
    assert services.redeem_setup_link(new).used_at is None
    with pytest.raises(NotFoundError):
        services.redeem_setup_link(old)


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "a:b", "A" * 5000, "é:ü"])
def test_refuses_foreign_token(token: str) -> None:
    """Anything that was not signed here is refused."""
    services.create_setup_link()
    with pytest.raises(NotFoundError):
        services.redeem_setup_link(token)


@pytest.mark.django_db
def test_refuses_an_invitation_token_as_set_up() -> None:
    """A token is for one purpose."""
    from comms.accounts.services.links import new_token

    with pytest.raises(NotFoundError):
        services.redeem_setup_link(new_token("invitation"))


@pytest.mark.django_db
def test_token_is_not_in_the_database() -> None:
    """A reader of the database can't use the link."""
    token = services.create_setup_link()
    row = SetupLink.objects.values().get()
    assert token.split(":")[0].encode() not in bytes(row["token_hash"])
    assert len(row["token_hash"]) == 32


@pytest.mark.django_db
def test_refuses_keys_of_another_account(stranger: Person) -> None:
    """Keys are bound to the id that the link reserved."""
    link = services.redeem_setup_link(services.create_setup_link())
    with pytest.raises(InvalidError):
        _set_up(link, stranger)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_refuses_vault_signed_by_another(stranger: Person) -> None:
    """The vault must be signed by the identity beside it."""
    link = services.redeem_setup_link(services.create_setup_link())
    made = make_person(link.account_id)
    other = make_person(link.account_id)
    mixed = dataclasses.replace(made, keys=dataclasses.replace(made.keys, vault=other.keys.vault))
    with pytest.raises(InvalidError):
        _set_up(link, mixed)


@pytest.mark.django_db
def test_refuses_without_recovery_code() -> None:
    """Nobody starts without a way back in."""
    link = services.redeem_setup_link(services.create_setup_link())
    made = make_person(link.account_id)
    half = dataclasses.replace(made, keys=dataclasses.replace(made.keys, wraps=made.keys.wraps[:1]))
    with pytest.raises(InvalidError):
        _set_up(link, half)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "not an address"), ("name", "  "), ("workspace_name", ""), ("name", "x" * 121)],
)
def test_refuses_field(field: str, value: str) -> None:
    """The error names the field."""
    link = services.redeem_setup_link(services.create_setup_link())
    with pytest.raises(InvalidError) as caught:
        _set_up(link, make_person(link.account_id), **{field: value})
    assert caught.value.field == field


def test_the_printed_link_opens_the_page_of_the_set_up() -> None:
    """The command knows the address by itself, since asking for it loads every view."""
    from comms.accounts.management.commands.setup_link import SETUP_PATH

    assert reverse("accounts:setup") == SETUP_PATH

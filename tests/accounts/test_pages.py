"""Pages that need no encryption: profile, language, settings, front door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from comms.accounts.demo import PEOPLE
from comms.accounts.models import Membership, User, Workspace
from comms.core.actors import Role
from comms.wire import vault
from comms.wire.argon import passphrase_keys

AsUser = Callable[[User], Client]


def test_front_door_leads_to_the_last_workspace(
    as_user: AsUser, dina: User, mission: Workspace, elsewhere: Workspace
) -> None:
    """Where the person was last, not the first by name."""
    Membership.objects.create(workspace=elsewhere, user=dina, roles=[Role.ANALYST])
    client = as_user(dina)
    client.get(f"/w/{mission.slug}/settings/")
    assert client.get("/").headers["Location"] == f"/w/{mission.slug}/"
    client.get(f"/w/{elsewhere.slug}/settings/")
    assert client.get("/").headers["Location"] == f"/w/{elsewhere.slug}/"


def test_front_door_without_a_workspace_says_what_to_do(as_user: AsUser, dina: User) -> None:
    """A page with the address to be invited by."""
    Membership.objects.filter(user=dina).delete()
    page = as_user(dina).get("/").content.decode()
    assert dina.email in page


def test_profile_is_saved_and_takes_effect(as_user: AsUser, dina: User) -> None:
    """Name, language, zone and appearance; the cookie dresses the pages before sign-in."""
    client = as_user(dina)
    response = client.post(
        "/me/",
        {
            "name": "دينا",
            "language": "ar",
            "time_zone": "Asia/Beirut",
            "theme": "dark",
        },
    )
    assert response.status_code == 302
    page = client.get("/me/").content.decode()
    assert 'dir="rtl"' in page
    assert 'data-bs-theme="dark"' in page
    client.post("/accounts/sign-out/")
    assert 'data-bs-theme="dark"' in client.get("/accounts/sign-in/").content.decode()


def test_refuses_unknown_time_zone(as_user: AsUser, dina: User) -> None:
    """The error names the field; nothing is saved."""
    page = as_user(dina).post(
        "/me/", {"name": "Dina", "language": "en", "time_zone": "Mars/Base", "theme": "auto"}
    )
    assert page.context["form"].errors.keys() == {"time_zone"}
    dina.refresh_from_db()
    assert dina.time_zone == "UTC"


@pytest.mark.django_db
def test_language_switch_works_before_sign_in() -> None:
    """By a plain form; the page comes back in the chosen language."""
    client = Client()
    response = client.post("/language/", {"language": "ar", "next": "/accounts/sign-in/"})
    assert response.headers["Location"] == "/accounts/sign-in/"
    assert 'lang="ar" dir="rtl"' in client.get("/accounts/sign-in/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_refuses_leading_elsewhere(target: str) -> None:
    """No open redirect."""
    response = Client().post("/language/", {"language": "ar", "next": target})
    assert response.headers["Location"] == "/"


def test_settings_show_administration_only_to_administrators(
    as_user: AsUser, ada: User, dina: User, mission: Workspace
) -> None:
    """A diplomat sees the members, and no button that would be refused."""
    path = f"/w/{mission.slug}/settings/members/"
    assert "members/invite/" in as_user(ada).get(path).content.decode()
    assert "members/invite/" not in as_user(dina).get(path).content.decode()


def test_members_page_asks_the_database_little(
    as_user: AsUser,
    ada: User,
    mission: Workspace,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """However many there are."""
    for number in range(30):
        user = User.objects.create_user(f"member{number}@example.org", None, name=f"M {number}")
        Membership.objects.create(workspace=mission, user=user, roles=[Role.EDITOR])
    client = as_user(ada)
    client.get("/me/")
    with django_assert_max_num_queries(20):
        client.get(f"/w/{mission.slug}/settings/members/")
    with django_assert_max_num_queries(20):
        client.get("/me/security/")


def test_demo_people_can_sign_in_and_open_their_vaults(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the printed passphrase, exactly as a browser does it; a second start prints the same."""
    call_command("demo")
    printed = capsys.readouterr().out
    for person in PEOPLE:
        assert f"{person.email}  {person.passphrase}" in printed
    user = User.objects.get(email=PEOPLE[0].email)
    wrap = vault.read_wrap(bytes(user.vault_wraps.get(kind=1).content))
    assert wrap.argon2 is not None
    keys = passphrase_keys(PEOPLE[0].passphrase, wrap.argon2)
    assert user.check_password(keys.sign_in_secret)
    opened = vault.open_vault(
        vault.read_vault(bytes(user.vault.content)), vault.open_wrap(wrap, keys.wrap_key)
    )
    assert opened.number == 1
    call_command("demo")
    assert capsys.readouterr().out == printed


def test_refuses_demo_beside_real_accounts(dina: User) -> None:
    """The demonstration never mixes with people."""
    with pytest.raises(CommandError):
        call_command("demo")

"""Signing in: the salt that gives nothing away, the secret, the limits."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comms.accounts import selectors
from comms.accounts.models import User, Workspace
from comms.wire.argon import Argon2
from comms.wire.cbor import decode, encode
from tests.accounts.browser import Person

CBOR = "application/cbor"
SALT = "/accounts/salt/"
SIGN_IN = "/accounts/sign-in/"


def _salt(client: Client, email: str) -> tuple[int, bytes, dict[str, str]]:
    response = client.post(SALT, encode([email]), content_type=CBOR)
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in {"X-Request-ID", "X-CSRFToken"}
    }
    return response.status_code, response.content, headers


def _sign_in(client: Client, email: str, secret: str) -> tuple[int, dict[str, object]]:
    response = client.post(
        SIGN_IN, {"login": email, "password": secret}, headers={"accept": "application/json"}
    )
    return response.status_code, json.loads(response.content)


def test_known_address_gets_its_own_salt(founder: tuple[User, Workspace, Person]) -> None:
    """The parameters that the browser chose at set-up, whatever the case of the address."""
    status, body, _headers = _salt(Client(), "FREYA@example.org")
    assert status == 200
    assert Argon2.read(decode(body, limit=64)) == founder[2].keys.argon2


def test_unknown_address_is_indistinguishable_in_shape(
    founder: tuple[User, Workspace, Person],
) -> None:
    """Same status, same headers, same length, same parameters: only the salt differs."""
    known = _salt(Client(), "freya@example.org")
    unknown = _salt(Client(), "nobody@example.org")
    assert known[0] == unknown[0]
    assert known[2] == unknown[2]
    assert len(known[1]) == len(unknown[1])
    mine, invented = (Argon2.read(decode(body, limit=64)) for body in (known[1], unknown[1]))
    assert (mine.memory, mine.passes, mine.lanes) == (
        invented.memory,
        invented.passes,
        invented.lanes,
    )
    assert mine.salt != invented.salt


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60))
def test_any_address_has_one_salt_for_ever(address: str) -> None:
    """Asked twice, the answer is the same: a changing salt would tell that nobody is there."""
    try:
        address.encode()
    except UnicodeEncodeError:
        return
    first = selectors.sign_in_argon2(address)
    assert first == selectors.sign_in_argon2(f"  {address} ")
    assert len(Argon2.read(decode(first, limit=64)).salt) == 16


def test_right_secret_signs_in(founder: tuple[User, Workspace, Person]) -> None:
    """The script gets the address to go to."""
    client = Client()
    status, answer = _sign_in(client, "freya@example.org", founder[2].keys.sign_in_secret)
    assert (status, answer["location"]) == (200, "/")
    assert client.get("/").headers["Location"] == f"/w/{founder[1].slug}/"


def test_refuses_wrong_secret(founder: tuple[User, Workspace, Person]) -> None:
    """The same words for a wrong secret and for an address without an account."""
    wrong = _sign_in(Client(), "freya@example.org", "0" * 64)
    nobody = _sign_in(Client(), "nobody@example.org", "0" * 64)
    assert wrong[0] == nobody[0] == 400
    assert wrong[1]["form"]["errors"] == nobody[1]["form"]["errors"]  # type: ignore[index]  # JSON


def test_refuses_the_sixth_try_for_an_address(founder: tuple[User, Workspace, Person]) -> None:
    """Then even the right secret waits, so that guessing gives nothing."""
    for _try in range(5):
        _sign_in(Client(), "freya@example.org", "0" * 64)
    status, answer = _sign_in(Client(), "freya@example.org", founder[2].keys.sign_in_secret)
    assert status == 400
    assert "Too many wrong tries" in str(answer["form"]["errors"])  # type: ignore[index]  # JSON


def test_one_network_s_wrong_tries_are_not_blamed_on_an_address(
    founder: tuple[User, Workspace, Person],
) -> None:
    """Ten in a minute, whoever made them, stop everybody behind that network, and the words say so."""
    for number in range(10):
        _sign_in(Client(), f"nobody{number}@example.org", "0" * 64)
    status, answer = _sign_in(Client(), "freya@example.org", founder[2].keys.sign_in_secret)
    assert status == 400
    assert "or from your network" in str(answer["form"]["errors"])  # type: ignore[index]  # JSON


@pytest.mark.django_db
def test_refuses_asking_for_salts_in_bulk() -> None:
    """Twenty a minute for one address."""
    client = Client()
    answers = [_salt(client, "nobody@example.org")[0] for _try in range(21)]
    assert answers == [200] * 20 + [429]


@pytest.mark.django_db
def test_there_is_no_open_sign_up() -> None:
    """Neither allauth's page nor any of its other ways to an account."""
    for path in ("/accounts/signup/", "/accounts/sign-up/", "/accounts/email/", "/admin/"):
        assert Client().get(path).status_code == 404


@pytest.mark.django_db
def test_passphrase_fields_have_no_name() -> None:
    """Without the script nothing of a passphrase could be sent."""
    page = Client().get(SIGN_IN).content.decode()
    fields = re.findall(r"<input[^>]*type=.password.[^>]*>", page)
    assert len(fields) == 1
    assert " name=" not in fields[0]


@pytest.mark.django_db
def test_pages_with_keys_enforce_trusted_types_and_load_no_htmx() -> None:
    """No string becomes script beside a passphrase."""
    response = Client().get(SIGN_IN)
    assert "require-trusted-types-for 'script'" in response.headers["Content-Security-Policy"]
    assert "htmx" not in response.content.decode()


def test_switched_off_account_does_not_sign_in(founder: tuple[User, Workspace, Person]) -> None:
    """And its salt becomes an invented one."""
    user, _workspace, made = founder
    before = selectors.sign_in_argon2(user.email)
    User.objects.update(is_active=False)
    client = Client()
    _sign_in(client, user.email, made.keys.sign_in_secret)
    assert client.get("/me/").status_code == 302
    assert selectors.sign_in_argon2(user.email) != before

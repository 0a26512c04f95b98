"""The vault: compare and swap, signatures, wraps, and the session's half of the key."""

from __future__ import annotations

import os

import pytest
from django.test import Client

from comms.accounts import selectors, services
from comms.accounts.models import IdentityEntry, User, VaultWrap, Workspace
from comms.core.errors import ConflictError, InvalidError, NotFoundError
from comms.wire import identity, vault
from comms.wire.argon import Argon2
from comms.wire.cbor import decode, encode
from comms.wire.keys import IdentitySeeds
from tests.accounts.browser import Person, derived, make_person, next_vault

Founder = tuple[User, Workspace, Person]
CBOR = "application/cbor"


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _wrap(user: User, kind: vault.WrapKind, wrap_id: bytes = b"0123456789abcdef") -> bytes:
    return vault.make_wrap(
        user=user.id,
        kind=kind,
        id=wrap_id,
        wrap_key=os.urandom(32),
        key=os.urandom(32),
        argon2=Argon2(os.urandom(16)) if kind is vault.WrapKind.PASSPHRASE else None,
    )


def test_next_version_replaces_the_vault(founder: Founder) -> None:
    """Byte for byte what the browser sent."""
    user, _workspace, made = founder
    content = next_vault(user.id, made, 2)
    response = _client(user).put("/me/keys/vault/", content, content_type=CBOR)
    assert decode(response.content, limit=64) == [2]
    assert bytes(selectors.get_vault(user).content) == content


def test_refuses_a_version_out_of_turn(founder: Founder) -> None:
    """The slower of two browsers is told, and nothing is lost."""
    user, _workspace, made = founder
    services.put_vault(person=user, content=next_vault(user.id, made, 2))
    for number in (1, 2, 4):
        with pytest.raises(ConflictError):
            services.put_vault(person=user, content=next_vault(user.id, made, number))
    stale = _client(user).put("/me/keys/vault/", next_vault(user.id, made, 2), content_type=CBOR)
    assert stale.status_code == 409


def test_refuses_vault_signed_by_other_keys(founder: Founder) -> None:
    """A stolen session without the keys can't replace the vault."""
    user = founder[0]
    forged = next_vault(user.id, make_person(user.id), 2)
    with pytest.raises(InvalidError):
        services.put_vault(person=user, content=forged)


@pytest.mark.parametrize("content", [b"", b"\xa0", b"x" * 4096])
def test_refuses_bytes_that_are_no_vault(founder: Founder, content: bytes) -> None:
    """Whatever they are."""
    with pytest.raises(InvalidError):
        services.put_vault(person=founder[0], content=content)


def test_refuses_another_persons_vault(founder: Founder, stranger: Person) -> None:
    """A vault names its owner."""
    with pytest.raises(InvalidError):
        services.put_vault(person=founder[0], content=stranger.keys.vault)


def test_recovery_code_is_replaced_and_passkeys_add_up(founder: Founder) -> None:
    """One code and one passphrase at a time, several passkeys."""
    user = founder[0]
    services.put_vault_wrap(person=user, content=_wrap(user, vault.WrapKind.RECOVERY_CODE))
    services.put_vault_wrap(person=user, content=_wrap(user, vault.WrapKind.PASSKEY, b"a"))
    services.put_vault_wrap(person=user, content=_wrap(user, vault.WrapKind.PASSKEY, b"b"))
    kinds = sorted(VaultWrap.objects.filter(user=user).values_list("kind", flat=True))
    assert kinds == [1, 2, 2, 3]


def test_refuses_the_21st_passkey(founder: Founder) -> None:
    """Every input is bounded."""
    user = founder[0]
    for number in range(20):
        services.put_vault_wrap(
            person=user, content=_wrap(user, vault.WrapKind.PASSKEY, bytes([number + 1]))
        )
    with pytest.raises(InvalidError):
        services.put_vault_wrap(
            person=user, content=_wrap(user, vault.WrapKind.PASSKEY, b"one more")
        )


def test_refuses_another_persons_wrap(founder: Founder, dina: User) -> None:
    """A wrap names its owner."""
    with pytest.raises(InvalidError):
        services.put_vault_wrap(
            person=founder[0], content=_wrap(dina, vault.WrapKind.RECOVERY_CODE)
        )


def test_passphrase_changes_sign_in_and_vault_together(founder: Founder) -> None:
    """The new secret signs in, the new wrap opens the vault, the old ones do neither."""
    user, _workspace, made = founder
    new = derived("another five words of some length")
    argon2 = Argon2(bytes(range(16)))
    wrap = vault.make_wrap(
        user=user.id,
        kind=vault.WrapKind.PASSPHRASE,
        id=os.urandom(16),
        wrap_key=new.wrap_key,
        key=made.vault_key,
        argon2=argon2,
    )
    client = _client(user)
    body = encode([made.keys.sign_in_secret, new.sign_in_secret, argon2.to_value(), wrap])
    assert client.post("/me/keys/passphrase/", body, content_type=CBOR).status_code == 200
    user.refresh_from_db()
    assert user.check_password(new.sign_in_secret)
    assert not user.check_password(made.keys.sign_in_secret)
    kept = vault.read_wrap(bytes(VaultWrap.objects.get(user=user, kind=1).content))
    assert vault.open_wrap(kept, new.wrap_key) == made.vault_key
    assert client.get("/me/").status_code == 200, "this browser stays signed in"


def test_refuses_passphrase_change_with_wrong_present_one(founder: Founder) -> None:
    """A stolen session can't lock the person out."""
    user, _workspace, made = founder
    body = encode(["0" * 64, "1" * 64, made.keys.argon2.to_value(), made.keys.wraps[0]])
    answer = _client(user).post("/me/keys/passphrase/", body, content_type=CBOR)
    assert answer.status_code == 422
    assert answer.json()["field"] == "current"


def test_refuses_weak_argon2_parameters(founder: Founder) -> None:
    """The floor holds on the server too."""
    user, _workspace, made = founder
    body = encode([made.keys.sign_in_secret, "1" * 64, [1024, 1, 1, bytes(16)], b"wrap"])
    answer = _client(user).post("/me/keys/passphrase/", body, content_type=CBOR)
    assert answer.status_code == 422


def test_reset_by_mail_leaves_the_vault_as_it_was(founder: Founder) -> None:
    """Sign-in gets other parameters; the vault's own stay."""
    user, _workspace, made = founder
    before = [bytes(wrap.content) for wrap in selectors.list_vault_wraps(user)]
    other = Argon2(b"another salt 16b")
    services.reset_sign_in(person=user, secret="a" * 64, argon2=other)
    assert [bytes(wrap.content) for wrap in selectors.list_vault_wraps(user)] == before
    assert Argon2.read(decode(selectors.sign_in_argon2(user.email), limit=64)) == other
    assert vault.read_wrap(before[0]).argon2 == made.keys.argon2


def test_lost_keys_are_replaced_by_a_reset_that_shows(founder: Founder) -> None:
    """The chain goes on with an entry that the old keys did not sign; old wraps are gone."""
    user, _workspace, made = founder
    seeds = IdentitySeeds.generate()
    raw = identity.make_entry(user=user.id, made_at=1, seeds=seeds, after=made.entry)
    contents = vault.VaultContents(seeds=seeds, number=2, entry_hash=identity.read_entry(raw).hash)
    content = vault.make_vault(user=user.id, number=2, key=os.urandom(32), contents=contents)
    wraps = (
        _wrap(user, vault.WrapKind.PASSPHRASE),
        _wrap(user, vault.WrapKind.RECOVERY_CODE),
    )
    body = encode([made.keys.sign_in_secret, raw, content, list(wraps)])
    answer = _client(user).post("/me/keys/identity/", body, content_type=CBOR)
    assert answer.status_code == 200
    newest = IdentityEntry.objects.filter(user=user).order_by("-number")[0]
    assert identity.read_entry(bytes(newest.entry)).kind is identity.Kind.RESET
    assert {bytes(wrap.content) for wrap in selectors.list_vault_wraps(user)} == set(wraps)


def test_refuses_identity_without_the_secret(founder: Founder) -> None:
    """A stolen session does not become a new identity."""
    user, _workspace, made = founder
    body = encode(["0" * 64, made.keys.identity_entry, made.keys.vault, list(made.keys.wraps)])
    answer = _client(user).post("/me/keys/identity/", body, content_type=CBOR)
    assert answer.status_code == 422
    assert IdentityEntry.objects.filter(user=user).count() == 1


def test_refuses_identity_that_does_not_follow(founder: Founder) -> None:
    """A first entry can't come twice."""
    user, _workspace, _made = founder
    other = make_person(user.id)
    with pytest.raises((InvalidError, ConflictError)):
        services.replace_identity(
            person=user,
            entry=other.keys.identity_entry,
            vault_content=next_vault(user.id, other, 2),
            wraps=other.keys.wraps,
        )


def test_session_secret_is_this_sessions_own_until_locked(founder: Founder) -> None:
    """The same half again and again, another one in another browser, and a new one after locking."""
    user = founder[0]
    one, two = _client(user), _client(user)
    first = one.post("/me/keys/session/").content
    assert one.post("/me/keys/session/").content == first
    assert two.post("/me/keys/session/").content != first
    one.post("/me/keys/lock/")
    assert one.post("/me/keys/session/").content != first


def test_revoked_session_gets_no_half_of_the_key(founder: Founder) -> None:
    """A closed browser that was signed out from afar stays locked."""
    user, _workspace, made = founder
    client = Client()
    client.post("/accounts/sign-in/", {"login": user.email, "password": made.keys.sign_in_secret})
    assert client.post("/me/keys/session/").status_code == 200
    services.end_other_sessions(person=user, keep=None)
    assert client.post("/me/keys/session/").status_code == 401


def test_keys_of_an_account_are_only_the_persons_own(founder: Founder, dina: User) -> None:
    """There is no address for anybody else's vault."""
    user = founder[0]
    mine = decode(_client(user).get("/me/keys/").content, limit=1 << 20)
    assert mine[0] == user.id.bytes  # type: ignore[index]  # a CBOR list
    assert _client(dina).get("/me/keys/").status_code == 404


def test_members_read_each_others_identities(founder: Founder, dina: User) -> None:
    """Chains verbatim for members; an outsider's id is as if it did not exist."""
    user, workspace, made = founder
    address = f"/w/{workspace.slug}/identities/"
    rows = decode(
        _client(user).get(f"{address}?user={user.id}&user={dina.id}").content, limit=1 << 20
    )
    assert rows == [[user.id.bytes, user.name, [made.keys.identity_entry]]]
    assert _client(dina).get(address).status_code == 404
    assert _client(user).get(f"{address}?user=nobody").status_code == 422


def test_vault_of_nobody_is_not_found(dina: User) -> None:
    """An account without keys has none."""
    with pytest.raises(NotFoundError):
        selectors.get_vault(dina)

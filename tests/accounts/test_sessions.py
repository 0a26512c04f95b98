"""Sessions: listed, ended from afar, ended by age."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from comms.accounts import selectors, services
from comms.accounts.models import SessionSecret, User, Workspace
from comms.accounts.services import sessions
from comms.accounts.templatetags.accounts import browser_name
from comms.core.errors import NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.wire.cbor import encode
from tests.accounts.browser import Person
from tests.factories import make_session

Founder = tuple[User, Workspace, Person]


def _signed_in(user: User, made: Person) -> Client:
    client = Client()
    client.post(
        "/accounts/sign-in/",
        {"login": user.email, "password": made.keys.sign_in_secret},
        headers={"accept": "application/json"},
    )
    assert client.get("/me/").status_code == 200
    return client


def test_ended_session_is_signed_out(founder: Founder) -> None:
    """At once, and the trail of the person's workspaces says so."""
    user, workspace, made = founder
    lost, kept = _signed_in(user, made), _signed_in(user, made)
    ours = kept.session.session_key
    (theirs,) = [one for one in selectors.list_sessions(user) if one.session_key != ours]
    assert kept.post(f"/me/sessions/{theirs.pk}/end/").status_code == 302
    assert lost.get("/me/").status_code == 302
    assert kept.get("/me/").status_code == 200
    with in_workspace(workspace.id):
        assert AuditEntry.objects.filter(action="accounts.ended_session").count() == 1


def test_all_others_are_signed_out(founder: Founder) -> None:
    """All but the one that asks."""
    user, _workspace, made = founder
    clients = [_signed_in(user, made) for _number in range(3)]
    clients[0].post("/me/sessions/others/end/")
    assert [client.get("/me/").status_code for client in clients] == [200, 302, 302]


def test_signing_out_ends_the_sockets_of_that_browser_only(
    founder: Founder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another tab of it would go on listening otherwise."""
    user, _workspace, made = founder
    leaving, staying = _signed_in(user, made), _signed_in(user, made)
    group = selectors.session_group(str(leaving.session.session_key))
    told: list[tuple[str, object]] = []
    monkeypatch.setattr(
        "comms.accounts.services.sessions.broadcast",
        lambda group, event: told.append((group, event)),
    )
    leaving.post("/accounts/sign-out/")
    assert told == [(group, {"type": "session.revoked"})]
    assert leaving.get("/me/").status_code == 302
    assert staying.get("/me/").status_code == 200


def test_refuses_ending_somebody_elses_session(founder: Founder, dina: User) -> None:
    """Not found, and it lives on."""
    user, _workspace, made = founder
    client = _signed_in(user, made)
    (session,) = selectors.list_sessions(user)
    with pytest.raises(NotFoundError):
        services.end_session(person=dina, session_id=session.pk)
    assert client.get("/me/").status_code == 200


def test_idle_browser_is_signed_out(founder: Founder) -> None:
    """Half a day without a visit."""
    user, _workspace, made = founder
    with time_machine.travel(time.time(), tick=False) as traveller:
        client = _signed_in(user, made)
        traveller.shift(timedelta(seconds=settings.SESSION_IDLE_AGE - 1))
        assert client.get("/me/").status_code == 200
        traveller.shift(timedelta(seconds=settings.SESSION_IDLE_AGE + 1))
        assert client.get("/me/").status_code == 302


def test_busy_browser_is_signed_out_in_the_end(founder: Founder) -> None:
    """Two weeks after signing in, however often it was used."""
    user, _workspace, made = founder
    with time_machine.travel(time.time(), tick=False) as traveller:
        client = _signed_in(user, made)
        step = settings.SESSION_IDLE_AGE - 60
        visits = settings.SESSION_COOKIE_AGE // step
        for _visit in range(visits):
            traveller.shift(timedelta(seconds=step))
            assert client.get("/me/").status_code == 200
        traveller.shift(timedelta(seconds=step))
        assert client.get("/me/").status_code == 302


def test_signed_out_session_leaves_nothing(founder: Founder) -> None:
    """The row that held the server's half of the key is gone."""
    user, _workspace, made = founder
    client = _signed_in(user, made)
    client.post("/me/keys/session/")
    key = client.session.session_key
    assert SessionSecret.objects.filter(session_id=key).exists()
    client.post("/accounts/sign-out/")
    assert not Session.objects.filter(session_key=key).exists()
    assert not SessionSecret.objects.filter(session_id=key).exists()


def test_request_beside_it_undoes_no_lock(founder: Founder) -> None:
    """A slow request writes its session back after the vault was locked: the old half is gone all the same."""
    user, _workspace, made = founder
    client = _signed_in(user, made)
    beside = SessionStore(client.session.session_key)
    assert beside["_auth_user_id"] == str(user.id)  # it has read the session by now
    first = client.post("/me/keys/session/").content
    beside["last_workspace"] = "mission"
    beside.save()
    assert client.post("/me/keys/session/").content == first
    beside = SessionStore(client.session.session_key)
    beside["seen_at"] = time.time()
    client.post("/me/keys/lock/")
    beside.save()
    assert client.post("/me/keys/session/").content != first


def test_new_passphrase_keeps_this_browser_open_and_listed(
    founder: Founder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its session gets another key: the vault stays open, and it can still be ended from afar."""
    user, _workspace, made = founder
    client, other = _signed_in(user, made), _signed_in(user, made)
    half = client.post("/me/keys/session/").content
    before, elsewhere = client.session.session_key, other.session.session_key
    told: list[tuple[str, object]] = []
    monkeypatch.setattr(sessions, "broadcast", lambda group, event: told.append((group, event)))
    answer = client.post(
        "/me/keys/passphrase/",
        encode(
            [
                made.keys.sign_in_secret,
                "1" * 64,
                made.keys.argon2.to_value(),
                made.keys.wraps[0],
            ]
        ),
        content_type="application/cbor",
    )
    assert answer.status_code == 200, answer.content
    assert client.session.session_key != before
    assert client.post("/me/keys/session/").content == half
    assert [one.session_key for one in selectors.list_sessions(user)] == [
        client.session.session_key
    ]
    assert other.get("/me/").status_code == 302
    # Its other tabs open their sockets again; they are not signed out.
    assert told == [
        (selectors.session_group(str(before)), {"type": "session.renewed"}),
        (selectors.session_group(str(elsewhere)), {"type": "session.revoked"}),
    ]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Version/18.4 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/156.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", "curl/8.5"),
        ("", "An unknown browser"),
    ],
)
def test_browsers_are_called_as_people_call_them(user_agent: str, name: str) -> None:
    """So that a stranger's stands out."""
    assert browser_name(user_agent) == name


def test_lives_from_the_answer_that_signs_in_until_it_ends(founder: Founder) -> None:
    """Also where no request has followed yet: a terminal listens right away."""
    user, workspace, made = founder
    client = Client()
    answer = client.post(
        "/accounts/sign-in/",
        {"login": user.email, "password": made.keys.sign_in_secret},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 200
    key = str(client.session.session_key)
    assert selectors.session_lives(key, user.id)
    with time_machine.travel(time.time() + 3600 * workspace.session_hours + 60):
        assert not selectors.session_lives(key, user.id)
    client.post("/accounts/sign-out/")
    assert not selectors.session_lives(key, user.id)


def test_no_session_lives_that_isnt_this_persons_own(founder: Founder, dina: User) -> None:
    user, _workspace, _made = founder
    assert selectors.session_lives(str(make_session(user).session_key), user.id)
    assert not selectors.session_lives(str(make_session(dina).session_key), user.id)
    assert not selectors.session_lives(str(make_session(AnonymousUser()).session_key), user.id)
    assert not selectors.session_lives("0" * 32, user.id)


def test_an_expired_session_doesnt_live_though_its_row_does(founder: Founder) -> None:
    user, _workspace, _made = founder
    key = str(make_session(user).session_key)
    Session.objects.filter(session_key=key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    assert not selectors.session_lives(key, user.id)


def test_a_session_that_doesnt_say_since_when_doesnt_live(founder: Founder) -> None:
    user, _workspace, _made = founder
    session = make_session(user)
    del session[selectors.SIGNED_IN_AT]
    session.save()
    assert not selectors.session_lives(str(session.session_key), user.id)

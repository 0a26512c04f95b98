"""How fast mail goes out: limits that an administrator sets, what they are for, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from comms.accounts.models import User, Workspace
from comms.campaigns import services
from comms.campaigns.models import SendingCap
from comms.campaigns.services import caps
from comms.campaigns.services.pacing import load_caps
from comms.core.errors import ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.ledger.services import seal_pending
from tests import factories
from tests.campaigns.pages.looking import address

SignIn = Callable[[User], Client]
Kind = SendingCap.Kind


def limits(workspace: Workspace) -> dict[tuple[str, str], int]:
    with in_workspace(workspace.id):
        return {(cap.kind, cap.key): cap.per_second for cap in SendingCap.objects.all()}


@pytest.mark.parametrize(
    ("what", "given", "kept"),
    [
        ("channel", "", ("channel", "email")),
        ("each", "", ("domain", "*")),
        ("domain", " Example.ORG ", ("domain", "example.org")),
        ("domain", "bücher.example", ("domain", "xn--bcher-kva.example")),
        ("sender", "News@Example.org", ("sender", "news@example.org")),
    ],
)
def test_a_limit_is_set_as_senders_look_it_up(
    mission: Workspace, ada: User, as_user: SignIn, what: str, given: str, kept: tuple[str, str]
) -> None:
    answer = as_user(ada).post(
        address("speed"), {"what": what, "key": given, "per_second": "14"}, follow=True
    )
    assert "The limit holds for what is sent from now on." in answer.content.decode()
    assert limits(mission) == {kept: 14}
    found = load_caps(mission.id).buckets(
        channel="email",
        sender="news@example.org",
        domain=kept[1] if kept[0] == "domain" and kept[1] != "*" else "example.org",
    )
    assert [rate for _name, rate in found] == [14]


def test_another_for_the_same_takes_its_place_and_the_trail_says_so(
    mission: Workspace, ada: User, as_user: SignIn
) -> None:
    client = as_user(ada)
    assert "Nothing is limited." in client.get(address("speed")).content.decode()
    for speed in ("14", "20"):
        client.post(address("speed"), {"what": "channel", "key": "", "per_second": speed})
    assert limits(mission) == {("channel", "email"): 20}
    with in_workspace(mission.id):
        cap = SendingCap.objects.get()
    client.post(address("speed_remove", cap.id))
    assert limits(mission) == {}
    seal_pending(mission.id)
    trail = client.get(f"/w/{mission.slug}/audit/").content.decode()
    # Names stand apart, whichever way they are written.
    trail = trail.replace("\u2068", "").replace("\u2069", "")
    assert "limited all mail to 14 messages a second" in trail
    assert "limited all mail to 20 messages a second" in trail
    assert "lifted the limit of 20 messages a second for all mail" in trail


@pytest.mark.parametrize(
    ("what", "key", "speed", "words"),
    [
        ("domain", "", "5", "Give a domain, such as example.org"),
        ("domain", "anna@example.org", "5", "Give a domain, such as example.org"),
        ("domain", "nowhere", "5", "Give a domain, such as example.org"),
        ("sender", "example.org", "5", "Give the sender&#x27;s address"),
        ("channel", "", "0", "greater than or equal to 1"),
        ("channel", "", "10001", "less than or equal to 10000"),
        ("planet", "", "5", "This is not in the list"),
    ],
)
def test_refuses_what_is_no_limit_and_keeps_what_was_typed(
    mission: Workspace, ada: User, as_user: SignIn, what: str, key: str, speed: str, words: str
) -> None:
    answer = as_user(ada).post(address("speed"), {"what": what, "key": key, "per_second": speed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert f'value="{speed}"' in answer.content.decode()
    assert limits(mission) == {}


def test_refuses_more_limits_than_senders_keep_in_mind(
    mission: Workspace, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caps, "MOST", 2)
    actor = factories.actor_of(ada, mission)
    for domain in ("a.example", "b.example"):
        services.set_cap(actor=actor, kind=Kind.DOMAIN, key=domain, per_second=5)
    services.set_cap(actor=actor, kind=Kind.DOMAIN, key="a.example", per_second=6)
    with pytest.raises(InvalidError, match="2 limits already"):
        services.set_cap(actor=actor, kind=Kind.DOMAIN, key="c.example", per_second=5)
    assert limits(mission) == {("domain", "a.example"): 6, ("domain", "b.example"): 5}


def test_refuses_other_roles_and_limits_of_another_workspace(
    mission: Workspace, elsewhere: Workspace, ada: User, edgar: User
) -> None:
    actor = factories.actor_of(ada, mission)
    with pytest.raises(ForbiddenError):
        services.set_cap(
            actor=factories.actor_of(edgar, mission), kind=Kind.CHANNEL, key="", per_second=5
        )
    with in_workspace(elsewhere.id):
        foreign = SendingCap.objects.create(
            workspace=elsewhere, kind=Kind.CHANNEL, key="email", per_second=5
        )
    with pytest.raises(NotFoundError):
        services.remove_cap(actor=actor, cap_id=foreign.id)
    assert limits(elsewhere) == {("channel", "email"): 5}
    with in_workspace(mission.id):
        assert not AuditEntry.objects.filter(action__contains="cap").exists()


def test_the_page_says_what_each_limit_is_for(
    mission: Workspace,
    ada: User,
    as_user: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    actor = factories.actor_of(ada, mission)
    for kind, key in (
        (Kind.CHANNEL, ""),
        (Kind.DOMAIN, "*"),
        (Kind.DOMAIN, "example.org"),
        (Kind.SENDER, "news@example.org"),
    ):
        services.set_cap(actor=actor, kind=kind, key=key, per_second=1000)
    client = as_user(ada)
    assert "Nothing is limited." not in client.get(address("speed")).content.decode()
    with django_assert_max_num_queries(20):
        page = client.get(address("speed")).content.decode()
    assert 'Mail to <bdi dir="ltr">example.org</bdi>' in page
    assert 'Mail from <bdi dir="ltr">news@example.org</bdi>' in page
    assert page.count("1,000") == 4
    assert address("speed") in client.get(f"/w/{mission.slug}/settings/").content.decode()

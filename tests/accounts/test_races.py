"""Two at the same moment: exactly one wins, and nothing is half done. Commits are real here."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import connections

from comms.accounts import services
from comms.accounts.models import Membership, SetupLink, User, Vault
from comms.core.actors import Role
from comms.core.errors import CommsError
from tests.accounts.browser import make_person, next_vault
from tests.factories import actor_of, make_member, make_workspace


@pytest.fixture
def together(committed: None) -> Callable[..., list[str]]:
    """Runs the calls at once, each with its own connection; what each came to."""

    def run(*calls: Callable[[], object]) -> list[str]:
        outcomes: list[str] = []
        barrier = threading.Barrier(len(calls))

        def one(call: Callable[[], object]) -> None:
            barrier.wait()
            try:
                call()
                outcomes.append("done")
            except CommsError as error:
                outcomes.append(type(error).__name__)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(outcomes)

    return run


def test_one_set_up_wins(together: Callable[..., list[str]]) -> None:
    """Two browsers with the same link: one first person."""
    link = services.redeem_setup_link(services.create_setup_link())

    def set_up() -> None:
        services.set_up(
            link_id=link.id,
            workspace_name="Mission",
            email="freya@example.org",
            name="Freya",
            language="en",
            time_zone="UTC",
            keys=make_person(link.account_id).keys,
        )

    assert together(set_up, set_up) == ["NotFoundError", "done"]
    assert User.objects.count() == 1
    assert SetupLink.objects.get().used_at is not None


def test_one_use_of_an_invitation_wins(together: Callable[..., list[str]]) -> None:
    """One account, one membership."""
    mission = make_workspace("mission", "Mission")
    ada = make_member(mission, "ada@example.org", "Ada", Role.ADMIN)
    invitation, _token = services.create_invitation(
        actor=actor_of(ada, mission), email="new@example.org", roles=[Role.EDITOR]
    )

    def join() -> None:
        services.join_with_new_account(
            invitation_id=invitation.id,
            name="Noor",
            language="en",
            time_zone="UTC",
            keys=make_person(invitation.account_id).keys,
        )

    assert together(join, join) == ["NotFoundError", "done"]
    assert Membership.objects.filter(workspace=mission).count() == 2


def test_two_administrators_can_not_remove_each_other(together: Callable[..., list[str]]) -> None:
    """One of them stays."""
    mission = make_workspace("mission", "Mission")
    ada = make_member(mission, "ada@example.org", "Ada", Role.ADMIN)
    bo = make_member(mission, "bo@example.org", "Bo", Role.ADMIN)

    def remove(by: User, whom: User) -> Callable[[], object]:
        actor = actor_of(by, mission)
        membership = Membership.objects.get(user=whom, workspace=mission).id
        return lambda: services.remove_member(actor=actor, membership_id=membership)

    outcomes = together(remove(ada, bo), remove(bo, ada))
    assert outcomes == ["ConflictError", "done"]
    assert Membership.objects.filter(workspace=mission).count() == 1


def test_one_write_of_a_vault_version_wins(together: Callable[..., list[str]]) -> None:
    """The other is told to merge."""
    link = services.redeem_setup_link(services.create_setup_link())
    made = make_person(link.account_id)
    user, _workspace = services.set_up(
        link_id=link.id,
        workspace_name="Mission",
        email="freya@example.org",
        name="Freya",
        language="en",
        time_zone="UTC",
        keys=made.keys,
    )
    contents = [next_vault(user.id, made, 2) for _browser in range(2)]
    outcomes = together(
        *(
            lambda content=content: services.put_vault(person=user, content=content)
            for content in contents
        )
    )
    assert outcomes == ["ConflictError", "done"]
    assert Vault.objects.get().number == 2


def test_one_use_of_a_code_wins(together: Callable[..., list[str]]) -> None:
    """The person's browser and an eavesdropper's at the same moment."""
    mission = make_workspace("mission", "Mission")
    ada = make_member(mission, "ada@example.org", "Ada", Role.ADMIN)
    secret = generate_totp_secret()
    app = TOTP.activate(ada, secret).instance
    code = format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))
    accepted: list[bool] = []

    def enter() -> None:
        mine = Authenticator.objects.get(pk=app.pk)
        accepted.append(mine.wrap().validate_code(code))

    together(*[enter] * 4)
    assert sorted(accepted) == [False, False, False, True]

"""Routes of people, keys, sign-in and workspaces."""

from __future__ import annotations

from typing import Any

from comms.accounts import services
from comms.accounts.models import Membership
from comms.core.actors import Role
from tests.factories import actor_of
from tests.permissions.rows import (
    FORBIDDEN,
    MOVED,
    NOT_FOUND,
    OK,
    PERSONAS,
    Cast,
    Row,
    members,
    nothing,
    only,
    workspace_only,
)

SIGNED_OUT = 401
UNREADABLE = 422


def people(status: int = OK, anonymous: int = MOVED, **others: int) -> dict[str, int]:
    """Everyone who is signed in, of whatever workspace, gets `status`."""
    return {**dict.fromkeys(PERSONAS, status), "anonymous": anonymous, **others}


def _membership(cast: Cast) -> dict[str, Any]:
    found = Membership.objects.get(workspace=cast.mission, user=cast.people["diplomat"])
    return {"workspace": cast.mission.slug, "membership_id": found.id}


def _invitation(cast: Cast) -> dict[str, Any]:
    admin = actor_of(cast.people["admin"], cast.mission)
    invitation, _token = services.create_invitation(
        actor=admin, email="new@example.org", roles=[Role.EDITOR]
    )
    return {"workspace": cast.mission.slug, "invitation_id": invitation.id}


def _roles(_cast: Cast) -> dict[str, Any]:
    return {"roles": ["analyst"]}


def _name(_cast: Cast) -> dict[str, Any]:
    return {"workspace_name": "Another name"}


def _rules(_cast: Cast) -> dict[str, Any]:
    return {
        "second_step_roles": ["approver"],
        "idle_minutes": 60,
        "session_hours": 24,
        "invitation_days": 3,
    }


def _session(_cast: Cast) -> dict[str, Any]:
    return {"session_id": 1}


def _passkey(_cast: Cast) -> dict[str, Any]:
    return {"pk": 1}


def _mine(name: str, expected: dict[str, int], method: str = "GET") -> Row:
    return Row(name, expected, method=method, arguments=nothing)


ROWS = [
    # The ways in.
    _mine("accounts:home", people(MOVED)),
    Row(
        "accounts:language",
        method="POST",
        arguments=nothing,
        data=lambda _cast: {"language": "ar", "next": "/"},
        everyone=MOVED,
    ),
    Row("accounts:setup", arguments=nothing, everyone=OK),
    Row("accounts:setup_open", method="POST", arguments=nothing, everyone=UNREADABLE),
    Row("accounts:setup_finish", method="POST", arguments=nothing, everyone=UNREADABLE),
    Row("accounts:join", arguments=nothing, everyone=OK),
    Row("accounts:join_open", method="POST", arguments=nothing, everyone=UNREADABLE),
    Row("accounts:join_finish", method="POST", arguments=nothing, everyone=UNREADABLE),
    _mine("accounts:join_accept", people(NOT_FOUND), "POST"),
    Row("accounts:salt", method="POST", arguments=nothing, everyone=UNREADABLE),
    Row("accounts:reset", arguments=nothing, everyone=OK),
    Row("accounts:reset_finish", method="POST", arguments=nothing, everyone=UNREADABLE),
    # A person's own pages.
    _mine("accounts:profile", people()),
    _mine("accounts:security", people()),
    _mine("accounts:passphrase", people()),
    _mine("accounts:second_step", people()),
    _mine("accounts:email", people()),
    _mine("accounts:email", people(UNREADABLE), "POST"),
    Row("accounts:email_confirm", arguments=nothing, everyone=OK),
    _mine("accounts:email_confirm", people(NOT_FOUND, OK), "POST"),
    _mine("accounts:vault", people()),
    _mine("accounts:sessions", people()),
    _mine("accounts:sessions_end_others", people(MOVED), "POST"),
    Row("accounts:session_end", people(NOT_FOUND), method="POST", arguments=_session),
    Row("accounts:session_lost", people(NOT_FOUND), method="POST", arguments=_session),
    _mine("accounts:lost", people()),
    # A person's own keys: 404 since nobody of the cast has a vault.
    _mine("accounts:keys", people(NOT_FOUND, SIGNED_OUT)),
    _mine("accounts:keys_vault", people(UNREADABLE, SIGNED_OUT), "PUT"),
    _mine("accounts:keys_wraps", people(UNREADABLE, SIGNED_OUT), "POST"),
    _mine("accounts:keys_session", people(OK, SIGNED_OUT), "POST"),
    _mine("accounts:keys_chain", people(OK, SIGNED_OUT)),
    _mine("accounts:keys_lock", people(OK, SIGNED_OUT), "POST"),
    _mine("accounts:keys_passphrase", people(UNREADABLE, SIGNED_OUT), "POST"),
    _mine("accounts:keys_identity", people(UNREADABLE, SIGNED_OUT), "POST"),
    # Workspaces. The outsider administers another one, so may open a third.
    _mine(
        "accounts:workspace_new",
        people(FORBIDDEN, admin=OK, outsider=OK),
    ),
    Row("accounts:identities", members()),
    Row("accounts:settings", members()),
    Row("accounts:members", members()),
    Row("accounts:workspace_name", only("admin")),
    Row(
        "accounts:workspace_name",
        only("admin", status=MOVED),
        method="POST",
        arguments=workspace_only,
        data=_name,
    ),
    Row("accounts:rules", only("admin")),
    Row(
        "accounts:rules",
        only("admin", status=MOVED),
        method="POST",
        data=_rules,
    ),
    Row("accounts:invite", only("admin")),
    Row("accounts:member", only("admin"), arguments=_membership),
    Row(
        "accounts:member",
        only("admin", status=MOVED),
        method="POST",
        arguments=_membership,
        data=_roles,
    ),
    Row("accounts:member_remove", only("admin"), arguments=_membership),
    Row(
        "accounts:member_remove", only("admin", status=MOVED), method="POST", arguments=_membership
    ),
    Row(
        "accounts:invitation_withdraw",
        only("admin", status=MOVED),
        method="POST",
        arguments=_invitation,
    ),
    # allauth's own, those that we use.
    _mine("account_login", people(MOVED, OK)),
    _mine("account_logout", people(OK)),
    Row("account_inactive", arguments=nothing, everyone=OK),
    _mine("account_reauthenticate", people(OK)),
    Row("account_reset_password", arguments=nothing, everyone=OK),
    Row("account_reset_password_done", arguments=nothing, everyone=OK),
    Row("mfa_authenticate", arguments=nothing, everyone=MOVED),
    Row("mfa_reauthenticate", arguments=nothing, everyone=MOVED),
    Row("mfa_reauthenticate_webauthn", arguments=nothing, everyone=MOVED),
    Row("mfa_login_webauthn", arguments=nothing, everyone=MOVED),
    Row("mfa_index", arguments=nothing, everyone=MOVED),
    Row("mfa_list_webauthn", arguments=nothing, everyone=MOVED),
    Row("mfa_add_webauthn", arguments=nothing, everyone=MOVED),
    Row("mfa_edit_webauthn", arguments=_passkey, everyone=MOVED),
    Row("mfa_remove_webauthn", arguments=_passkey, everyone=MOVED),
    Row("mfa_activate_totp", arguments=nothing, everyone=MOVED),
    _mine("mfa_deactivate_totp", people(NOT_FOUND)),
    _mine("mfa_view_recovery_codes", people(NOT_FOUND)),
    Row("mfa_generate_recovery_codes", arguments=nothing, everyone=MOVED),
    _mine("mfa_download_recovery_codes", people(NOT_FOUND)),
]

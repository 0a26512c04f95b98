"""What others may read of people and workspaces."""

from comms.accounts.selectors.invitations import (
    get_invitation,
    get_open_invitation,
    invited_has_account,
    list_open_invitations,
)
from comms.accounts.selectors.keys import (
    KeysOfMember,
    get_identity,
    get_vault,
    list_chains,
    list_identities,
    list_vault_wraps,
    newest_entry,
    sign_in_argon2,
    succeeds,
)
from comms.accounts.selectors.memberships import (
    Place,
    SessionLimits,
    get_actor,
    get_actor_by_ids,
    get_membership,
    get_place_of,
    get_workspace,
    has_second_step,
    list_member_ids,
    list_members,
    list_workspace_ids,
    list_workspaces_demanding,
    list_workspaces_of,
    strictest_limits,
)
from comms.accounts.selectors.names import names_of
from comms.accounts.selectors.sessions import list_authenticators, list_sessions, session_group
from comms.accounts.selectors.tokens import get_token, list_tokens

__all__ = [
    "KeysOfMember",
    "Place",
    "SessionLimits",
    "get_actor",
    "get_actor_by_ids",
    "get_identity",
    "get_invitation",
    "get_membership",
    "get_open_invitation",
    "get_place_of",
    "get_token",
    "get_vault",
    "get_workspace",
    "has_second_step",
    "invited_has_account",
    "list_authenticators",
    "list_chains",
    "list_identities",
    "list_member_ids",
    "list_members",
    "list_open_invitations",
    "list_sessions",
    "list_tokens",
    "list_vault_wraps",
    "list_workspace_ids",
    "list_workspaces_demanding",
    "list_workspaces_of",
    "names_of",
    "newest_entry",
    "session_group",
    "sign_in_argon2",
    "strictest_limits",
    "succeeds",
]

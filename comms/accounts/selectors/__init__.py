"""What others may read of people and workspaces."""

from comms.accounts.selectors.invitations import (
    get_invitation,
    get_open_invitation,
    list_open_invitations,
)
from comms.accounts.selectors.keys import (
    KeysOfMember,
    get_vault,
    list_identities,
    list_vault_wraps,
    newest_entry,
    sign_in_argon2,
)
from comms.accounts.selectors.memberships import (
    Place,
    get_actor,
    get_actor_by_ids,
    get_membership,
    list_members,
    list_workspace_ids,
    list_workspaces_of,
)
from comms.accounts.selectors.sessions import list_sessions, session_group

__all__ = [
    "KeysOfMember",
    "Place",
    "get_actor",
    "get_actor_by_ids",
    "get_invitation",
    "get_membership",
    "get_open_invitation",
    "get_vault",
    "list_identities",
    "list_members",
    "list_open_invitations",
    "list_sessions",
    "list_vault_wraps",
    "list_workspace_ids",
    "list_workspaces_of",
    "newest_entry",
    "session_group",
    "sign_in_argon2",
]

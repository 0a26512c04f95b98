"""Tables of people and workspaces."""

from comms.accounts.models.keys import IdentityEntry, SessionSecret, Vault, VaultWrap
from comms.accounts.models.links import Invitation, SetupLink
from comms.accounts.models.tokens import ApiToken, Scope
from comms.accounts.models.users import User
from comms.accounts.models.workspaces import Membership, Workspace

__all__ = [
    "ApiToken",
    "IdentityEntry",
    "Invitation",
    "Membership",
    "Scope",
    "SessionSecret",
    "SetupLink",
    "User",
    "Vault",
    "VaultWrap",
    "Workspace",
]

"""Tables of people and workspaces."""

from comms.accounts.models.users import User
from comms.accounts.models.workspaces import Membership, Workspace

__all__ = ["Membership", "User", "Workspace"]

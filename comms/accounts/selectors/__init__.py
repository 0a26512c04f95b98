"""What others may read of people and workspaces."""

from comms.accounts.selectors.memberships import (
    get_actor,
    get_actor_by_ids,
    list_workspace_ids,
    list_workspaces_of,
)

__all__ = ["get_actor", "get_actor_by_ids", "list_workspace_ids", "list_workspaces_of"]

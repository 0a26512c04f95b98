"""Which workspace the code runs in, for queries that name it besides row-level security."""

from __future__ import annotations

import uuid

from comms.core.tenancy import current_workspace_id


class OutsideWorkspaceError(RuntimeError):
    """The directory was asked outside `in_workspace`: a bug."""


def open_workspace_id() -> uuid.UUID:
    """The open workspace. Raises OutsideWorkspaceError outside `in_workspace`."""
    workspace_id = current_workspace_id()
    if workspace_id is None:
        raise OutsideWorkspaceError("the directory is read and changed inside in_workspace only")
    return workspace_id

"""What open pages of the team hear, on commit: ids alone, which they load again."""

from __future__ import annotations

import uuid

from comms.core.realtime import broadcast


def group_of(workspace_id: uuid.UUID) -> str:
    """The realtime group of everyone who looks at the workspace's feedback."""
    return f"feedback.{workspace_id}"


def tell_case(workspace_id: uuid.UUID, case_id: uuid.UUID) -> None:
    """A case is new or has changed."""
    broadcast(group_of(workspace_id), {"type": "case.changed", "id": str(case_id)})


def tell_cases(workspace_id: uuid.UUID) -> None:
    """So many cases have changed that an open page had better load all of them."""
    broadcast(group_of(workspace_id), {"type": "case.changed", "id": ""})


def tell_form(workspace_id: uuid.UUID, form_id: uuid.UUID) -> None:
    """A form is new or has changed."""
    broadcast(group_of(workspace_id), {"type": "form.changed", "id": str(form_id)})

"""What somebody who came back with a code reads of their own submission."""

from __future__ import annotations

import uuid

from comms.feedback.models import DialogueItem


def list_dialogue(submission_id: uuid.UUID) -> list[bytes]:
    """The dialogue in its order, verbatim. Inside `in_workspace`, for whoever holds its pass."""
    rows = DialogueItem.objects.filter(case_id=submission_id).order_by("number")
    return [bytes(raw) for raw in rows.values_list("content", flat=True)]

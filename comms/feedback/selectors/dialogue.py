"""What was said about a submission, as far as the server knows it: who and when, never what."""

from __future__ import annotations

from comms.feedback.models import Case


def has_reply(case: Case) -> bool:
    """Whether the team has ever replied. Inside `in_workspace`."""
    return case.dialogue.exclude(sender_id=None).exists()

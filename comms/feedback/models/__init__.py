"""Tables of feedback."""

from comms.feedback.models.cases import (
    WAITING,
    Case,
    CaseNote,
    CaseState,
    Category,
    DialogueItem,
    ReplyTemplate,
)
from comms.feedback.models.files import File, FilePart
from comms.feedback.models.forms import Form, FormAddress, FormVersion, Quota
from comms.feedback.models.submissions import Answer, Erasure, Submission, today
from comms.feedback.models.times import Times

__all__ = [
    "WAITING",
    "Answer",
    "Case",
    "CaseNote",
    "CaseState",
    "Category",
    "DialogueItem",
    "Erasure",
    "File",
    "FilePart",
    "Form",
    "FormAddress",
    "FormVersion",
    "Quota",
    "ReplyTemplate",
    "Submission",
    "Times",
    "today",
]

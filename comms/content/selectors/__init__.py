"""What others may read of content. Campaigns freeze what `list_variants` and `message_problems` say."""

from comms.content.selectors.key_messages import get_key_message, list_key_messages
from comms.content.selectors.matrix import (
    Cell,
    CellState,
    Matrix,
    cell_of,
    list_variants,
    matrices_of,
    matrix_of,
)
from comms.content.selectors.problems import MessageProblem, message_problems
from comms.content.selectors.recipients import as_recipient, get_sample_recipient, list_sample
from comms.content.selectors.templates import get_template, list_templates
from comms.content.selectors.texts import frozen_variant

__all__ = [
    "Cell",
    "CellState",
    "Matrix",
    "MessageProblem",
    "as_recipient",
    "cell_of",
    "frozen_variant",
    "get_key_message",
    "get_sample_recipient",
    "get_template",
    "list_key_messages",
    "list_sample",
    "list_templates",
    "list_variants",
    "matrices_of",
    "matrix_of",
    "message_problems",
]

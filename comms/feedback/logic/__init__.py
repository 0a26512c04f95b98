"""The logic of forms, in pure Python: the same as the browser's, held to it by tests/vectors/form_logic.json."""

from comms.feedback.logic.broken import Broken, Gap, find_broken, find_gaps
from comms.feedback.logic.definition import (
    Choice,
    Comparison,
    Condition,
    Constraint,
    Definition,
    Item,
    Quota,
    Step,
    Value,
    comparisons_of,
    items_of,
)
from comms.feedback.logic.evaluate import (
    Evaluation,
    Problem,
    check_value,
    evaluate,
    fulfils,
    is_empty,
)
from comms.feedback.logic.leaks import Leak, find_leaks
from comms.feedback.logic.piping import SayWords, fill, in_language, say
from comms.feedback.logic.reader import read_definition
from comms.feedback.logic.shape import DefinitionError

__all__ = [
    "Broken",
    "Choice",
    "Comparison",
    "Condition",
    "Constraint",
    "Definition",
    "DefinitionError",
    "Evaluation",
    "Gap",
    "Item",
    "Leak",
    "Problem",
    "Quota",
    "SayWords",
    "Step",
    "Value",
    "check_value",
    "comparisons_of",
    "evaluate",
    "fill",
    "find_broken",
    "find_gaps",
    "find_leaks",
    "fulfils",
    "in_language",
    "is_empty",
    "items_of",
    "read_definition",
    "say",
]

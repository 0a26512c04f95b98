"""From a variant's Markdown to what one recipient gets: subject, HTML and plain text.

A variant is compiled once (grammar, Markdown, sanitising, the mail's frame, inlined styles) and then
rendered for each recipient by joining ready pieces, or by Jinja2's sandbox where it has conditions.
"""

from comms.content.rendering.compiled import (
    CompiledVariant,
    FrozenVariant,
    Rendered,
    compile_variant,
)
from comms.content.rendering.errors import MissingVariableError, RenderError, TemplateError
from comms.content.rendering.variables import VARIABLES, Recipient, Variable

__all__ = [
    "VARIABLES",
    "CompiledVariant",
    "FrozenVariant",
    "MissingVariableError",
    "Recipient",
    "RenderError",
    "Rendered",
    "TemplateError",
    "Variable",
    "compile_variant",
]

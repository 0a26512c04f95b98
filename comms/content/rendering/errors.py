"""What can be wrong with a variant, told to its author or to the officer who sends it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comms.core.errors import CommsError, InvalidError


class TemplateError(InvalidError):
    """A variant's text can't be used. `field` is `subject` or `body`; `line` counts from 1, or is 0."""

    def __init__(self, message: str, *, field: str, line: int = 0) -> None:
        if line and field == "body":
            message = _("Line %(line)d: %(message)s") % {"line": line, "message": message}
        super().__init__(message, field=field)
        self.line = line


class RenderError(CommsError):
    """A variant can't be rendered for one recipient."""

    status = 422
    code = "not_rendered"


class MissingVariableError(RenderError):
    """The variant uses a value that this recipient doesn't have."""

    def __init__(self, *, variable: str, recipient: str) -> None:
        super().__init__(
            _("%(recipient)s has no “%(variable)s”, which the text uses.")
            % {"recipient": recipient, "variable": variable}
        )
        self.variable = variable
        self.recipient = recipient

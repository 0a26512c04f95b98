"""A variant that is ready to send: compile once, render for each recipient."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from comms.content.rendering.errors import MissingVariableError, RenderError, TemplateError
from comms.content.rendering.frame import html_mail, text_mail
from comms.content.rendering.grammar import Marked, Place, read_template
from comms.content.rendering.languages import Direction, country_names, own_name
from comms.content.rendering.markdown import link_of, read_markdown, require_all_markers, to_html
from comms.content.rendering.pieces import AbsentValueError, Flat, Part, cut, part_of
from comms.content.rendering.plaintext import to_text
from comms.content.rendering.variables import (
    VARIABLES,
    Recipient,
    Values,
    harmless,
    values_of,
)

SUBJECT_CHARS = 250
BODY_CHARS = 20_000
# Webmail cuts a mail off after about 102 KB, and with it the words that say how to stop.
HTML_BYTES = 100_000
RENDERED_CHARS = 250_000

_ALWAYS_THERE = {"unsubscribe_link", "workspace", "language"}
_TOO_MANY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class FrozenVariant:
    """What a variant is rendered from; nothing else enters its mails. `body` is Markdown."""

    subject: str
    body: str
    language: str
    direction: Direction
    workspace_name: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one recipient gets. `subject` is one line; `html` a whole document; `text` ends with a newline."""

    subject: str
    html: str
    text: str


class CompiledVariant:
    """Renders one variant. Safe to keep and to share between threads."""

    def __init__(
        self, *, subject: Part, html: Part, text: Part, constants: Values, names: dict[str, str]
    ) -> None:
        self._subject = subject
        self._html = html
        self._text = text
        self._constants = constants
        self._names = names
        self._flat = all(isinstance(part, Flat) for part in (subject, html, text))
        self._needs = tuple(sorted(subject.needs | html.needs | text.needs))

    @property
    def has_conditions(self) -> bool:
        """Whether rendering goes through Jinja2."""
        return not self._flat

    @property
    def asks(self) -> bool:
        """Whether it says anything of its recipient, so that a value could be missing."""
        return not self._flat or any(
            VARIABLES[index].name not in _ALWAYS_THERE for index in self._needs
        )

    def render(self, recipient: Recipient) -> Rendered:
        """What `recipient` gets. Raises MissingVariableError, or RenderError for an empty subject."""
        values = values_of(recipient, self._constants, self._names)
        for index in self._needs:
            if not values[index]:
                raise MissingVariableError(
                    variable=VARIABLES[index].name, recipient=recipient.label
                )
        if self._flat:
            return Rendered(
                self._subject.render(values), self._html.render(values), self._text.render(values)
            )
        return self._render_conditions(recipient, values)

    def _render_conditions(self, recipient: Recipient, values: Values) -> Rendered:
        try:
            html = self._html.render(values)
            text = _TOO_MANY_LINES.sub("\n\n", self._text.render(values))
            subject = " ".join(self._subject.render(values).split())
        except AbsentValueError as error:
            raise MissingVariableError(
                variable=str(error.args[0]), recipient=recipient.label
            ) from None
        if not subject:
            raise RenderError(
                _("The subject would be empty for %(recipient)s.") % {"recipient": recipient.label}
            )
        if len(html) > RENDERED_CHARS or len(text) > RENDERED_CHARS:
            raise RenderError(
                _("The mail would be too long for %(recipient)s.") % {"recipient": recipient.label}
            )
        return Rendered(subject, html, text)

    def missing(self, recipient: Recipient) -> tuple[str, ...]:
        """The variables that the text needs and `recipient` lacks; empty when it can be sent.

        A text with conditions is tried out, so it names the first one only. An empty subject counts
        as `subject`.
        """
        values = values_of(recipient, self._constants, self._names)
        lacking = tuple(VARIABLES[index].name for index in self._needs if not values[index])
        if lacking or self._flat:
            return lacking
        try:
            self._render_conditions(recipient, values)
        except MissingVariableError as error:
            return (error.variable,)
        except RenderError:
            return ("subject",)
        return ()


def compile_variant(frozen: FrozenVariant) -> CompiledVariant:
    """Compile a variant. Raises TemplateError, whose `field` and `line` say where the text is wrong."""
    _require_bounds(frozen)
    constants = (harmless(frozen.workspace_name), own_name(frozen.language))
    subject = read_template(" ".join(frozen.subject.split()), where="subject")
    body = read_template(frozen.body, where="body")
    tokens = read_markdown(body)
    content, text = to_html(tokens, body), to_text(tokens)
    stop = body.mark(Place("variable", 0, variable="unsubscribe_link"))
    html = html_mail(
        content,
        language=frozen.language,
        direction=frozen.direction,
        workspace_name=constants[0],
        stop_link=link_of(stop),
    )
    whole_text = text_mail(
        text, language=frozen.language, workspace_name=constants[0], stop_link=stop
    )
    for made in (html, whole_text):
        require_all_markers(made, body)
    if len(html.encode()) > HTML_BYTES:
        raise TemplateError(
            _("The mail is larger than 100 KB, and mail programs would cut it off."), field="body"
        )
    return CompiledVariant(
        subject=_part(subject.text, subject, as_html=False),
        html=_part(html, body, as_html=True),
        text=_part(whole_text, body, as_html=False),
        constants=constants,
        names=country_names(frozen.language),
    )


def _require_bounds(frozen: FrozenVariant) -> None:
    if not frozen.subject.strip():
        raise TemplateError(_("Write a subject."), field="subject")
    if not frozen.body.strip():
        raise TemplateError(_("Write a text."), field="body")
    if len(frozen.subject) > SUBJECT_CHARS:
        raise TemplateError(
            _("The subject is longer than %(most)d characters.") % {"most": SUBJECT_CHARS},
            field="subject",
        )
    if len(frozen.body) > BODY_CHARS:
        raise TemplateError(
            _("The text is longer than %(most)d characters.") % {"most": BODY_CHARS}, field="body"
        )
    for field, text in (("subject", frozen.subject), ("body", frozen.body)):
        if "\x00" in text:
            raise TemplateError(_("The text holds a character that can't be sent."), field=field)


def _part(text: str, marked: Marked, *, as_html: bool) -> Part:
    # A name in another script than its sentence keeps its own direction.
    around = ("<bdi>", "</bdi>") if as_html else ("", "")
    return part_of(cut(text, marked, lambda _place: around), as_html=as_html)

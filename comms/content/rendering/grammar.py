"""The small part of Jinja2 that a variant may use: `{{ variable }}` and `{% if %}`, nothing else.

Jinja2 parses; this module walks its tree and refuses every node that isn't on the list, so attribute
access, calls, filters, loops and includes never reach the sandbox that would refuse them again.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from django.utils.translation import gettext as _
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from comms.content.rendering.errors import TemplateError
from comms.content.rendering.variables import BY_NAME

MAX_PLACES = 200
MAX_DEPTH = 5
_ALLOWED_OPERATORS = {"eq", "ne", "in", "notin"}
# Any text's markers: compiled once, because a pattern for each text's secret took a fifth of compiling it. No
# marker begins inside another, for "m" is neither a hexadecimal digit nor in what follows.
_MARKER = re.compile("mk([0-9a-f]{16})n([0-9]+)e")
_MARKER_OR_LINK = re.compile(rf"(?P<link>https://)?{_MARKER.pattern}(?(link)\.invalid/)")

_parser = ImmutableSandboxedEnvironment()


@dataclass(frozen=True)
class Place:
    """Where something that isn't plain text stands: a variable, or one tag of a condition."""

    kind: Literal["variable", "if", "elif", "else", "endif"]
    line: int
    variable: str = ""
    test: nodes.Node | None = None


@dataclass
class Marked:
    """A text whose variables and conditions are replaced by markers that survive Markdown and HTML tools.

    A marker is letters and digits only, with a random part that an author can't guess.
    """

    secret: str
    text: str = ""
    places: list[Place] = field(default_factory=list)

    def mark(self, place: Place) -> str:
        """Note `place` and return its marker."""
        self.places.append(place)
        return f"mk{self.secret}n{len(self.places) - 1}e"

    def found_in(self, text: str) -> list[int]:
        """The places whose markers stand in `text`, in order."""
        return [int(number) for secret, number in _MARKER.findall(text) if secret == self.secret]

    def is_marker(self, text: str) -> bool:
        """Whether `text` is one marker and nothing else."""
        match = _MARKER.fullmatch(text)
        return match is not None and match[1] == self.secret

    def without(self, text: str) -> str:
        """`text` with its markers taken out."""
        return _MARKER.sub(lambda match: "" if match[1] == self.secret else match[0], text)

    def spans_in(self, text: str) -> Iterator[tuple[int, int, Place, bool]]:
        """From where to where each marker stands in `text`, its place, and whether it is a link's address."""
        for match in _MARKER_OR_LINK.finditer(text):
            if match[2] == self.secret:
                yield match.start(), match.end(), self.places[int(match[3])], bool(match["link"])


def read_template(source: str, *, where: Literal["subject", "body"]) -> Marked:
    """Parse `source`, refuse what isn't allowed, and return it with markers. Raises TemplateError."""
    try:
        tree = _parser.parse(source)
    except TemplateSyntaxError as error:
        message = _("This can't be read: %(reason)s") % {"reason": error.message}
        raise TemplateError(message, field=where, line=error.lineno) from None
    except RecursionError:
        raise TemplateError(_("Conditions are nested too deeply."), field=where) from None
    marked = Marked(secret=secrets.token_hex(8))
    while marked.secret in source:
        marked.secret = secrets.token_hex(8)
    marked.text = "".join(_Reader(marked, where).read(tree.body, depth=0))
    if len(marked.places) > MAX_PLACES:
        raise TemplateError(
            _("There are more than %(most)d variables and conditions.") % {"most": MAX_PLACES},
            field=where,
        )
    return marked


class _Reader:
    """One walk over Jinja2's tree."""

    def __init__(self, marked: Marked, where: Literal["subject", "body"]) -> None:
        self.marked = marked
        self.where = where

    def refuse(self, message: str, node: nodes.Node) -> NoReturn:
        raise TemplateError(message, field=self.where, line=node.lineno)

    def read(self, body: list[nodes.Node], depth: int) -> Iterator[str]:
        for node in body:
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    yield self.output(part)
            elif isinstance(node, nodes.If):
                if depth >= MAX_DEPTH:
                    self.refuse(_("Conditions are nested too deeply."), node)
                yield from self.condition(node, depth)
            else:
                self.refuse(
                    _("Only conditions can stand between {% and %}: if, elif, else, endif."), node
                )

    def output(self, node: nodes.Expr) -> str:
        if isinstance(node, nodes.TemplateData):
            return node.data
        if not isinstance(node, nodes.Name):
            self.refuse(
                _("Only the name of a variable can stand between {{ and }}, such as {{ name }}."),
                node,
            )
        self.known(node)
        if not BY_NAME[node.name].shown:
            self.refuse(
                _("“%(name)s” can only be used in a condition.") % {"name": node.name}, node
            )
        return self.marked.mark(Place("variable", node.lineno, variable=node.name))

    def condition(self, node: nodes.If, depth: int) -> Iterator[str]:
        self.test(node.test, depth=0)
        yield self.marked.mark(Place("if", node.lineno, test=node.test))
        yield from self.read(node.body, depth + 1)
        for branch in node.elif_:
            self.test(branch.test, depth=0)
            yield self.marked.mark(Place("elif", branch.lineno, test=branch.test))
            yield from self.read(branch.body, depth + 1)
        if node.else_:
            yield self.marked.mark(Place("else", node.lineno))
            yield from self.read(node.else_, depth + 1)
        yield self.marked.mark(Place("endif", node.lineno))

    def test(self, node: nodes.Node, depth: int) -> None:
        if depth > 20:
            self.refuse(_("Conditions are nested too deeply."), node)
        if isinstance(node, nodes.Name):
            self.known(node)
        elif isinstance(node, nodes.Const):
            if not isinstance(node.value, str):
                self.refuse(_("Compare a variable with a text in quotes."), node)
        elif isinstance(node, nodes.And | nodes.Or):
            self.test(node.left, depth + 1)
            self.test(node.right, depth + 1)
        elif isinstance(node, nodes.Not):
            self.test(node.node, depth + 1)
        elif isinstance(node, nodes.Compare):
            self.comparison(node, depth)
        else:
            self.refuse(
                _(
                    "A condition can only compare variables with texts, such as "
                    '{% if country_code == "IE" %}, joined by and, or, not.'
                ),
                node,
            )

    def comparison(self, node: nodes.Compare, depth: int) -> None:
        self.test(node.expr, depth + 1)
        for operand in node.ops:
            if operand.op not in _ALLOWED_OPERATORS:
                self.refuse(_("A condition can only use ==, !=, in and not in."), node)
            if operand.op in {"in", "notin"}:
                if not isinstance(operand.expr, nodes.List | nodes.Tuple):
                    self.refuse(_('After “in” comes a list, such as ["IE", "FR"].'), node)
                for item in operand.expr.items:
                    self.test(item, depth + 1)
            else:
                self.test(operand.expr, depth + 1)

    def known(self, node: nodes.Name) -> None:
        if node.name not in BY_NAME:
            self.refuse(
                _("There is no variable “%(name)s”. You can use: %(known)s.")
                % {"name": node.name[:60], "known": ", ".join(BY_NAME)},
                node,
            )

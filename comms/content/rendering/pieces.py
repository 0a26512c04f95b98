"""A marked text cut at its markers, and rendered: joined when it is flat, by Jinja2 when it has conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from jinja2 import Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from comms.content.rendering.grammar import Marked, Place
from comms.content.rendering.variables import INDEX, VARIABLES, Values

Piece = str | Place


class AbsentValueError(LookupError):
    """A value is needed that isn't there; `args[0]` is the variable."""


class Part(Protocol):
    """One of subject, HTML and text, ready to render."""

    needs: frozenset[int]

    def render(self, values: Values) -> str:
        """The text for these values. Raises AbsentValueError."""
        ...


class Flat:
    """A part without conditions: ready strings and places of values between them."""

    def __init__(self, pieces: list[Piece], *, as_html: bool) -> None:
        self._as_html = as_html
        self._texts = [piece if isinstance(piece, str) else "" for piece in pieces]
        self._slots = tuple(
            (place, INDEX[piece.variable])
            for place, piece in enumerate(pieces)
            if isinstance(piece, Place)
        )
        self.needs = frozenset(index for _, index in self._slots)

    def render(self, values: Values) -> str:
        """Join the strings and the values."""
        texts = self._texts.copy()
        if self._as_html:
            for place, index in self._slots:
                texts[place] = escape(values[index])
        else:
            for place, index in self._slots:
                texts[place] = values[index]
        return "".join(texts)


class _Absent(Undefined):
    """A value that a recipient doesn't have: false in a condition, an error when it would be shown.

    StrictUndefined would refuse it in a condition too, and `{% if country %}` is how one asks for it.
    """

    __slots__ = ()

    def __str__(self) -> str:
        raise AbsentValueError(self._undefined_name)


def sandbox(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    """Jinja2's sandbox with nothing in reach: no globals, no filters, no tests, no loader."""
    environment = ImmutableSandboxedEnvironment(
        undefined=_Absent, autoescape=autoescape, cache_size=0
    )
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    return environment


_SANDBOXES = {True: sandbox(autoescape=True), False: sandbox(autoescape=False)}


class Conditional:
    """A part with conditions. Jinja2 compares raw values and, in HTML, escapes those it shows."""

    needs: frozenset[int] = frozenset()

    def __init__(self, pieces: list[Piece], *, as_html: bool) -> None:
        environment = _SANDBOXES[as_html]
        tree = nodes.Template(_Builder(pieces).body(), lineno=1)
        tree.set_environment(environment)
        self._template = environment.from_string(tree)

    def render(self, values: Values) -> str:
        """Evaluate for raw `values`."""
        given = {
            variable.name: value for variable, value in zip(VARIABLES, values, strict=True) if value
        }
        return self._template.render(given)


class _Builder:
    """Builds Jinja2's tree from pieces, so that no text of an author is ever parsed a second time."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self.at = 0

    def body(self) -> list[nodes.Node]:
        """Everything up to a tag that closes this level."""
        made: list[nodes.Node] = []
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            if isinstance(piece, str):
                made.append(nodes.Output([nodes.TemplateData(piece, lineno=1)], lineno=1))
            elif piece.kind == "variable":
                name = nodes.Name(piece.variable, "load", lineno=1)
                made.append(nodes.Output([name], lineno=1))
            elif piece.kind == "if":
                made.append(self._condition(piece))
            else:
                return made
            self.at += 1
        return made

    def _condition(self, opening: Place) -> nodes.If:
        self.at += 1
        main = nodes.If(opening.test, self.body(), [], [], lineno=1)
        while True:
            tag = self.pieces[self.at]
            if not isinstance(tag, Place) or tag.kind == "endif":
                return main
            self.at += 1
            inner = self.body()
            if tag.kind == "elif":
                main.elif_.append(nodes.If(tag.test, inner, [], [], lineno=1))
            else:
                main.else_ = inner


def cut(text: str, marked: Marked, show: Callable[[Place], tuple[str, str]]) -> list[Piece]:
    """Split `text` at its markers. `show` gives what stands before and after a variable there."""
    pieces: list[Piece] = []
    end = 0
    for start, stop, place, is_link in marked.spans_in(text):
        before, after = show(place) if place.kind == "variable" and not is_link else ("", "")
        pieces += [text[end:start] + before, place, after]
        end = stop
    pieces.append(text[end:])
    return _joined(pieces)


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "":
            joined.append(piece)
    return joined


def part_of(pieces: list[Piece], *, as_html: bool) -> Flat | Conditional:
    """The fastest part that renders these pieces."""
    if any(isinstance(piece, Place) and piece.kind != "variable" for piece in pieces):
        return Conditional(pieces, as_html=as_html)
    return Flat(pieces, as_html=as_html)

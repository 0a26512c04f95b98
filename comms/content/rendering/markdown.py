"""Markdown with markers to HTML that is safe to send, and to plain text.

Raw HTML and images are no part of the language: an image is either an attachment we don't have or a
request to someone's server, which would tell them who reads.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from comms.content.rendering.errors import TemplateError
from comms.content.rendering.grammar import Marked
from comms.content.rendering.variables import BY_NAME

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(
    ["image", "html_block", "html_inline"]
)
_TAGS = {
    "p", "br", "strong", "em", "a", "h1", "h2", "h3", "h4", "h5", "h6",
    "ul", "ol", "li", "blockquote", "code", "pre", "hr",
}  # fmt: skip
_SCHEMES = {"https", "http", "mailto"}


def read_markdown(marked: Marked) -> list[Token]:
    """Parse a marked body; links are checked, and tags that stand alone are no paragraphs.

    Raises TemplateError.
    """
    tokens = _MARKDOWN.parse(_tags_apart(marked))
    for place, token in enumerate(tokens):
        if token.type == "inline":
            for child in token.children or []:
                if child.type == "link_open":
                    _check_link(child, marked, token)
            if _only_tags(token.content, marked) and tokens[place - 1].type == "paragraph_open":
                _unwrap(tokens, place)
    return tokens


def to_html(tokens: list[Token], marked: Marked) -> str:
    """Sanitised HTML, with the markers still in it. Raises TemplateError when a condition tears an element."""
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    require_all_markers(clean, marked)
    _Nesting(marked).check(clean)
    return clean


def require_all_markers(text: str, marked: Marked) -> None:
    """Every variable and condition is still there, once and in order. Raises TemplateError."""
    found = marked.found_in(text)
    for expected, place in enumerate(marked.places):
        if expected >= len(found) or found[expected] != expected:
            raise TemplateError(
                _(
                    "A variable or condition stands where it would be lost, such as in a link's title."
                ),
                field="body",
                line=place.line,
            )


def link_of(marker: str) -> str:
    """How a marker stands as a link's address while HTML tools handle it."""
    return f"https://{marker}.invalid/"


def _tags_apart(marked: Marked) -> str:
    """Give a line that holds nothing but tags of conditions a block of its own."""
    lines = []
    for line in marked.text.splitlines():
        lines.extend(["", line.strip(), ""] if _only_tags(line, marked) else [line])
    return "\n".join(lines)


def _only_tags(text: str, marked: Marked) -> bool:
    found = marked.found_in(text)
    return (
        bool(found)
        and not marked.without(text).strip()
        and all(marked.places[index].kind != "variable" for index in found)
    )


def _unwrap(tokens: list[Token], place: int) -> None:
    inner = tokens[place]
    tokens[place - 1] = Token("html_block", "", 0, content="", level=inner.level)
    tokens[place] = Token("html_block", "", 0, content=inner.content, level=inner.level)
    tokens[place + 1] = Token("html_block", "", 0, content="\n", level=inner.level)


def _check_link(link: Token, marked: Marked, inline: Token) -> None:
    address = str(link.attrs.get("href", ""))
    line = (inline.map[0] + 1) if inline.map else 0
    found = marked.found_in(address)
    if found:
        place = marked.places[found[0]]
        if not marked.is_marker(address) or not (
            place.kind == "variable" and BY_NAME[place.variable].link
        ):
            raise TemplateError(
                _("A link's address can only be a full address or {{ unsubscribe_link }}."),
                field="body",
                line=place.line,
            )
        link.attrs = {"href": link_of(address)}
        return
    parts = urlsplit(address)
    if parts.scheme not in _SCHEMES or not (parts.netloc or parts.scheme == "mailto"):
        raise TemplateError(
            _("A link needs a full address that starts with https:// or mailto:."),
            field="body",
            line=line,
        )
    link.attrs = {"href": address}


class _Nesting(HTMLParser):
    """Finds a condition that begins in one element and ends in another."""

    def __init__(self, marked: Marked) -> None:
        super().__init__(convert_charrefs=True)
        self.marked = marked
        self.open: list[int] = []
        self.elements = 0
        self.conditions: list[tuple[int, ...]] = []

    def check(self, html: str) -> None:
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"br", "hr"}:
            self.elements += 1
            self.open.append(self.elements)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"br", "hr"}:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        here = tuple(self.open)
        for index in self.marked.found_in(data):
            place = self.marked.places[index]
            if place.kind == "if":
                self.conditions.append(here)
            elif place.kind != "variable" and self.conditions[-1] != here:
                raise TemplateError(
                    _(
                        "A condition must end in the same paragraph, list item or emphasis that it "
                        "begins in. Put its tags on lines of their own."
                    ),
                    field="body",
                    line=place.line,
                )
            if place.kind == "endif":
                self.conditions.pop()

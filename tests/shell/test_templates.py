"""Every template keeps the rules that the content security policy and the readers depend on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from comms.core.templatetags.ui import listed_icons

_TEMPLATES = settings.BASE_DIR / "templates"
# Documents with a policy of their own: mails, and what stands in a mail's preview frame.
_FRAMED = {"content/preview_said.html"}
_PAGES = sorted(
    path
    for path in _TEMPLATES.glob("**/*.html")
    if "mail" not in path.relative_to(_TEMPLATES).parts
    and path.relative_to(_TEMPLATES).as_posix() not in _FRAMED
)
_THEME = sorted((settings.BASE_DIR / "frontend" / "src" / "theme").glob("**/*.scss"))

# A tag's own attributes: `style=`, `onclick=`; and scripts or styles written into the page.
_INLINE = re.compile(
    r"""<[a-z][^>]*\s(style|on[a-z]+)\s*=|<style\b|<script\b(?![^>]*\bsrc=)|=\s*["']?\s*javascript:""",
    re.I,
)
_ICON = re.compile(
    r"""\{%\s*(?:icon|empty_state)\s+"([^"]+)"|\bicon(?:_name)?=["']([a-z0-9-]+)["']"""
)
_PHYSICAL = re.compile(
    r"(?<![\w-])(?:margin|padding|border)-(?:left|right|top|bottom)\b|(?<![\w-])(?:left|right|width|height)\s*:"
    r"|(?:float|clear):\s*(?:left|right)\b"
)


def _name(path: Path) -> str:
    return path.relative_to(settings.BASE_DIR).as_posix()


@pytest.mark.parametrize("path", _PAGES, ids=_name)
def test_template_compiles_and_holds_nothing_inline(path: Path) -> None:
    """The policy would block it in silence, and the page would be broken for everyone."""
    get_template(path.relative_to(_TEMPLATES).as_posix())
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", "", path.read_text("utf-8"), flags=re.S)
    assert not [match.group(0) for match in _INLINE.finditer(text)]


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="color: red">',
        '<a href="/" onclick="go()">',
        "<style>p {}</style>",
        "<script>go()</script>",
        '<a href="javascript:go()">',
    ],
)
def test_inline_rule_would_notice(markup: str) -> None:
    """The rule above can fail."""
    assert _INLINE.search(markup)


@pytest.mark.parametrize("path", _PAGES, ids=_name)
def test_icons_are_in_the_sprite(path: Path) -> None:
    """An icon that the sprite lacks is an empty box."""
    used = {first or second for first, second in _ICON.findall(path.read_text("utf-8"))}
    assert used <= listed_icons()


@pytest.mark.parametrize("path", _THEME, ids=_name)
def test_theme_is_free_of_left_and_right(path: Path) -> None:
    """Logical properties only, so that one sheet serves both directions."""
    assert not [match.group(0) for match in _PHYSICAL.finditer(path.read_text("utf-8"))]

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
# Attributes that are read aloud, or only compared with each other: a number may wear its separators there.
_SPOKEN = {"aria-label", "title", "alt", "placeholder", "lang", "dir"}
_SPOKEN |= {"class", "id", "for", "aria-describedby", "aria-controls", "aria-labelledby"}
# What stands in an attribute for a program and is a text, by its path or the last part of it.
_TEXTS = frozenset(
    "account_id address address_word as audiences_url auto_id back cancel_url code country_word csrf_token "  # noqa: SIM905 - a list of 50 lines says no more
    "decision direction email email_word filters form.login.value form.name.value form_id forms_url get_full_path "
    "guest_id id id_for_label identifier ids language languages_word ledger_url link live_path logout_url "
    "may_read members_url name owner_id palette_url person_url pk profile_url q query question recipient "
    "redirect_field_value region_word return_url scope security_url slug speed_url state stop_link subject_id "
    "submission_id tag text theme thread_id time_zone title totp_svg_data_uri updates_word url verifier "
    "workspace_id waits_for_us workspaces wrap".split()
)
_ATTRIBUTE = re.compile(r"""\s([a-z][a-z-]*)=("[^"]*"|'[^']*')""", re.S)
_SHOWN = re.compile(r"\{\{\s*([\w.]+)([^}]*)\}\}")
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


def _bare(text: str) -> list[str]:
    """What may be a number with separators in an attribute that a program reads."""
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", "", text, flags=re.S)
    # A filter's own quotes don't end the attribute.
    text = re.sub(r"\{%.*?%\}", lambda tag: tag[0].replace('"', " ").replace("'", " "), text)
    return [
        f"{attribute[1]}={attribute[2]}"
        for attribute in _ATTRIBUTE.finditer(text)
        if attribute[1] not in _SPOKEN
        for name, filters in _SHOWN.findall(attribute[2])
        if _TEXTS.isdisjoint({name, name.rpartition(".")[2]})
        and not re.search(r"\|(unlocalize|date:|stringformat:|urlencode)", filters)
    ]


def test_a_number_for_a_program_has_no_separators() -> None:
    """1440 minutes come out as "1,440", of which a script reads 1: write `|unlocalize`.

    What can only be a text is named in `_TEXTS`.
    """
    found = {_name(path): bare for path in _PAGES if (bare := _bare(path.read_text("utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    ("markup", "is_found"),
    [
        ('<input value="{{ count }}">', True),
        ('<a href="?page={{ page.number }}&amp;q={{ q }}">', True),
        ("<p data-most='{{ limits.most|default:5 }}'>", True),
        ('<meter max="{% if total > 0 %}{{ total }}{% else %}1{% endif %}">', True),
        ('<td colspan="{{ columns|length }}">', True),
        ('<input value="{{ count|unlocalize }}">', False),
        ('<input value="{{ each.id }}" aria-label="{{ count }}">', False),
        ('<a href="{% url "log" edition.id %}?state={{ state }}">{{ count }}</a>', False),
    ],
)
def test_the_check_for_numbers_finds_them(markup: str, is_found: bool) -> None:
    assert bool(_bare(markup)) == is_found


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

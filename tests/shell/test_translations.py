"""Nobody who chose Arabic meets an English sentence."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings

from comms.core import catalogues

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    """Every text of the code."""
    return catalogues.extract(settings.BASE_DIR)


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def test_the_code_has_texts(wanted: Catalog) -> None:
    """The finder finds: a page's, a plural, one of Python, one in a tag's argument."""
    assert len(wanted) > 100
    assert wanted.get("Skip to the content")
    assert wanted.get("There is a problem")
    assert wanted.get("Administrator")


def test_no_text_hides_behind_a_name_that_the_finder_does_not_know() -> None:
    """`gettext as _now` says its words in English for ever: nobody would be asked to translate them."""
    hidden = [
        f"{path.relative_to(settings.BASE_DIR)}: {name}"
        for path in sorted((settings.BASE_DIR / "comms").rglob("*.py"))
        for name in re.findall(r"\bn?p?gettext(?:_lazy)? as (\w+)", path.read_text())
        if name not in catalogues.KEYWORDS
    ]
    assert hidden == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str, wanted: Catalog) -> None:
    kept = catalogues.read(settings.BASE_DIR, language)
    missing = [
        message.id
        for message in _messages(wanted)
        if (entry := kept.get(message.id, message.context)) is None
        or not catalogues.is_translated(entry)
    ]
    assert not missing, "run `manage.py messages`, then translate these in locale/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fuzzy_and_nothing_is_left_over(language: str, wanted: Catalog) -> None:
    kept = catalogues.read(settings.BASE_DIR, language)
    assert not [message.id for message in _messages(kept) if message.fuzzy]
    assert not kept.obsolete
    stale = [
        message.id for message in _messages(kept) if wanted.get(message.id, message.context) is None
    ]
    assert not stale, "run `manage.py messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_values(language: str) -> None:
    """A lost `%(name)s` is a sentence about nobody; an invented one is a crash."""
    kept = catalogues.read(settings.BASE_DIR, language)
    assert not {
        str(message.id): lost
        for message in _messages(kept)
        if (lost := catalogues.lost_placeholders(message))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    kept = catalogues.read(settings.BASE_DIR, language)
    forms = {
        len(message.string)
        for message in _messages(kept)
        if isinstance(message.id, tuple) and isinstance(message.string, tuple)
    }
    assert forms == {kept.num_plurals}


def test_arabic_counts_like_django_does() -> None:
    """0, 1, 2, 3–10, 11–99, and the hundreds each take the form that our file says."""
    kept = catalogues.read(settings.BASE_DIR, "ar")
    plural = gettext.c2py(kept.plural_expr)
    assert [plural(n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 101, 103)] == [
        0,
        1,
        2,
        3,
        3,
        4,
        4,
        5,
        5,
        3,
    ]


def test_finder_sees_templates_and_python(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "comms").mkdir()
    (tmp_path / "templates" / "a.html").write_text(
        "<p>\n    {% translate 'One' %}\n  {% blocktranslate count n=n %}{{ n }} leaf{% plural %}{{ n }} leaves"
        '{% endblocktranslate %}\n{% badge "good" _("Two") %}{% translate "May" context "month" %}</p>(',
        encoding="utf-8",
    )
    (tmp_path / "comms" / "a.py").write_text(
        "from x import gettext_lazy as _\nA = _('Three')\nB = _(A)\nC = ngettext('%d day', '%d days', 3)\n",
        encoding="utf-8",
    )
    found = catalogues.extract(tmp_path)
    assert {(message.context, message.id) for message in _messages(found)} == {
        (None, "One"),
        (None, ("%(n)s leaf", "%(n)s leaves")),
        (None, "Two"),
        ("month", "May"),
        (None, "Three"),
        (None, ("%d day", "%d days")),
    }


@pytest.mark.parametrize(
    ("text", "translation", "lost"),
    [
        ("Hello %(name)s", "مرحبا %(name)s", set()),
        ("Hello %(name)s", "مرحبا", {"%(name)s"}),
        ("Hello", "مرحبا {name}", {"{name}"}),
        (
            ("%(n)s day", "%(n)s days"),
            ("لا يوم", "يوم", "يومان", "%(n)s أيام", "%(n)s يوما", "%(n)s يوم"),
            set(),
        ),
        (
            ("%(n)s day", "%(n)s days"),
            ("لا يوم", "يوم", "يومان", "أيام", "%(n)s يوما", "%(n)s يوم"),
            {"%(n)s"},
        ),
    ],
)
def test_lost_values_are_noticed(text: str, translation: str, lost: set[str]) -> None:
    assert catalogues.lost_placeholders(Message(text, translation)) == lost

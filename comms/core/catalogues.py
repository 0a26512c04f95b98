"""The words of the product in every language: found in code and templates, kept in locale/*/django.po.

Works with Django's own template reader and Babel, so that neither a developer nor CI needs gettext's
programs. Words of scripts are in templates too (the `words` tag), so this sees them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...]] = {
    "_": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")

# The forms of a count, by language: how many there are, and which one a number takes.
PLURAL_FORMS = {
    "ar": (
        "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
        "n%100>=11 && n%100<=99 ? 4 : 5;"
    ),
}
_HEADER = """\
# Translations of Entente. Kept by `manage.py messages`, compiled when the system starts.
msgid ""
msgstr ""
"Project-Id-Version: Entente\\n"
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

Key = tuple[str | None, str | tuple[str, ...]]


def _calls(source: str) -> Iterator[tuple[int, Key]]:
    """Yield the line, context and text of each gettext call with literal arguments."""
    for line, function, arguments, _comments in extract_python(
        BytesIO(source.encode()), dict.fromkeys(KEYWORDS), (), {"encoding": "utf-8"}
    ):
        # Babel's annotation says a list; it is the text itself, or a tuple with None for what is no literal.
        texts = cast("str | tuple[str | None, ...]", arguments)
        given = texts if isinstance(texts, tuple) else (texts,)
        context: str | None = None
        message: list[str] = []
        for place in KEYWORDS[cast(str, function)]:
            index = place[0] if isinstance(place, tuple) else place
            text = given[index - 1] if index <= len(given) else None
            if not text:
                break
            if isinstance(place, tuple):
                context = text
            else:
                message.append(text)
        else:
            yield line, (context, message[0] if len(message) == 1 else tuple(message))


def _in_template(path: Path) -> Iterator[tuple[int, Key]]:
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    # What is left of the page is X-es; without the indents it reads as Python, line by line.
    return _calls("\n".join(line.lstrip() for line in code.splitlines()))


def extract(root: Path) -> Catalog:
    """Return every text of the code and templates under `root`, with where it stands."""
    found = Catalog(domain="django", charset="utf-8", fuzzy=False)
    sources = [
        *sorted((root / "comms").glob("**/*.py")),
        *sorted((root / "config").glob("**/*.py")),
        *sorted((root / "templates").glob("**/*.html")),
        *sorted((root / "templates").glob("**/*.txt")),
    ]
    for path in sources:
        calls = (
            _calls(path.read_text(encoding="utf-8")) if path.suffix == ".py" else _in_template(path)
        )
        for _line, (context, text) in calls:
            # Files without line numbers: a moved line is no reason to change the catalogue.
            found.add(text, context=context, locations=[(path.relative_to(root).as_posix(), 0)])
    return found


def catalogue_path(root: Path, language: str) -> Path:
    """Return where the catalogue of `language` is kept."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(root: Path, language: str) -> Catalog:
    """Return the catalogue of `language`. Raises FileNotFoundError, and PoFileError when it is broken."""
    with catalogue_path(root, language).open("rb") as file:
        return read_po(file, locale=language, domain="django", abort_invalid=True)


def update(root: Path, language: str) -> tuple[int, int]:
    """Bring the catalogue of `language` up to the code; texts that are gone leave it.

    Return how many texts there are and how many still wait for their translation. Nothing is ever
    guessed from a similar text (fuzzy): a wrong sentence is worse than an English one.
    """
    path = catalogue_path(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    header = _HEADER.format(language=language, plural_forms=PLURAL_FORMS[language])
    if not path.is_file():
        path.write_text(header, encoding="utf-8")
    kept = read(root, language)
    kept.update(extract(root), no_fuzzy_matching=True)
    kept.obsolete.clear()
    written = BytesIO()
    write_po(written, kept, width=110, sort_output=True, include_lineno=False, omit_header=True)
    # A header of our own: the dates of a tool would change the file at every run.
    path.write_bytes(header.encode() + written.getvalue())
    texts = [message for message in kept if message.id]
    return len(texts), sum(1 for message in texts if not is_translated(message))


def is_translated(message: Message) -> bool:
    """Tell whether every form of the text has a translation."""
    given = message.string
    return all(given) if isinstance(given, (tuple, list)) else bool(given)


def lost_placeholders(message: Message) -> set[str]:
    """Return the values that a translation leaves out or makes up, such as `%(name)s` or `{count}`.

    A plural form for a fixed number (none, one, two) may leave the number itself out.
    """
    originals = message.id if isinstance(message.id, (tuple, list)) else (message.id or "",)
    plural = len(originals) > 1
    wanted = _placeholders(originals[-1])
    wrong: set[str] = set()
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    for index, form in enumerate(forms):
        given = _placeholders(form or "")
        missing = wanted - given
        if plural and index < 3 and len(missing) == 1:
            missing = set()
        wrong |= missing | (given - wanted)
    return wrong


def _placeholders(text: str) -> set[str]:
    return {match.group(0) for match in _PLACEHOLDER.finditer(text)}

"""Languages by BCP 47 tag: what a list calls them, which way they run, which a country speaks."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages

from comms.directory.facts.countries import country_codes
from comms.directory.facts.words import folded

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|\d{3}))?")
_RTL_SCRIPTS = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"})
_SPLIT = re.compile(r"[,;/|\n]+")
MOST_LANGUAGES = 6


def language_tag(text: str) -> str:
    """The canonical tag (`pt-BR`, `sr-Latn`) of what `text` writes: a tag, or a language's name in
    English, French, Spanish, Arabic or its own. Empty when no language is recognised.
    """
    given = text.strip()
    if _TAG.fullmatch(given):
        tag = _canonical(given)
        if tag:
            return tag
    key = folded(given)
    # Languages' own names are read from some 300 files: only for a cell that is in none of ours.
    return _names().get(key) or _own_names().get(key, "")


def language_tags(text: str) -> tuple[list[str], list[str]]:
    """The languages that a cell lists in order (separated by , ; / |), and what was not recognised."""
    known: dict[str, None] = {}
    unknown = []
    for part in _SPLIT.split(text):
        if not part.strip():
            continue
        tag = language_tag(part)
        if tag:
            known[tag] = None
        else:
            unknown.append(part.strip())
    return list(known)[:MOST_LANGUAGES], unknown


def languages_of_country(code: str) -> list[str]:
    """The official languages of a country, the most spoken first; de facto ones only where none is official.

    Source: CLDR territory information through Babel. One entry for each language, in the script that is
    usual there. Empty for an unknown country.
    """
    return list(_languages_of_country(code))


@cache
def _languages_of_country(code: str) -> tuple[str, ...]:
    official = get_official_languages(code) or get_official_languages(code, de_facto=True)
    spoken = get_global("territory_languages").get(code, {})
    likely = str(get_global("likely_subtags").get(f"und_{code}", ""))
    usual = "_".join(likely.split("_")[:2])

    def rank(identifier: str) -> tuple[bool, bool, float]:
        script = identifier if "_" in identifier else _with_likely_script(identifier)
        is_usual = script == usual
        return (
            not is_usual,
            "_" in identifier,
            -float(spoken.get(identifier, {}).get("population_percent", 0)),
        )

    found: dict[str, str] = {}
    for identifier in sorted(official, key=rank):
        base = identifier.split("_")[0]
        # Norwegian is written as Bokmål or Nynorsk; the tag for both says neither.
        if base not in found and not (base == "no" and "nb" in official):
            found[base] = _canonical(identifier)
    by_speakers = sorted(
        found,
        key=lambda base: (
            _with_likely_script(found[base].replace("-", "_")) != usual,
            -max(
                (
                    float(facts.get("population_percent", 0))
                    for identifier, facts in spoken.items()
                    if identifier.split("_")[0] == base
                ),
                default=0.0,
            ),
        ),
    )
    return tuple(found[base] for base in by_speakers)[:MOST_LANGUAGES]


def direction_of(tag: str) -> Literal["ltr", "rtl"]:
    """Which way text in this language runs."""
    parts = tag.replace("-", "_").split("_")
    script = (
        parts[1]
        if len(parts) > 1 and len(parts[1]) == 4
        else _with_likely_script(parts[0]).partition("_")[2]
    )
    return "rtl" if script in _RTL_SCRIPTS else "ltr"


@lru_cache(maxsize=4096)
def language_name(tag: str, reader: str = "en") -> str:
    """The language's name in the reader's language, else in English; the tag itself when it has none."""
    try:
        locale = Locale.parse(tag.replace("-", "_"))
        name = locale.get_display_name(reader.replace("-", "_").split("_")[0])
        name = name or locale.get_display_name("en")
    except (UnknownLocaleError, ValueError):
        name = Locale.parse(reader.split("-")[0]).languages.get(tag.split("-")[0])
    return name or tag


@cache
def common_languages() -> list[str]:
    """The languages that are official somewhere: what a list to choose from offers."""
    tags = {tag for code in country_codes() for tag in languages_of_country(code)}
    return sorted({tag for tag in tags if tag} | {"ku", "yi", "zh-Hant", "fa", "he"})


def _with_likely_script(identifier: str) -> str:
    """`sr` → `sr_Cyrl`; what has a script already stays."""
    parts = identifier.split("_")
    if len(parts) > 1 and len(parts[1]) == 4:
        return "_".join(parts[:2])
    likely = str(get_global("likely_subtags").get(parts[0], ""))
    return "_".join(likely.split("_")[:2]) if likely.count("_") == 2 else parts[0]


def _canonical(identifier: str) -> str:
    """Usual case, and no script that goes without saying. Empty when CLDR knows no such language."""
    parts = identifier.replace("_", "-").split("-")
    language = parts[0].lower()
    if language not in _known_languages():
        return ""
    rest = []
    for part in parts[1:]:
        if len(part) == 4:
            script = part.title()
            if f"{language}_{script}" != _with_likely_script(language):
                rest.append(script)
        else:
            rest.append(part.upper())
    return "-".join([language, *rest])


@cache
def _known_languages() -> frozenset[str]:
    return frozenset(Locale.parse("en").languages)


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for reader in ("en", "fr", "es", "ar"):
        for identifier, name in Locale.parse(reader).languages.items():
            tag = _canonical(identifier)
            if tag:
                names.setdefault(folded(name), tag)
    return names


@cache
def _own_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for tag in dict.fromkeys(_names().values()):
        try:
            own = Locale.parse(tag.replace("-", "_")).get_display_name()
        except (UnknownLocaleError, ValueError):
            continue
        if own:
            names.setdefault(folded(own), tag)
    return names

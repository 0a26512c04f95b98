"""Countries by ISO 3166-1 code, their names in any language, and how lists write them."""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.core import get_global

from comms.directory.facts.words import folded

# Codes of CLDR that are no country: groups of countries, pseudo-locales, "unknown".
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})

# How lists write countries where CLDR's English differs. Keys are folded (see `folded`).
_ALIASES = {
    "uk": "GB",
    "u.k.": "GB",
    "great britain": "GB",
    "britain": "GB",
    "england": "GB",
    "usa": "US",
    "u.s.a.": "US",
    "us": "US",
    "united states of america": "US",
    "america": "US",
    "uae": "AE",
    "holy see": "VA",
    "vatican": "VA",
    "the holy see": "VA",
    "republic of kosovo": "XK",
    "czech republic": "CZ",
    "bosnia and herzegovina": "BA",
    "bosnia": "BA",
    "macedonia": "MK",
    "republic of north macedonia": "MK",
    "russian federation": "RU",
    "republic of moldova": "MD",
    "turkey": "TR",
    "turkiye": "TR",
    "ivory coast": "CI",
    "cote d'ivoire": "CI",
    "cape verde": "CV",
    "cabo verde": "CV",
    "swaziland": "SZ",
    "burma": "MM",
    "myanmar": "MM",
    "east timor": "TL",
    "drc": "CD",
    "dr congo": "CD",
    "democratic republic of the congo": "CD",
    "congo": "CG",
    "republic of the congo": "CG",
    "south korea": "KR",
    "republic of korea": "KR",
    "korea": "KR",
    "north korea": "KP",
    "dprk": "KP",
    "iran (islamic republic of)": "IR",
    "islamic republic of iran": "IR",
    "syrian arab republic": "SY",
    "viet nam": "VN",
    "lao pdr": "LA",
    "palestine": "PS",
    "state of palestine": "PS",
    "the netherlands": "NL",
    "holland": "NL",
    "republic of ireland": "IE",
    "the gambia": "GM",
    "bahamas": "BS",
    "taiwan": "TW",
    "hong kong": "HK",
    "macau": "MO",
    "tanzania": "TZ",
    "united republic of tanzania": "TZ",
    "brunei darussalam": "BN",
    "micronesia": "FM",
}


def is_country(code: str) -> bool:
    """True for a two-letter code of a country (Kosovo's XK included)."""
    return code in _codes()


def country_codes() -> list[str]:
    """Every code, sorted."""
    return sorted(_codes())


def country_name(code: str, language: str = "en") -> str:
    """The country's name in `language` (a BCP 47 tag); the code itself when there is none."""
    return str(_locale(language).territories.get(code, code))


def country_of(text: str) -> str:
    """The code of the country that `text` names, by code, by name in several languages or by a usual
    other name; empty when it names none.

    Names are tried in English, French, Spanish, Arabic and Russian, the languages of such lists.
    """
    given = text.strip()
    if len(given) == 2 and given.upper() in _codes() and given.isascii():
        return given.upper()
    key = folded(given)
    return _ALIASES.get(key) or _names().get(key) or _names().get(key.removeprefix("the ")) or ""


@cache
def _codes() -> frozenset[str]:
    territories = Locale.parse("en").territories
    return frozenset(
        code
        for code in map(str, territories)
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ) & frozenset({*get_global("territory_languages"), "AQ", "BV", "HM", "GS"})


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("en", "fr", "es", "ar", "ru"):
        for code, name in Locale.parse(language).territories.items():
            if code in _codes():
                names.setdefault(folded(name), code)
                names.setdefault(folded(name.replace("&", "and")), code)
    return names


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_").split("_")[0])

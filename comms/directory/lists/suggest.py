"""A first mapping, guessed from the columns' names and some rows; the officer corrects it."""

from __future__ import annotations

from collections.abc import Sequence

from comms.directory.facts.countries import country_of
from comms.directory.facts.mailboxes import mailboxes_in
from comms.directory.facts.words import words_of
from comms.directory.lists.mapping import TARGETS, Mapping, Source
from comms.directory.lists.reader import Row, cell_text
from comms.directory.models import Kind

KIND_WORDS: dict[str, str] = {
    Kind.MISSION: "embassy, non-resident, nunciature, consulate, high commission, permanent mission, "
    "delegation, ambassade, embajada, سفارة",
    Kind.INTERNATIONAL: "UN agency, EU institution, international organi, United Nations, African Union",
    Kind.GOVERNMENT: "ministry, ministère, ministerio, parliament, municipality, government",
    Kind.CIVIL_SOCIETY: "NGO, association, foundation, civil society, institute, university",
    Kind.COMMUNITY: "community, council of elders, party, movement, tribe",
    Kind.MEDIA: "media, press, newspaper, radio, television",
}

# Whole folded words of column names, the surest first.
_HEADERS: dict[str, tuple[str, ...]] = {
    "email": ("email", "e mail", "mail", "courriel", "correo", "البريد"),
    "phone": ("phone", "telephone", "tel", "mobile", "telefono", "الهاتف"),
    "post": ("postal address", "address", "adresse", "direccion", "العنوان"),
    "country": ("country", "pays", "pais", "state", "البلد", "الدولة"),
    "region": ("region", "continent", "area", "المنطقة"),
    "languages": ("languages", "language", "langue", "idioma", "اللغة"),
    "time_zone": ("time zone", "timezone"),
    "role": ("role", "title", "position", "function", "fonction", "cargo"),
    "notes": ("notes", "note", "remarks", "comment"),
    "name": ("name", "full name", "organisation", "organization", "nom", "nombre", "الاسم"),
    "kind": ("kind", "type", "category", "diplomatic mission", "mission", "categorie"),
}


def suggested_mapping(columns: list[str], rows: Sequence[Row]) -> Mapping:
    """A mapping that fits most lists of this kind; valid for these columns."""
    samples = [[cell_text(cell) for cell in row.cells] for row in rows]
    found: dict[str, int] = {}
    _by_content(found, columns, samples)
    for target, headers in _HEADERS.items():
        if target not in found:
            column = _by_header(columns, headers, set(found.values()))
            if column is not None:
                found[target] = column
    sources = {target: Source(how=TARGETS[target][0]) for target in TARGETS}
    for target, column in found.items():
        if target not in {"name", "kind"}:
            sources[target] = Source("column", column)
    sources["name"] = Source("column", found.get("name", found.get("country", 0)))
    sources["kind"] = (
        Source(
            "words",
            found["kind"],
            Kind.ORGANISATION,
            {str(kind): words for kind, words in KIND_WORDS.items()},
        )
        if "kind" in found
        else Source("constant", None, Kind.ORGANISATION)
    )
    if "languages" not in found and "country" in found:
        sources["languages"] = Source("country", None, "en")
    return Mapping(sources)


def _by_content(found: dict[str, int], columns: list[str], samples: list[list[str]]) -> None:
    for target, recognises in (("email", mailboxes_in), ("country", country_of)):
        best, best_share = None, 0.3
        for column in range(len(columns)):
            cells = [cells[column] for cells in samples if column < len(cells) and cells[column]]
            share = sum(bool(recognises(cell)) for cell in cells) / len(cells) if cells else 0.0
            if share > best_share:
                best, best_share = column, share
        if best is not None:
            found[target] = best


def _by_header(columns: list[str], headers: tuple[str, ...], taken: set[int]) -> int | None:
    plain = [" ".join(words_of(column)) for column in columns]
    for header in headers:
        for number, column in enumerate(plain):
            if number not in taken and column == header:
                return number
    for header in headers:
        for number, column in enumerate(plain):
            if number not in taken and f" {header} " in f" {column} ":
                return number
    return None

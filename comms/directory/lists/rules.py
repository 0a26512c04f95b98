"""A row to a stakeholder, by a mapping."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from comms.directory.facts.countries import country_of
from comms.directory.facts.languages import MOST_LANGUAGES, language_tags, languages_of_country
from comms.directory.facts.mailboxes import MOST_MAILBOXES, mailboxes_in
from comms.directory.facts.phones import phone_of
from comms.directory.facts.words import words_of
from comms.directory.facts.zones import is_zone, zone_of_country
from comms.directory.lists.mapping import Mapping, Source
from comms.directory.lists.problems import Problem, shortened
from comms.directory.lists.reader import Row, cell_text
from comms.directory.models import Kind

NAME_LENGTH = 300
_LENGTHS = {"role": 200, "region": 80, "notes": 5_000, "post": 500}
# Cells like "(Contact via embassy)" or "n/a" say that there is nothing.
_REMARK = re.compile(r"^\(.*\)$|^(n/?a|none|nil|-+|—|\?)$", re.IGNORECASE | re.DOTALL)
_WITHOUT_COUNTRY = {Kind.INTERNATIONAL, Kind.PERSON}


@dataclass(slots=True)
class Draft:
    """What a row says, before the directory is asked whether it is known."""

    number: int
    name: str = ""
    kind: str = Kind.ORGANISATION
    country: str = ""
    region: str = ""
    role: str = ""
    time_zone: str = ""
    notes: str = ""
    post: str = ""
    phone: str = ""
    languages: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_failed(self) -> bool:
        """The row can't be imported."""
        return any(problem.is_fatal for problem in self.problems)

    def note(self, code: str, **words: object) -> None:
        """Something to explain."""
        self.problems.append(Problem(code, {key: str(word) for key, word in words.items()}))


def draft_of(row: Row, columns: list[str], mapping: Mapping) -> Draft:
    """The stakeholder that a row describes, with everything that could not be read. Never raises."""
    draft = Draft(row.number)
    cells = [cell_text(cell) for cell in row.cells]
    if any(cells[len(columns) :]):
        draft.note("cells", found=len(cells), expected=len(columns))
        return draft
    cells += [""] * (len(columns) - len(cells))
    taken = {target: _given(source, cells) for target, source in mapping.sources.items()}

    draft.name = " ".join(_name(mapping.sources["name"], columns, cells).split())
    if not words_of(draft.name):
        draft.note("no_name")
    elif len(draft.name) > NAME_LENGTH:
        draft.note("long_name", most=NAME_LENGTH)
    draft.kind = _kind(mapping.sources["kind"], taken["kind"])
    _fill_place(draft, mapping, taken)
    for target in ("role", "region", "notes"):
        setattr(draft, target, _bounded(draft, target, taken[target]))
    _fill_addresses(draft, mapping, taken)
    return draft


def _given(source: Source, cells: list[str]) -> str:
    if source.column is not None:
        return cells[source.column]
    return source.value if source.how == "constant" else ""


def _name(source: Source, columns: list[str], cells: list[str]) -> str:
    if source.how == "column":
        return cells[source.column or 0]
    by_name = dict(zip(columns, cells, strict=False))
    return re.sub(
        r"\{([^{}]*)\}", lambda found: by_name.get(found.group(1), ""), source.value
    ).strip(" ,;–-")


def _kind(source: Source, cell: str) -> str:
    if source.how == "constant":
        return source.value
    # Whole words and their beginnings: "organi" finds "organisation", "un" must not find "nunciature".
    text = " " + " ".join(words_of(cell))
    best, kind = 0, source.value
    for candidate, words in source.words.items():
        for word in words.split(","):
            wanted = " ".join(words_of(word))
            if wanted and len(wanted) > best and f" {wanted}" in text:
                best, kind = len(wanted), candidate
    return kind


def _fill_place(draft: Draft, mapping: Mapping, taken: dict[str, str]) -> None:
    draft.country = country_of(taken["country"]) if taken["country"] else ""
    # "European Commission" in the column of countries is no mistake; "Atlantis" as an embassy's is.
    is_expected = draft.kind not in _WITHOUT_COUNTRY
    if taken["country"] and not draft.country and is_expected:
        draft.note("not_country", cell=shortened(taken["country"]))

    source = mapping.sources["languages"]
    tags: list[str] = []
    if source.how == "country":
        tags = languages_of_country(draft.country) + language_tags(source.value)[0]
    elif taken["languages"]:
        tags, unknown = language_tags(taken["languages"])
        for word in unknown[:3]:
            draft.note("not_language", cell=shortened(word))
        if source.how == "column" and source.value:
            tags += language_tags(source.value)[0]
    draft.languages = list(dict.fromkeys(tags))[:MOST_LANGUAGES]

    zone = taken["time_zone"]
    if mapping.sources["time_zone"].how == "country":
        draft.time_zone = zone_of_country(draft.country)
    elif zone and is_zone(zone):
        draft.time_zone = zone
    elif zone:
        draft.note("not_zone", cell=shortened(zone))


def _bounded(draft: Draft, target: str, text: str) -> str:
    if len(text) <= _LENGTHS[target]:
        return text
    draft.note("long", field=target, most=_LENGTHS[target])
    return ""


def _fill_addresses(draft: Draft, mapping: Mapping, taken: dict[str, str]) -> None:
    if mapping.sources["email"].how == "column":
        cell = taken["email"]
        draft.emails = mailboxes_in(cell)
        if not draft.emails:
            draft.note("not_email", cell=shortened(cell)) if cell else draft.note("no_email")
            if not mapping.keep_without_address:
                draft.note("left_out")
        elif cell.count("@") > MOST_MAILBOXES:
            draft.note("more_emails", most=MOST_MAILBOXES)
    if taken["phone"]:
        draft.phone = phone_of(taken["phone"], mapping.phone_country or draft.country)
        if not draft.phone:
            draft.note("not_phone", cell=shortened(taken["phone"]))
    if taken["post"]:
        if _REMARK.match(taken["post"]):
            draft.note("not_post", cell=shortened(taken["post"]))
        else:
            draft.post = _bounded(draft, "post", taken["post"])

"""How a list is read: bytes to rows, rows to stakeholders."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comms.core.errors import InvalidError
from comms.directory.facts.countries import country_codes, country_name, country_of
from comms.directory.facts.languages import (
    direction_of,
    language_tag,
    language_tags,
    languages_of_country,
)
from comms.directory.facts.mailboxes import mailboxes_in
from comms.directory.facts.phones import phone_of
from comms.directory.facts.words import folded, prefixes_of, searched_prefixes, words_of
from comms.directory.facts.zones import is_zone, zone_of_country
from comms.directory.lists.mapping import TARGETS, mapping_from_json
from comms.directory.lists.problems import SENTENCES, problem_from_json
from comms.directory.lists.reader import Row, cell_text, read_table, written
from comms.directory.lists.rules import draft_of
from comms.directory.lists.suggest import suggested_mapping
from comms.directory.models import Kind

CELLS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff"), max_size=30
)
HEADERS = ["Name", "Country", "E-mail", "Phone", "Notes"]


@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=20))
@example([["", "", "", "", " @"]])
@settings(deadline=None, max_examples=60)
def test_what_is_written_is_read_again_and_runs_no_formula(rows: list[list[str]]) -> None:
    file = "".join(written([HEADERS, *rows]))
    for line in csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline="")):
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in line)
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    try:
        table = read_table(file.encode())
    except InvalidError:
        assert not kept
        return
    assert table.columns == HEADERS
    # A lone apostrophe of their own before a sign is the one thing that can't be told from ours.
    assert [[cell_text(cell) for cell in row.cells] for row in table.rows] == [
        [cell_text(cell) for cell in row] for row in kept
    ]


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    refused, rows = None, []
    try:
        rows = read_table(content).rows
    except InvalidError as error:
        refused = error
    assert rows or (refused and refused.field == "file" and refused.message.endswith("."))


@given(
    st.lists(CELLS, min_size=5, max_size=7),
    st.fixed_dictionaries(
        {
            target: st.fixed_dictionaries(
                {
                    "how": st.sampled_from(hows),
                    "column": st.integers(0, 4),
                    "value": st.sampled_from(["", "fr", "person", "{Name}", "Europe/Paris", "FR"]),
                    "words": st.just({"mission": "embassy"}),
                }
            )
            for target, hows in TARGETS.items()
        }
    ),
)
@settings(deadline=None, max_examples=150)
def test_any_row_by_any_mapping_gives_a_draft_or_says_why_not(
    cells: list[str], sources: dict[str, dict[str, object]]
) -> None:
    refused = None
    try:
        mapping = mapping_from_json({"sources": sources}, HEADERS)
    except InvalidError as error:
        refused = error
    if refused:
        assert refused.field in TARGETS
        return
    assert mapping_from_json(mapping.as_json(), HEADERS) == mapping
    draft = draft_of(Row(2, cells), HEADERS, mapping)
    if not draft.is_failed:
        assert words_of(draft.name)
        assert draft.kind in Kind.values
        assert draft.country == "" or draft.country in country_codes()
        assert len(draft.languages) <= 6
    for problem in draft.problems:
        assert problem_from_json(problem.as_json()) == problem
        assert "%(" not in problem.sentence


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_and_every_word_is_found(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    found = set(prefixes_of(text))
    if len(words_of(text)) <= 8:
        assert set(searched_prefixes(text)) <= found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings_are_found(delimiter: str, encoding: str) -> None:
    rows = [["Name", "City"], ["Élysée", "a,b;c"], ["Ünal", "İz" if encoding != "cp1252" else "Iz"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    table = read_table(buffer.getvalue().encode(encoding))
    assert (table.delimiter, table.columns) == (delimiter, ["Name", "City"])
    assert [row.cells for row in table.rows] == rows[1:]
    assert [row.number for row in table.rows] == [2, 3]
    assert bool(table.notice) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b'""\n', "no text"),
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04", "ZIP"),
        (b"A,B\n1,\x012\n", "Line 2 holds an invisible control character"),
        (b"A,B\n1,\x81\n", "Line 2 is not in UTF-8"),
        (b"A\n" + b"x" * 5_001 + b"\n", "more than 5000 characters"),
        (b"A,B\n" + b"1,2\n" * 100_001, "more than 100000 rows"),
        (b",".join([b"c"] * 201) + b"\n1\n", "201 columns"),
        (b"x" * 101 + b",B\n1,2\n", "first row does not look like column names"),
        (b"x" * (20 * 1024 * 1024 + 1), "20 megabytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refuses_what_is_no_list_in_one_sentence(content: bytes, words: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_table(content)
    assert words in refused.value.message


def test_columns_get_names_of_their_own() -> None:
    assert read_table(b"A,,a,A (2),\n1,2,3,4\n").columns == ["A", "Column 2", "a (2)", "A (2) (2)"]


def test_a_row_with_too_many_cells_is_explained() -> None:
    table = read_table(b"Name,City\nA,B,,\nA,B,C\nA\n")
    mapping = suggested_mapping(table.columns, table.rows)
    drafts = [draft_of(row, table.columns, mapping) for row in table.rows]
    assert [draft.is_failed for draft in drafts] == [False, True, False]
    assert "3 cells, the header 2" in drafts[1].problems[0].sentence


def test_countries_by_code_by_name_in_five_languages_and_by_usual_names() -> None:
    assert {
        name: country_of(name)
        for name in (
            "UK", "gb", "Holy See", "Kosovo", "Bosnia and Herzegovina", "Czech Republic",
            "Côte d'Ivoire", "Allemagne", "España", "لبنان", "Россия", "Turkey", "the Netherlands",
            "European Commission", "Atlantis", "",
        )
    } == {
        "UK": "GB", "gb": "GB", "Holy See": "VA", "Kosovo": "XK", "Bosnia and Herzegovina": "BA",
        "Czech Republic": "CZ", "Côte d'Ivoire": "CI", "Allemagne": "DE", "España": "ES",
        "لبنان": "LB", "Россия": "RU", "Turkey": "TR", "the Netherlands": "NL",
        "European Commission": "", "Atlantis": "", "": "",
    }  # fmt: skip


def test_every_country_is_found_by_its_own_english_name() -> None:
    assert {country_of(country_name(code)) for code in country_codes()} == set(country_codes())
    assert [code for code in country_codes() if country_of(country_name(code)) != code] == []


def test_languages_by_tag_and_name_and_country() -> None:
    assert language_tags("Arabic; français / PT_br, Klingonish") == (
        ["ar", "fr", "pt-BR"],
        ["Klingonish"],
    )
    assert language_tag("العربية") == "ar"
    assert languages_of_country("BE") == ["nl", "fr", "de"]
    assert languages_of_country("UA") == ["uk"]
    assert languages_of_country("ZZ") == []
    assert (direction_of("ar"), direction_of("az-Arab"), direction_of("fr")) == (
        "rtl",
        "rtl",
        "ltr",
    )
    assert all(
        language_tag(tag) == tag for code in country_codes() for tag in languages_of_country(code)
    )


def test_addresses_phones_and_zones() -> None:
    assert mailboxes_in("Press <a@example.org>; mailto:B@Example.ORG, a@example.org x@") == [
        "a@example.org",
        "B@example.org",
    ]
    assert mailboxes_in("(Contact via embassy)") == []
    assert phone_of("01 555 0100", "IE") == "+35315550100"
    assert phone_of("+44 207 405 1010") == "+442074051010"
    assert phone_of("(Contact via website)") == ""
    assert zone_of_country("IE") == "Europe/Dublin"
    assert zone_of_country("US") == ""
    assert is_zone("Europe/Dublin")
    assert not is_zone("../etc/passwd")


def test_every_problem_has_a_sentence_that_fills_in() -> None:
    words = dict.fromkeys(("found", "expected", "field", "most", "cell", "row", "address"), "x")
    for code, sentence in SENTENCES.items():
        assert (str(sentence) % words).endswith("."), code

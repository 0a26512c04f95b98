"""A real list into the directory, checked, imported, repeated, interrupted."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.directory import selectors, services
from comms.directory.lists.reader import written
from comms.directory.models import (
    Consent,
    ContactPoint,
    Import,
    ImportChunk,
    ImportState,
    RowState,
    Stakeholder,
    SuppressionReason,
)
from comms.directory.models.search import name_index_of
from comms.directory.services import imports
from comms.directory.services.imports import running, staging
from tests import factories
from tests.directory.makers import make_stakeholder

SHAPED_ALIKE = Path(__file__).parent / "data" / "list_of_missions.csv"
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "missions.csv"


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a short list is interrupted between chunks."""
    monkeypatch.setattr(staging, "CHUNK_ROWS", 250)


def as_csv(*rows: str, header: str = "Name,Country,Email") -> bytes:
    return "\n".join([header, *rows]).encode()


def stage(actor: Actor, content: bytes, **changes: Any) -> Import:
    """Upload, keep the suggested mapping but for `changes`, and check."""
    staged = imports.stage_import(actor=actor, filename="list.csv", content=content)
    mapping = staged.mapping
    for target, source in changes.pop("sources", {}).items():
        mapping["sources"][target] = source
    mapping.update(changes)
    imports.save_mapping(
        actor=actor,
        import_id=staged.id,
        mapping=mapping,
        purpose="updates",
        basis="public_task",
        source="Diplomatic list 2026",
        given_at=date(2026, 3, 1),
    )
    return go_on(actor, staged)


def go_on(actor: Actor, run: Import) -> Import:
    imports.advance_import(workspace_id=actor.workspace_id, import_id=run.id)
    run.refresh_from_db()
    return run


def bring_in(actor: Actor, content: bytes, **changes: Any) -> Import:
    run = stage(actor, content, **changes)
    assert run.state == ImportState.CHECKED
    imports.start_import(actor=actor, import_id=run.id)
    return go_on(actor, run)


def counted(run: Import) -> dict[str, int]:
    return {key: value for key, value in run.counts.items() if key != "phase"}


def explained(run: Import) -> dict[int, tuple[str, list[str]]]:
    return {
        row.number: (row.state, [problem[0] for problem in row.why])
        for row in selectors.explained_rows(run)
    }


@pytest.fixture(params=["shaped alike", "real"])
def missions(request: pytest.FixtureRequest) -> bytes:
    """The list of missions; the real one where it lies beside the project."""
    path = REAL if request.param == "real" else SHAPED_ALIKE
    if not path.is_file():
        path = SHAPED_ALIKE
    return path.read_bytes()


def test_47_of_50_missions_can_be_reached_and_3_are_explained(
    editor: Actor, missions: bytes
) -> None:
    checked = stage(editor, missions)
    assert counted(checked) == {
        "created": 50,
        "updated": 0,
        "unchanged": 0,
        "failed": 0,
        "reachable": 47,
        "explained": 3,
    }
    assert Stakeholder.objects.count() == 0, "a check writes nothing"

    imports.start_import(actor=editor, import_id=checked.id)
    done = go_on(editor, checked)
    assert done.state == ImportState.DONE
    assert counted(done)["reachable"] == 47
    assert Stakeholder.objects.count() == 50
    assert ContactPoint.objects.filter(channel="email").count() == 47
    assert Consent.objects.filter(basis="public_task", withdrawn_at=None).count() == 50
    assert explained(done) == {
        28: (RowState.WARNING, ["not_email"]),
        48: (RowState.WARNING, ["not_email"]),
        51: (RowState.WARNING, ["not_email", "not_phone", "not_post"]),
    }
    first = selectors.explained_rows(done)[0]
    assert selectors.sentences_of(first) == ["“(Contact via embassy)” is not an e-mail address."]
    assert not ImportChunk.objects.exists(), "the upload is deleted once it is imported"


def test_countries_languages_and_kinds_come_out_right(editor: Actor, missions: bytes) -> None:
    bring_in(editor, missions)
    found = {s.name: s for s in Stakeholder.objects.all()}
    assert {name: found[name].country for name in ("UK", "Holy See", "Kosovo", "Czechia")} == {
        "UK": "GB",
        "Holy See": "VA",
        "Kosovo": "XK",
        "Czechia": "CZ",
    }
    assert found["Bosnia & Herzegovina"].country == "BA"
    assert found["North Macedonia"].country == "MK"
    assert found["Belgium"].languages == ["nl", "fr", "de", "en"]
    assert found["Ukraine"].languages == ["uk", "en"]
    assert found["Montenegro"].languages == ["sr-Latn", "en"]
    assert found["Holy See"].kind == "mission"
    assert found["Albania"].kind == "mission"
    assert found["European Parliament"].kind == "international"
    assert found["European Parliament"].country == ""
    assert found["European Parliament"].region == "INTERNATIONAL ORGANIZATIONS"
    phones = ContactPoint.objects.filter(channel="phone")
    assert len(phones) == 49
    assert all(point.address[0] == "+" and point.address[1:].isdigit() for point in phones)


def test_the_same_list_again_changes_nobody(editor: Actor, missions: bytes) -> None:
    bring_in(editor, missions)
    before = {s.id: s.updated_at for s in Stakeholder.objects.all()}
    again = bring_in(editor, missions)
    assert counted(again) == {
        "created": 0,
        "updated": 0,
        "unchanged": 50,
        "failed": 0,
        "reachable": 47,
        "explained": 3,
    }
    assert {s.id: s.updated_at for s in Stakeholder.objects.all()} == before
    assert ContactPoint.objects.filter(channel="email").count() == 47
    assert Consent.objects.count() == 50


def test_a_later_list_updates_by_address_then_by_name_and_country(editor: Actor) -> None:
    bring_in(editor, as_csv("Embassy of Freedonia,France,old@example.org", "Press Club,Spain,"))
    by_address = bring_in(
        editor,
        as_csv("Embassy of the Republic,France,OLD@example.org", "press  club,Spain,p@example.org"),
    )
    assert (by_address.counts["created"], by_address.counts["updated"]) == (0, 2)
    assert explained(by_address) == {2: (RowState.WARNING, ["renamed"])}
    found = {s.name: s for s in Stakeholder.objects.all()}
    assert set(found) == {"Embassy of the Republic", "press club"}
    assert found["press club"].contact_points.get().address == "p@example.org"


def test_a_new_address_of_a_known_organisation_is_used_first(editor: Actor) -> None:
    bring_in(editor, as_csv("Embassy,France,old@example.org"))
    run = bring_in(editor, as_csv("Embassy,France,new@example.org"))
    assert explained(run) == {2: (RowState.WARNING, ["address_first"])}
    points = ContactPoint.objects.order_by("position")
    assert [point.address for point in points] == ["new@example.org", "old@example.org"]


def test_what_people_corrected_by_hand_survives_a_repeated_list(editor: Actor) -> None:
    bring_in(editor, as_csv("Embassy,Belgium,desk@example.org"))
    one = Stakeholder.objects.get()
    details = services.StakeholderDetails(
        kind="government",
        name="Embassy",
        country="BE",
        languages=("fr",),
        notes="Prefers calls before noon.",
        region="Benelux",
    )
    services.update_stakeholder(actor=editor, stakeholder_id=one.id, details=details)
    again = bring_in(editor, as_csv("Embassy,Belgium,desk@example.org"))
    one = Stakeholder.objects.get()
    assert again.counts["unchanged"] == 1
    assert (one.kind, one.languages, one.region) == ("government", ["fr"], "Benelux")
    assert one.notes == "Prefers calls before noon."


def test_two_persons_of_one_name_stay_two(editor: Actor) -> None:
    person = {"kind": {"how": "constant", "value": "person"}}
    rows = as_csv("Amina Saleh,Egypt,amina@example.org", "Amina Saleh,Egypt,a.saleh@example.net")
    checked = stage(editor, rows, sources=person)
    assert checked.counts["created"] == 2
    run = bring_in(editor, rows, sources=person)
    assert Stakeholder.objects.count() == 2
    assert explained(run) == {3: (RowState.WARNING, ["namesake"])}
    assert set(Stakeholder.objects.values_list("sort_name", flat=True)) == {"a"}
    again = bring_in(editor, rows, sources=person)
    assert again.counts["unchanged"] == 2


def test_rows_that_repeat_or_take_anothers_address_are_explained(editor: Actor) -> None:
    rows = as_csv(
        "Embassy A,France,desk@example.org",
        "Embassy A,France,desk@example.org",
        "Embassy B,Spain,desk@example.org",
        "Embassy A,France,second@example.org",
        "Embassy A,France,",
    )
    expected = {
        3: (RowState.FAILED, ["repeats"]),
        4: (RowState.WARNING, ["taken_in_file"]),
        6: (RowState.FAILED, ["no_email", "repeats"]),
    }
    checked = stage(editor, rows)
    assert explained(checked) == expected
    run = bring_in(editor, rows)
    assert explained(run) == expected
    assert counted(run) == counted(checked)
    assert Stakeholder.objects.count() == 2
    first = Stakeholder.objects.get(country="FR")
    assert [p.address for p in first.contact_points.order_by("position")] == [
        "desk@example.org",
        "second@example.org",
    ]


def test_a_withdrawn_basis_and_a_stopped_address_are_never_reinstated(editor: Actor) -> None:
    one = make_stakeholder(editor, "Embassy", email="gone@example.org", country="FR")
    point = ContactPoint.objects.get()
    services.suppress_contact_point(
        contact_point_id=point.id, reason=SuppressionReason.UNSUBSCRIBED
    )
    services.withdraw_consent(stakeholder_id=one.id, how="unsubscribe link")
    services.remove_contact_point(actor=editor, stakeholder_id=one.id, contact_point_id=point.id)
    run = bring_in(editor, as_csv("Embassy,France,gone@example.org"))
    assert explained(run) == {2: (RowState.WARNING, ["stopped", "withdrawn"])}
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    assert ContactPoint.objects.get().suppressed_reason == "unsubscribed"
    assert run.counts["reachable"] == 0


def test_an_archived_stakeholder_stays_in_the_archive(editor: Actor) -> None:
    one = make_stakeholder(editor, "Embassy", email="desk@example.org")
    services.archive_stakeholder(actor=editor, stakeholder_id=one.id)
    run = bring_in(editor, as_csv("Embassy,France,desk@example.org"))
    assert explained(run) == {2: (RowState.FAILED, ["archived"])}
    assert Stakeholder.objects.get().is_archived


def test_rows_without_an_address_can_be_left_out(editor: Actor) -> None:
    run = bring_in(
        editor, as_csv("A,France,a@example.org", "B,Spain,none"), keep_without_address=False
    )
    assert explained(run) == {3: (RowState.FAILED, ["not_email", "left_out"])}
    assert Stakeholder.objects.count() == 1


def test_the_error_file_has_the_lists_columns_and_can_be_imported_mended(editor: Actor) -> None:
    run = bring_in(editor, as_csv("A,Atlantis,=cmd|x", "B,Spain,b@example.org"))
    rows = list(selectors.error_file_rows(run))
    assert rows[0][:3] == ["Name", "Country", "Email"]
    assert rows[1][:3] == ["A", "Atlantis", "=cmd|x"]
    assert rows[1][3].startswith("Row 2: ")
    assert "“Atlantis” is not a country" in rows[1][3]
    file = "".join(written(iter(rows)))
    assert ",'=cmd|x," in file
    mended = file.replace("'=cmd|x", "a@example.org").replace("Atlantis", "France", 1).encode()
    again = bring_in(editor, mended)
    assert (again.counts["updated"], again.counts["created"]) == (1, 0)


def many(count: int) -> bytes:
    return as_csv(*(f"Mission {n},France,m{n}@example.org" for n in range(count)))


def die_after(run: Import, *, chunks: int) -> None:
    """The worker is gone after some chunks."""
    real = running._advance
    calls = iter([real] * chunks)

    def dies(*arguments: Any) -> None:
        step = next(calls, None)
        if step is None:
            raise KeyboardInterrupt
        step(*arguments)

    with mock.patch.object(running, "_advance", dies), pytest.raises(KeyboardInterrupt):
        imports.advance_import(workspace_id=run.workspace_id, import_id=run.id)


def test_a_killed_worker_goes_on_without_doubling(editor: Actor) -> None:
    run = stage(editor, many(600))
    imports.start_import(actor=editor, import_id=run.id)
    die_after(run, chunks=2)
    run.refresh_from_db()
    assert (run.state, run.rows_done, Stakeholder.objects.count()) == ("running", 500, 500)

    done = go_on(editor, run)
    assert done.state == ImportState.DONE
    assert counted(done)["created"] == 600
    assert Stakeholder.objects.count() == ContactPoint.objects.count() == 600


def test_a_repeated_row_is_known_after_an_interruption(editor: Actor) -> None:
    rows = [f"Mission {n},France,m{n}@example.org" for n in range(250)]
    content = as_csv(*rows, "Other,Spain,m7@example.org")
    run = stage(editor, content)
    imports.start_import(actor=editor, import_id=run.id)
    die_after(run, chunks=1)
    done = go_on(editor, run)
    assert explained(done) == {252: (RowState.WARNING, ["taken_in_file"])}


def test_an_error_that_repeats_stops_the_import_and_it_can_go_on(editor: Actor) -> None:
    run = stage(editor, many(300))
    imports.start_import(actor=editor, import_id=run.id)
    with mock.patch.object(running, "_write", side_effect=ValueError):
        stopped = go_on(editor, run)
    assert stopped.state == ImportState.STOPPED
    assert Stakeholder.objects.count() == 0
    imports.start_import(actor=editor, import_id=run.id)
    assert go_on(editor, run).state == ImportState.DONE
    assert Stakeholder.objects.count() == 300


def test_an_import_is_started_once(editor: Actor) -> None:
    run = stage(editor, many(3))
    imports.start_import(actor=editor, import_id=run.id)
    with pytest.raises(ConflictError):
        imports.start_import(actor=editor, import_id=run.id)
    with pytest.raises(ConflictError):
        imports.discard_import(actor=editor, import_id=run.id)
    go_on(editor, run)
    with pytest.raises(ConflictError):
        imports.save_mapping(
            actor=editor,
            import_id=run.id,
            mapping={},
            purpose="updates",
            basis="consent",
            source="x y z",
            given_at=date(2026, 1, 1),
        )


def test_uploads_that_nobody_goes_on_with_are_deleted(editor: Actor) -> None:
    old = imports.stage_import(actor=editor, filename="old.csv", content=many(2))
    new = imports.stage_import(actor=editor, filename="new.csv", content=many(2))
    Import.objects.filter(id=old.id).update(touched_at=timezone.now() - timedelta(hours=25))
    assert imports.forget_old_imports() == 1
    assert [chunk.import_run_id for chunk in ImportChunk.objects.all()] == [new.id]
    assert list(selectors.list_imports(editor)) == [new]


def test_a_lost_wake_up_is_found_by_the_tick(editor: Actor) -> None:
    run = stage(editor, many(2))
    imports.start_import(actor=editor, import_id=run.id)
    assert selectors.list_waiting_import_ids() == []
    Import.objects.update(touched_at=timezone.now() - timedelta(minutes=1))
    assert selectors.list_waiting_import_ids() == [run.id]
    assert selectors.list_workspaces_with_imports() == [editor.workspace_id]


def test_refuses_a_basis_that_is_not_stated(editor: Actor) -> None:
    staged = imports.stage_import(actor=editor, filename="list.csv", content=many(1))
    given = {
        "purpose": "updates",
        "basis": "consent",
        "source": "List",
        "given_at": date(2026, 1, 1),
    }
    for field, value in {
        "purpose": "",
        "basis": "",
        "source": " ",
        "given_at": timezone.localdate() + timedelta(days=2),
    }.items():
        with pytest.raises(InvalidError) as refused:
            imports.save_mapping(
                actor=editor,
                import_id=staged.id,
                mapping=staged.mapping,
                **{**given, field: value},  # type: ignore[arg-type]  # test words
            )
        assert refused.value.field == field


def test_refuses_those_who_make_no_lists(diplomat: Actor, analyst: Actor, editor: Actor) -> None:
    for actor in (diplomat, analyst):
        with pytest.raises(ForbiddenError):
            imports.stage_import(actor=actor, filename="list.csv", content=many(1))
    with pytest.raises(NotFoundError):
        selectors.get_import(editor, uuid.uuid4())


def test_another_workspaces_import_does_not_exist(
    edgar: User, oscar: User, mission: Workspace, elsewhere: Workspace
) -> None:
    with in_workspace(mission.id):
        staged = imports.stage_import(
            actor=factories.actor_of(edgar, mission), filename="list.csv", content=many(1)
        )
    with in_workspace(elsewhere.id):
        outsider = factories.actor_of(oscar, elsewhere)
        with pytest.raises(NotFoundError):
            selectors.get_import(outsider, staged.id)
        with pytest.raises(NotFoundError):
            imports.start_import(actor=outsider, import_id=staged.id)


def test_what_was_uploaded_is_sealed_in_the_database(editor: Actor) -> None:
    bring_in(editor, as_csv("Strange Marker Name,Atlantis,strange-marker@example.org"))
    stage(editor, as_csv("Second Marker,Atlantis,second-marker@example.org"))
    with connection.cursor() as cursor:
        for table in ("importchunk", "importrow", "import", "contactpoint"):
            cursor.execute(f"SELECT count(*), string_agg(t::text, ' ') FROM directory_{table} t")  # noqa: S608 - names of our tables
            count, text = cursor.fetchone()
            assert count > 0
            assert "marker" not in text.lower()
            assert b"marker".hex() not in text.lower()


def test_a_region_takes_the_spelling_that_the_team_uses(editor: Actor) -> None:
    make_stakeholder(editor, "Known", region="Europe")
    bring_in(editor, as_csv("Embassy,EUROPE", header="Name,Region"))
    assert Stakeholder.objects.get(name_index=name_index_of("Embassy")).region == "Europe"
    make_stakeholder(editor, "Other", region="EUROPE")
    bring_in(editor, as_csv("Second,EUROPE", header="Name,Region"))
    assert Stakeholder.objects.get(name_index=name_index_of("Second")).region == "EUROPE"

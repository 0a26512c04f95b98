"""The import's wizard, from the file to its result, and what is no list."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory.models import Import, ImportState
from comms.directory.services import imports
from tests.directory.pages.looking import CSV, address


def test_the_wizard_from_file_to_result(editing: Client, mission: Workspace, edgar: User) -> None:
    answer = editing.post(address("imports"), {"file": SimpleUploadedFile("desk list.csv", CSV)})
    with in_workspace(mission.id):
        run = Import.objects.get()
    assert answer.headers["Location"] == address("import", import_id=run.id)
    columns = editing.get(answer.headers["Location"], follow=True)
    assert "desk@example.org" in columns.content.decode()
    assert "“Atlantis” is not a country" in columns.content.decode()
    given = {
        name: columns.context["form"][name].value() or "" for name in columns.context["form"].fields
    }

    refused = editing.post(address("import_columns", import_id=run.id), given)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"basis", "source"}

    given |= {"basis": "public_task", "source": "Diplomatic list", "country_source": "none"}
    refused = editing.post(address("import_columns", import_id=run.id), given)
    assert refused.status_code == 422
    assert "country_source" in refused.context["form"].errors

    preview = editing.post(
        address("import_preview", import_id=run.id),
        {
            **given,
            "name_source": "pattern",
            "name_value": "{Country}: {Name}",
            "languages_source": "none",
        },
    )
    assert "France: Embassy" in preview.content.decode()

    given["country_source"] = "column:1"
    assert editing.post(address("import_columns", import_id=run.id), given).status_code == 302
    waiting = editing.get(address("import", import_id=run.id)).content.decode()
    assert "Being checked" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    imports.advance_import(workspace_id=mission.id, import_id=run.id)
    assert editing.get(address("import_progress", import_id=run.id)).headers["HX-Refresh"] == "true"
    assert "Import 2 rows" in editing.get(address("import", import_id=run.id)).content.decode()
    editing.post(address("import_start", import_id=run.id))
    imports.advance_import(workspace_id=mission.id, import_id=run.id)
    done = editing.get(address("import", import_id=run.id)).content.decode()
    assert "The list is imported" in done
    assert "“none” is not an e-mail address." in done
    file = editing.get(address("import_errors", import_id=run.id))
    lines = b"".join(file.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # a stream
    assert lines[0].startswith("\ufeffName,Country,Email,")
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 something", "not a list in CSV but PDF"),
        (b"", "empty"),
        (b"Name,Email\nA,b\x00c\n", "Line 2 holds an invisible character"),
        (b"desk@example.org,France\nx@example.org,Spain\n", "looks like data"),
        (b"Name,Email\n", "only column names"),
        (b'Name,Email\n"A,b\n', "quotation mark"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PK\x03\x04xl/", "Excel"),
    ],
)
def test_what_is_no_list_gets_one_sentence_and_leaves_nothing(
    editing: Client, mission: Workspace, content: bytes, sentence: str
) -> None:
    answer = editing.post(address("imports"), {"file": SimpleUploadedFile("list.csv", content)})
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors["file"])
    with in_workspace(mission.id):
        assert not Import.objects.exists()


def test_an_upload_is_discarded_after_one_question(
    editing: Client, mission: Workspace, actor: Actor
) -> None:
    with in_workspace(mission.id):
        run = imports.stage_import(actor=actor, filename="l.csv", content=CSV)
    page = address("import_discard", import_id=run.id)
    assert "Discard l.csv" in editing.get(page).content.decode()
    assert editing.post(page).headers["Location"] == address("imports")
    with in_workspace(mission.id):
        run.refresh_from_db()
        assert (run.state, run.chunks.count(), run.columns) == (ImportState.DISCARDED, 0, [])
    assert editing.get(address("import", import_id=run.id)).status_code == 200

"""Encrypted fields: what is stored can't be read, moved or filtered; what is read is what was written."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from django.forms import modelform_factory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comms.accounts.models import Workspace
from comms.core import keyring
from comms.core.fields import (
    Ciphertext,
    PlaintextRefusedError,
    blind_index,
    blind_indexes,
    decrypt_values,
    encrypt_values,
    update_sealed,
)
from comms.core.key_encryption import MissingKeyError, SealedValueError
from comms.core.tenancy import in_workspace
from tests.core.sealed import TABLE, SealedNote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sealed_table")]

WORD = "Meet at the bridge"


def make_note(workspace: Workspace, email: str = "Amina@Example.org", **fields: Any) -> SealedNote:
    fields.setdefault("body", WORD)
    return SealedNote.objects.create(workspace_id=workspace.id, email=email, **fields)


def stored(note: SealedNote, column: str = "body") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {TABLE} WHERE id = %s", [note.id])  # noqa: S608 - the tests' own table
        return bytes(cursor.fetchone()[0])


def overwrite(note: SealedNote, value: bytes, column: str = "body") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET {column} = %s WHERE id = %s", [value, note.id])  # noqa: S608 - as above


def test_reads_what_was_written(in_mission: Workspace) -> None:
    note = make_note(in_mission, data={"a": [1, None, "ب"]})
    again = SealedNote.objects.get(pk=note.pk)
    assert (again.email, again.body, again.data) == (
        "Amina@Example.org",
        WORD,
        {"a": [1, None, "ب"]},
    )


def test_stores_no_plaintext(in_mission: Workspace) -> None:
    note = make_note(in_mission, data={"word": WORD})
    for column in ("body", "data", "email"):
        assert WORD.encode() not in stored(note, column)
        assert b"mina" not in stored(note, column)


def test_same_value_is_stored_differently_each_time(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    before = stored(note)
    note.save()
    assert stored(note) != before
    assert SealedNote.objects.get(pk=note.pk).body == WORD


def test_none_stays_null(in_mission: Workspace) -> None:
    note = make_note(in_mission, body=None)
    assert SealedNote.objects.filter(body__isnull=True).get() == note
    assert SealedNote.objects.get(pk=note.pk).body is None


def test_empty_text_is_sealed_too(in_mission: Workspace) -> None:
    note = make_note(in_mission, body="")
    assert len(stored(note)) == keyring.OVERHEAD_BYTES
    assert SealedNote.objects.get(pk=note.pk).body == ""


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    ),
)
def test_any_value_comes_back(in_mission: Workspace, text: str, value: Any) -> None:
    text = text.encode("utf-8", "replace").decode()
    note = make_note(in_mission, body=text, data=value)
    again = SealedNote.objects.get(pk=note.pk)
    assert again.body == text
    assert again.data == value


# Every way of loading and writing


def test_bulk_create_seals_each_row_for_itself(in_mission: Workspace) -> None:
    made = SealedNote.objects.bulk_create(
        SealedNote(workspace_id=in_mission.id, email=f"p{n}@example.org", body=f"text {n}")
        for n in range(20)
    )
    by_id = {note.pk: note for note in SealedNote.objects.all()}
    assert [by_id[note.pk].body for note in made] == [f"text {n}" for n in range(20)]
    assert all(by_id[note.pk].email_index for note in made)


def test_only_and_defer_load_later(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    for again in (
        SealedNote.objects.only("id").get(pk=note.pk),
        SealedNote.objects.defer("body").get(pk=note.pk),
    ):
        assert "body" not in again.__dict__
        assert again.body == WORD


def test_deferred_workspace_costs_no_query(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    again = SealedNote.objects.only("body").get(pk=note.pk)
    with CaptureQueriesContext(connection) as queries:
        assert again.body == WORD
    assert len(queries) == 0


def test_refresh_from_db_brings_the_stored_value(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    other = SealedNote.objects.get(pk=note.pk)
    other.body = "Meet at the station"
    other.save(update_fields=["body"])
    note.refresh_from_db()
    assert note.body == "Meet at the station"


def test_saving_an_unread_field_keeps_its_bytes(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    before = stored(note)
    again = SealedNote.objects.get(pk=note.pk)
    again.plain = "x"
    again.save(update_fields=["plain", "body"])
    assert stored(note) == before


def test_json_changed_in_place_is_saved(in_mission: Workspace) -> None:
    note = make_note(in_mission, data={"n": 1})
    again = SealedNote.objects.get(pk=note.pk)
    again.data["n"] = 2
    again.save()
    assert SealedNote.objects.get(pk=note.pk).data == {"n": 2}


def test_loading_decrypts_nothing(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    overwrite(note, b"\x01" + b"\x00" * 60)
    assert SealedNote.objects.get(pk=note.pk).plain == ""


def test_values_yields_ciphertext(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    row = SealedNote.objects.values("body").get()
    assert isinstance(row["body"], Ciphertext)
    assert row["body"] == stored(note)
    assert WORD not in repr(row)
    assert isinstance(SealedNote.objects.values_list("body", flat=True).get(), Ciphertext)


def test_update_sealed_writes_many_rows_and_their_indexes(in_mission: Workspace) -> None:
    notes = [make_note(in_mission, email=f"old{n}@example.org") for n in range(3)]
    for n, note in enumerate(notes):
        note.email = f"New{n}@example.net"
    with CaptureQueriesContext(connection) as queries:
        assert update_sealed(notes, ["email"]) == 3
    assert len(queries) == 1
    index = blind_index(in_mission.id, f"{TABLE}.email", "new1@example.net")
    assert SealedNote.objects.get(email_index=index).email == "New1@example.net"


def test_update_to_null_works(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    SealedNote.objects.update(body=None)
    assert SealedNote.objects.get(pk=note.pk).body is None


def test_decrypt_values_reads_lists(in_mission: Workspace) -> None:
    notes = [make_note(in_mission, body=f"text {n}" if n else None) for n in range(5)]
    rows = SealedNote.objects.order_by("id").values_list("pk", "body")
    assert list(decrypt_values(SealedNote, "body", rows)) == [note.body for note in notes]


def test_encrypt_values_fits_hand_written_sql(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    (sealed,) = encrypt_values(SealedNote, "body", [(note.pk, "by hand")])
    overwrite(note, bytes(sealed or b""))
    assert SealedNote.objects.get(pk=note.pk).body == "by hand"


def test_form_edits_the_plain_value(in_mission: Workspace) -> None:
    form_class = modelform_factory(SealedNote, fields=["email", "body", "data"])
    note = make_note(in_mission)
    form = form_class(instance=SealedNote.objects.get(pk=note.pk))
    assert form["email"].value() == "Amina@Example.org"
    form = form_class({"email": "b@example.org", "body": "new", "data": "[1]"}, instance=note)
    assert form.is_valid(), form.errors
    form.save()
    again = SealedNote.objects.get(pk=note.pk)
    assert (again.email, again.body, again.data) == ("b@example.org", "new", [1])


def test_refuses_text_that_is_too_long(in_mission: Workspace) -> None:
    note = SealedNote(workspace_id=in_mission.id, email="a" * 255)
    with pytest.raises(ValidationError, match="254"):
        note.full_clean()


# What is refused


@pytest.mark.parametrize("lookup", ["body", "body__contains", "body__in", "body__gt", "data__a"])
def test_refuses_filters(in_mission: Workspace, lookup: str) -> None:
    with pytest.raises(FieldError):
        SealedNote.objects.filter(**{lookup: "x"}).exists()


def test_refuses_updates_that_do_not_know_the_row(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    with pytest.raises(PlaintextRefusedError):
        SealedNote.objects.update(body="leaked")
    note.body = "leaked"
    with pytest.raises(PlaintextRefusedError):
        SealedNote.objects.bulk_update([note], ["body"])


def test_refuses_a_value_of_another_row(in_mission: Workspace) -> None:
    one, two = make_note(in_mission, body="one"), make_note(in_mission, body="two")
    overwrite(one, stored(two))
    with pytest.raises(SealedValueError):
        _ = SealedNote.objects.get(pk=one.pk).body


def test_refuses_a_value_of_another_column(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    overwrite(note, stored(note, "email"), "body")
    with pytest.raises(SealedValueError):
        _ = SealedNote.objects.get(pk=note.pk).body


def test_refuses_a_value_of_another_workspace(mission: Workspace, elsewhere: Workspace) -> None:
    pk = uuid.uuid4()
    with in_workspace(elsewhere.id):
        foreign = stored(make_note(elsewhere, id=pk))
        SealedNote.objects.all().delete()
    with in_workspace(mission.id):
        note = make_note(mission, id=pk)
        overwrite(note, foreign)
        with pytest.raises(MissingKeyError):
            _ = SealedNote.objects.get(pk=pk).body
        # Even with the other workspace's key at hand, the binding to the workspace stands.
        field = SealedNote._meta.get_field("body")
        moved = keyring.seal(mission.id, field._row_aad(elsewhere.id, pk), b"moved")
        overwrite(note, moved)
        with pytest.raises(SealedValueError):
            _ = SealedNote.objects.get(pk=pk).body


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_refuses_any_changed_bit(in_mission: Workspace, data: st.DataObject) -> None:
    note = make_note(in_mission)
    sealed = bytearray(stored(note))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    overwrite(note, bytes(sealed))
    with pytest.raises((SealedValueError, MissingKeyError)):
        _ = SealedNote.objects.get(pk=note.pk).body


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(junk=st.binary(max_size=80))
def test_refuses_junk(in_mission: Workspace, junk: bytes) -> None:
    note = make_note(in_mission)
    overwrite(note, junk)
    with pytest.raises((SealedValueError, MissingKeyError)):
        _ = SealedNote.objects.get(pk=note.pk).body


def test_refuses_to_copy_an_unread_value_to_a_new_row(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    copy = SealedNote.objects.get(pk=note.pk)
    copy.pk = uuid.uuid4()
    copy._state.adding = True
    with pytest.raises(PlaintextRefusedError):
        copy.save()


def test_refuses_a_value_of_the_wrong_kind(in_mission: Workspace) -> None:
    with pytest.raises(PlaintextRefusedError):
        make_note(in_mission, body=b"bytes")


# Blind index


def test_finds_by_any_spelling(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    index = blind_index(in_mission.id, f"{TABLE}.email", "  AMINA@example.ORG ")
    assert SealedNote.objects.get(email_index=index) == note
    assert not SealedNote.objects.filter(
        email_index=blind_index(in_mission.id, f"{TABLE}.email", "other@example.org")
    ).exists()


def test_second_index_of_a_source_has_its_own_name(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    index = blind_index(in_mission.id, f"{TABLE}.domain_index", "x@EXAMPLE.org")
    assert SealedNote.objects.get(domain_index=index) == note
    assert bytes(note.domain_index) != bytes(note.email_index)


def test_index_follows_the_value(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    note.email = "new@example.org"
    note.save()
    (index,) = blind_indexes(in_mission.id, f"{TABLE}.email", ["new@example.org"])
    assert SealedNote.objects.get(email_index=index) == note
    note.email = ""
    note.save()
    assert SealedNote.objects.get(pk=note.pk).email_index is None


def test_index_differs_between_workspaces(mission: Workspace, elsewhere: Workspace) -> None:
    label = f"{TABLE}.email"
    assert blind_index(mission.id, label, "a@b.org") != blind_index(elsewhere.id, label, "a@b.org")


def test_refuses_to_save_the_source_without_its_index(in_mission: Workspace) -> None:
    note = make_note(in_mission)
    note.email = "new@example.org"
    with pytest.raises(PlaintextRefusedError, match="update_fields"):
        note.save(update_fields=["email"])


def test_refuses_to_filter_the_index_by_plaintext(in_mission: Workspace) -> None:
    with pytest.raises(PlaintextRefusedError):
        SealedNote.objects.filter(email_index="amina@example.org").exists()

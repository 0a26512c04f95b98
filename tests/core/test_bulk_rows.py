"""Rows written by the thousand are the rows that `save` would have written."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from comms.accounts.models import Workspace
from comms.core.fields import insert_rows, insert_values, update_rows
from comms.core.tenancy import in_workspace
from comms.directory.models import Channel, Consent, ContactPoint, Stakeholder
from comms.directory.models.search import address_index_of

pytestmark = pytest.mark.django_db
ODD = 'Ä "quoted" \\x41 {name} %s 😀 \u2028 \U0001d6a8'


def _people(workspace: Workspace, *names: str) -> list[Stakeholder]:
    people = []
    for name in names:
        person = Stakeholder(workspace_id=workspace.id, languages=["fr", 'x"y'], notes=ODD)
        person.rename(name, "mission")
        people.append(person)
    return people


def test_inserts_what_save_would(mission: Workspace) -> None:
    with in_workspace(mission.id):
        first, second = _people(mission, ODD, "Embassy of Kenya")
        assert insert_rows([first]) == 1
        second.save()
        stored, saved = Stakeholder.objects.get(pk=first.pk), Stakeholder.objects.get(pk=second.pk)
        assert (stored.name, stored.notes, stored.languages) == (ODD, ODD, ["fr", 'x"y'])
        assert stored.created_at == first.created_at
        assert stored.archived_at is None
        for field in Stakeholder._meta.concrete_fields:
            assert type(getattr(stored, field.attname)) is type(getattr(saved, field.attname))
        assert insert_rows([]) == 0


def test_inserts_values_sealed_indexed_and_with_defaults(mission: Workspace) -> None:
    at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    with in_workspace(mission.id):
        (person,) = _people(mission, "Embassy of Kenya")
        person.save()
        made = insert_values(
            ContactPoint,
            [{"stakeholder_id": person.pk, "channel": Channel.EMAIL, "address": "A@Example.org"}],
            workspace_id=mission.id,
            created_at=at,
        )
        assert made == 1
        point = ContactPoint.objects.get(address_index=address_index_of("a@example.org"))
        assert (point.address, point.position, point.label, point.created_at) == (
            *("A@Example.org", 0, ""),
            at,
        )
        insert_values(
            Consent,
            [{"stakeholder_id": person.pk}],
            workspace_id=mission.id,
            purpose="updates",
            basis="public_task",
            source=ODD,
            given_at=date(2026, 3, 1),
        )
        consent = Consent.objects.get()
        assert (consent.source, consent.given_at, consent.is_open) == (ODD, date(2026, 3, 1), True)


def test_updates_the_named_fields_and_their_indexes_only(mission: Workspace) -> None:
    with in_workspace(mission.id):
        people = _people(mission, "One", "Two")
        insert_rows(people)
        for number, person in enumerate(people):
            person.name, person.region = f"New {number}", "Europe"
        assert update_rows(people, ["name"]) == 2
        stored = Stakeholder.objects.get(pk=people[1].pk)
        assert (stored.name, stored.region) == ("New 1", "")
        assert Stakeholder.objects.filter(name_index=people[0].name_index).count() == 1


def test_refuses_rows_of_another_workspace(mission: Workspace, elsewhere: Workspace) -> None:
    with in_workspace(elsewhere.id):
        strangers = _people(elsewhere, "Stranger")
    with (
        in_workspace(mission.id),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        insert_rows(strangers)


def test_a_constraint_refuses_all_of_them(mission: Workspace) -> None:
    with in_workspace(mission.id):
        (person,) = _people(mission, "Embassy of Kenya")
        person.save()
        row = {"stakeholder_id": person.pk, "channel": "email", "address": "a@example.org"}
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_values(ContactPoint, [row, {**row, "id": uuid.uuid4()}], workspace_id=mission.id)
        assert not ContactPoint.objects.exists()

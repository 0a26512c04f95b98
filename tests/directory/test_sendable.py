"""Who gets a message and who must not."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.directory import selectors, services
from comms.directory.models import Audience, Channel, SuppressionReason
from comms.directory.selectors.filters import StakeholderFilter
from tests.directory.makers import make_stakeholder


def live(actor: Actor, name: str, **lists: tuple[str, ...]) -> Audience:
    return services.create_audience(actor=actor, name=name, filters=StakeholderFilter(**lists))  # type: ignore[arg-type]  # test words


def rows(*audiences: Audience) -> dict[uuid.UUID, selectors.Sendable]:
    found = selectors.list_sendable([a.id for a in audiences], channel=Channel.EMAIL)
    return {row.stakeholder_id: row for row in found}


def test_gives_each_stakeholder_once_with_the_most_specific_audience(editor: Actor) -> None:
    both = make_stakeholder(
        editor, "Embassy of Freedonia", email="a@example.org", region="EUROPE", languages=("fr",)
    )
    one = make_stakeholder(editor, "Press Club", email="b@example.org", kind="media")
    everyone = live(editor, "Everyone")
    missions = live(editor, "Missions", kinds=("mission",))
    french = live(editor, "French missions", kinds=("mission",), languages=("fr",))
    picked = services.create_audience(actor=editor, name="Picked", mode="picked")

    found = rows(everyone, french, missions)
    assert found[both.id].audience_id == french.id
    assert found[one.id].audience_id == everyone.id
    assert found[both.id].languages == ["fr"]
    assert {row.blocked for row in found.values()} == {""}

    services.add_to_audience(actor=editor, audience_id=picked.id, stakeholder_ids=[both.id])
    assert rows(everyone, french, picked)[both.id].audience_id == picked.id
    order = selectors.audience_ids_by_stakeholder(
        [everyone.id, french.id, missions.id, picked.id], [both.id, one.id]
    )
    assert order == {
        both.id: [picked.id, french.id, missions.id, everyone.id],
        one.id: [everyone.id],
    }
    assert set(selectors.audience_queryset([french.id, picked.id])) == {both}


def test_says_why_someone_gets_nothing(editor: Actor) -> None:
    reachable = make_stakeholder(editor, "Reachable", email="ok@example.org")
    no_address = make_stakeholder(editor, "Silent")
    no_basis = make_stakeholder(editor, "Unasked", email="unasked@example.org", basis=False)
    withdrawn = make_stakeholder(editor, "Gone", email="gone@example.org")
    services.withdraw_consent(actor=editor, stakeholder_id=withdrawn.id, how="by telephone")
    bounced = make_stakeholder(editor, "Bounced", email="bounced@example.org")
    point = selectors.get_stakeholder(editor, bounced.id).contact_points.get()
    services.suppress_contact_point(contact_point_id=point.id, reason=SuppressionReason.BOUNCED)
    archived = make_stakeholder(editor, "Archived", email="old@example.org")
    services.archive_stakeholder(actor=editor, stakeholder_id=archived.id)
    everyone = live(editor, "Everyone")

    found = {key: row.blocked for key, row in rows(everyone).items()}
    assert found == {
        reachable.id: "",
        no_address.id: "no_address",
        no_basis.id: "no_basis",
        withdrawn.id: "withdrawn",
        bounced.id: "suppressed_bounced",
    }
    assert set(found.values()) - {""} <= set(selectors.BLOCKED_REASONS)
    assert selectors.count_sendable([everyone.id], channel=Channel.EMAIL) == {
        "": 1,
        "no_address": 1,
        "no_basis": 1,
        "withdrawn": 1,
        "suppressed_bounced": 1,
    }


def test_a_bounced_address_gives_way_but_an_unsubscription_covers_them_all(editor: Actor) -> None:
    person = make_stakeholder(editor, "Two Addresses", email="first@example.org")
    second = services.add_contact_point(
        actor=editor, stakeholder_id=person.id, channel=Channel.EMAIL, address="second@example.org"
    )
    first = selectors.get_stakeholder(editor, person.id).contact_points.get(position=0)
    everyone = live(editor, "Everyone")
    assert rows(everyone)[person.id].contact_point_id == first.id

    services.suppress_contact_point(contact_point_id=first.id, reason=SuppressionReason.BOUNCED)
    assert rows(everyone)[person.id].contact_point_id == second.id
    assert rows(everyone)[person.id].blocked == ""
    assert selectors.blocked_now([first.id, second.id]) == {first.id: "suppressed_bounced"}

    services.suppress_contact_point(
        contact_point_id=second.id, reason=SuppressionReason.UNSUBSCRIBED
    )
    assert rows(everyone)[person.id].blocked == "suppressed_unsubscribed"


def test_the_last_look_sees_what_changed_since_the_freeze(editor: Actor) -> None:
    fine = make_stakeholder(editor, "Fine", email="fine@example.org")
    gone = make_stakeholder(editor, "Gone", email="gone@example.org")
    kept, removed = (
        selectors.get_stakeholder(editor, who.id).contact_points.get() for who in (fine, gone)
    )
    services.remove_contact_point(actor=editor, stakeholder_id=gone.id, contact_point_id=removed.id)
    assert selectors.blocked_now([kept.id, removed.id]) == {removed.id: "no_address"}
    services.withdraw_consent(actor=editor, stakeholder_id=fine.id, how="unsubscribe link")
    assert selectors.blocked_now([kept.id]) == {kept.id: "withdrawn"}


def test_a_freeze_is_one_insert_from_the_query(editor: Actor) -> None:
    for number in range(20):
        make_stakeholder(editor, f"Mission {number}", email=f"m{number}@example.org")
    query = selectors.sendable_query([live(editor, "Everyone").id], channel=Channel.EMAIL)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE frozen (s uuid, a uuid, c uuid, l text[], blocked text)"
        )
        cursor.execute(
            "INSERT INTO frozen SELECT stakeholder_id, audience_id, contact_point_id, languages, blocked "  # noqa: S608 - our own fragment
            f"FROM ({query.sql}) AS sendable",
            query.params,
        )
        assert cursor.rowcount == 20
        cursor.execute("DROP TABLE frozen")


def test_refuses_an_audience_of_elsewhere(editor: Actor) -> None:
    with pytest.raises(NotFoundError):
        selectors.sendable_query([uuid.uuid4()], channel=Channel.EMAIL)
    assert selectors.list_sendable([], channel=Channel.EMAIL) == []


def test_recipients_come_decrypted_in_one_query(
    editor: Actor, django_assert_num_queries: object
) -> None:
    for number in range(3):
        make_stakeholder(editor, f"Mission {number}", email=f"m{number}@example.org")
    ids = list(selectors.contact_points_for(Channel.EMAIL).values_list("id", flat=True))
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture
        found = selectors.load_recipients(ids)
    assert sorted((who.name, who.address) for who in found.values()) == [
        ("Mission 0", "m0@example.org"),
        ("Mission 1", "m1@example.org"),
        ("Mission 2", "m2@example.org"),
    ]

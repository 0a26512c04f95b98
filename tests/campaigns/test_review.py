"""Four eyes: what is approved is exactly what was frozen, and any edit voids it."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from comms.accounts.models import User, Workspace
from comms.campaigns import selectors, services
from comms.campaigns.models import Approval, Delivery, Edition, EditionVariant
from comms.campaigns.services.hashing import edition_hash
from comms.core.actors import Actor, Role
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from comms.directory.models import SuppressionReason
from comms.directory.services import suppress_contact_point
from tests import factories
from tests.campaigns.makers import (
    Pair,
    make_approved,
    make_audience,
    make_edition,
    make_people,
    make_scheduled,
    make_template,
)
from tests.directory.makers import make_stakeholder


def test_submission_freezes_one_row_for_everyone(pair: Pair) -> None:
    """Blocked people have a row too, which says why."""
    make_people(pair.writer, 3)
    make_stakeholder(pair.writer, "No Address")
    make_stakeholder(pair.writer, "No Basis", email="nobasis@example.org", basis=False)
    bounced = make_stakeholder(pair.writer, "Bounced", email="gone@example.org")
    suppress_contact_point(
        contact_point_id=bounced.contact_points.get().id, reason=SuppressionReason.BOUNCED
    )
    edition = make_edition(pair.writer)
    submission = services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    assert (submission.total, submission.sendable) == (6, 3)
    assert sorted(
        Delivery.objects.filter(edition=edition).values_list("state", "reason")
    ) == sorted(
        [
            *[("pending", "")] * 3,
            ("suppressed", "no_address"),
            ("suppressed", "no_basis"),
            ("suppressed", "suppressed_bounced"),
        ]
    )
    edition.refresh_from_db()
    assert edition.state == "in_review"
    assert bytes(edition.frozen_hash or b"") == edition_hash(edition)


def test_text_is_that_of_the_most_specific_audience_and_first_language(pair: Pair) -> None:
    """Even when the edition goes to a wider audience than the text was written for."""
    media = make_audience(pair.writer, "Media", kinds=("media",))
    template = make_template(pair.writer, languages=("en", "ar"), audience_ids=[media.id])
    make_stakeholder(pair.writer, "Gazette", kind="media", email="a@example.org", languages=("en",))
    make_stakeholder(
        pair.writer, "Sahafa", kind="media", email="b@example.org", languages=("fr", "ar", "en")
    )
    make_stakeholder(pair.writer, "Embassy", email="c@example.org", languages=("en-GB",))
    edition = make_edition(pair.writer, template=template)
    services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    rows = Delivery.objects.filter(edition=edition).select_related("variant")
    named = {row.name: row.delivery for row in selectors.with_recipients(list(rows))}
    found = {
        name: (row.language, row.variant.audience_id)
        for name, row in named.items()
        if row.variant is not None
    }
    assert found == {
        "Gazette": ("en", media.id),
        "Sahafa": ("ar", media.id),
        "Embassy": ("en", None),
    }


def test_refuses_when_someone_has_no_text_in_their_language(pair: Pair) -> None:
    """Unless a person accepted the fallback for this edition."""
    make_people(pair.writer, 1)
    make_people(pair.writer, 2, languages=("sw",), prefix="swahili")
    edition = make_edition(pair.writer)
    with pytest.raises(InvalidError, match="2 recipients have no text"):
        services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    assert not Delivery.objects.filter(edition=edition).exists()
    services.accept_fallback(actor=pair.writer, edition_id=edition.id)
    assert services.submit_for_review(actor=pair.writer, edition_id=edition.id).sendable == 3
    assert Delivery.objects.filter(edition=edition, language="en").count() == 3


def test_refuses_a_text_that_lacks_a_value(pair: Pair) -> None:
    """Names recipient and variable before anything is sent."""
    make_stakeholder(pair.writer, "Placeless", email="p@example.org", country="")
    template = make_template(
        pair.writer, languages=("en",), bodies={"en": "Greetings to {{ country }}."}
    )
    edition = make_edition(pair.writer, template=template)
    with pytest.raises(InvalidError, match=r"Placeless \(p@example.org\): country"):
        services.submit_for_review(actor=pair.writer, edition_id=edition.id)


def test_refuses_an_edition_that_reaches_nobody(pair: Pair) -> None:
    edition = make_edition(pair.writer)
    with pytest.raises(InvalidError, match="Nobody"):
        services.submit_for_review(actor=pair.writer, edition_id=edition.id)


def test_refuses_a_moment_that_has_passed(pair: Pair) -> None:
    make_people(pair.writer, 1)
    passed = services.Schedule(at=timezone.now() - datetime.timedelta(hours=1))
    edition = make_edition(pair.writer, schedule=passed)
    with pytest.raises(InvalidError, match="passed"):
        services.submit_for_review(actor=pair.writer, edition_id=edition.id)


def test_second_person_approves_what_the_page_showed(pair: Pair) -> None:
    make_people(pair.writer, 1)
    edition = make_approved(pair, make_edition(pair.writer))
    approval = Approval.objects.get(edition=edition)
    assert edition.state == "approved"
    assert bytes(approval.hash) == bytes(edition.frozen_hash or b"")
    assert approval.approver_id == pair.approver.user_id


def test_refuses_an_author_as_approver(pair: Pair, edgar: User, mission: Workspace) -> None:
    """The role alone is not enough; who wrote a text of it is an author too."""
    make_people(pair.writer, 1)
    both = Actor(pair.writer.user_id, mission.id, frozenset({Role.EDITOR, Role.APPROVER}), "Edgar")
    edition = make_edition(pair.writer)
    submission = services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    with pytest.raises(ForbiddenError, match="somebody else"):
        services.approve_edition(
            actor=both,
            edition_id=edition.id,
            expected_hash=bytes(submission.edition.frozen_hash or b""),
        )


def test_refuses_an_approver_without_the_role(pair: Pair, ada: User, mission: Workspace) -> None:
    make_people(pair.writer, 1)
    edition = make_edition(pair.writer)
    submission = services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    with pytest.raises(ForbiddenError, match="roles"):
        services.approve_edition(
            actor=factories.actor_of(ada, mission),
            edition_id=edition.id,
            expected_hash=bytes(submission.edition.frozen_hash or b""),
        )


def test_refuses_approval_of_an_older_page(pair: Pair) -> None:
    make_people(pair.writer, 1)
    edition = make_edition(pair.writer)
    services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    with pytest.raises(ConflictError, match="changed since"):
        services.approve_edition(
            actor=pair.approver, edition_id=edition.id, expected_hash=b"\x00" * 32
        )


def test_database_refuses_an_author_as_approver(pair: Pair) -> None:
    """Whatever code runs: with the author named, and with the author left out of the list."""
    make_people(pair.writer, 1)
    edition = make_edition(pair.writer)
    frozen = services.submit_for_review(actor=pair.writer, edition_id=edition.id).edition
    for authors in (frozen.authors, [pair.approver.user_id], []):
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.create(
                workspace_id=frozen.workspace_id,
                edition=frozen,
                hash=frozen.frozen_hash,
                approver_id=pair.writer.user_id,
                authors=authors,
            )


def test_database_refuses_approval_of_another_hash(pair: Pair) -> None:
    make_people(pair.writer, 1)
    frozen = services.submit_for_review(
        actor=pair.writer, edition_id=make_edition(pair.writer).id
    ).edition
    with pytest.raises(IntegrityError, match="another text"), transaction.atomic():
        Approval.objects.create(
            workspace_id=frozen.workspace_id,
            edition=frozen,
            hash=b"\x01" * 32,
            approver_id=pair.approver.user_id,
            authors=frozen.authors,
        )


def test_database_refuses_states_without_approval(pair: Pair) -> None:
    make_people(pair.writer, 1)
    frozen = services.submit_for_review(
        actor=pair.writer, edition_id=make_edition(pair.writer).id
    ).edition
    with pytest.raises(IntegrityError, match="second person"), transaction.atomic():
        Edition.objects.filter(id=frozen.id).update(state="approved")


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE campaigns_edition SET title = 'Other' WHERE id = %s",
        "UPDATE campaigns_edition SET send_at = now() + interval '1 day' WHERE id = %s",
        "UPDATE campaigns_edition SET from_address = 'other@localhost' WHERE id = %s",
        "UPDATE campaigns_edition SET unknown_policy = 'resend' WHERE id = %s",
        "UPDATE campaigns_editionvariant SET body = 'Other' WHERE edition_id = %s",
        "DELETE FROM campaigns_editionvariant WHERE edition_id = %s",
        "DELETE FROM campaigns_editionaudience WHERE edition_id = %s",
    ],
)
@pytest.mark.parametrize("state", ["approved", "scheduled"])
def test_any_edit_voids_the_approval(pair: Pair, edit: str, state: str) -> None:
    """By a trigger: a statement that goes round the services voids it just the same."""
    make_people(pair.writer, 1)
    make = make_approved if state == "approved" else make_scheduled
    edition = make(pair, make_edition(pair.writer))
    with connection.cursor() as cursor:
        cursor.execute(edit, [edition.id])
        assert cursor.rowcount > 0
    edition.refresh_from_db()
    assert edition.state == "draft"
    assert edition.frozen_hash is None
    assert Approval.objects.get(edition=edition).voided_at is not None


def test_an_edit_through_the_service_voids_the_approval(pair: Pair) -> None:
    make_people(pair.writer, 1)
    edition = make_approved(pair, make_edition(pair.writer))
    services.update_edition(
        actor=pair.writer,
        edition_id=edition.id,
        plan=services.EditionPlan(
            title="Another title",
            audience_ids=list(edition.audiences.values_list("audience_id", flat=True)),
        ),
    )
    edition.refresh_from_db()
    assert (edition.state, edition.title) == ("draft", "Another title")
    assert Approval.objects.get(edition=edition).voided_at is not None
    with pytest.raises(ConflictError):
        services.schedule_edition(actor=pair.writer, edition_id=edition.id)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE campaigns_delivery SET contact_point_id = gen_random_uuid() WHERE edition_id = %s",
        "UPDATE campaigns_delivery SET variant_id = gen_random_uuid() WHERE edition_id = %s",
        "UPDATE campaigns_delivery SET due_at = now() WHERE edition_id = %s",
        "DELETE FROM campaigns_delivery WHERE edition_id = %s",
        "INSERT INTO campaigns_delivery (id, workspace_id, edition_id, stakeholder_id, channel, language, "
        "due_at, state, reason) SELECT gen_random_uuid(), workspace_id, edition_id, gen_random_uuid(), "
        "channel, '', due_at, 'suppressed', 'no_address' FROM campaigns_delivery WHERE edition_id = %s",
    ],
)
def test_frozen_recipients_cannot_change(pair: Pair, change: str) -> None:
    make_people(pair.writer, 1)
    edition = make_approved(pair, make_edition(pair.writer))
    with (
        pytest.raises(IntegrityError, match="frozen"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change, [edition.id])


def test_approval_is_never_rewritten(pair: Pair) -> None:
    make_people(pair.writer, 1)
    edition = make_approved(pair, make_edition(pair.writer))
    with pytest.raises(IntegrityError, match="only be voided"), transaction.atomic():
        Approval.objects.filter(edition=edition).update(approver_id=uuid7())
    services.reopen_edition(actor=pair.writer, edition_id=edition.id)
    with pytest.raises(IntegrityError, match="only be voided"), transaction.atomic():
        Approval.objects.filter(edition=edition).update(voided_at=None)


def test_a_changed_directory_does_not_change_what_was_approved(pair: Pair) -> None:
    """Somebody new in the audience gets nothing from this edition."""
    make_people(pair.writer, 1)
    edition = make_approved(pair, make_edition(pair.writer))
    make_people(pair.writer, 1, prefix="late")
    assert Delivery.objects.filter(edition=edition).count() == 1
    assert edition_hash(edition) == bytes(edition.frozen_hash or b"")


def test_refuses_analyst_and_outsider(
    pair: Pair, anna: User, oscar: User, mission: Workspace, elsewhere: Workspace
) -> None:
    make_people(pair.writer, 1)
    edition = make_edition(pair.writer)
    with pytest.raises(ForbiddenError):
        services.submit_for_review(actor=factories.actor_of(anna, mission), edition_id=edition.id)


def test_another_workspace_sees_nothing(
    oscar: User, elsewhere: Workspace, edgar: User, petra: User, mission: Workspace
) -> None:
    with in_workspace(mission.id):
        writer = factories.actor_of(edgar, mission)
        make_people(writer, 1)
        edition = make_edition(writer)
    outsider = factories.actor_of(oscar, elsewhere)
    with in_workspace(elsewhere.id):
        assert not EditionVariant.objects.exists()
        for act in (
            lambda: services.submit_for_review(actor=outsider, edition_id=edition.id),
            lambda: services.cancel_edition(actor=outsider, edition_id=edition.id),
            lambda: services.hold_edition(actor=outsider, edition_id=edition.id, reason="x"),
            lambda: selectors.get_edition(outsider, edition.id),
        ):
            with pytest.raises(NotFoundError):
                act()

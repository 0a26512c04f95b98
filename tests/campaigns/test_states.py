"""An edition's life as a state machine: whatever people do in whatever order, the promises hold."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from comms.campaigns import services
from comms.campaigns.models import TRANSITIONS, Approval, Delivery, Edition
from comms.campaigns.services.claiming import claim_batch
from comms.campaigns.services.hashing import edition_hash
from comms.campaigns.services.settling import release
from comms.campaigns.services.ticking import begin_due, complete_done
from comms.core.actors import Actor
from comms.core.errors import CommsError
from comms.core.ids import uuid7
from tests.campaigns.makers import Pair, make_audience, make_edition, make_people, make_template

S = Edition.State
APPROVED_STATES = {S.APPROVED, S.SCHEDULED, S.SENDING, S.PAUSED, S.COMPLETED}


def test_database_and_code_agree_on_what_may_follow_what(db: None) -> None:
    """Every pair of states, both ways of asking."""
    with connection.cursor() as cursor:
        for before in S:
            for after in S:
                cursor.execute("SELECT campaigns_may_follow(%s, %s)", [before, after])
                assert cursor.fetchone()[0] == (after in TRANSITIONS[before]), (before, after)


def test_database_refuses_what_may_not_follow(pair: Pair) -> None:
    """From a draft, by a statement that asks nobody."""
    edition = make_edition(pair.writer)
    for state in set(S) - TRANSITIONS[S.DRAFT] - {S.DRAFT}:
        with pytest.raises(IntegrityError), transaction.atomic():
            Edition.objects.filter(id=edition.id).update(state=state)


def test_database_refuses_completion_with_open_deliveries(pair: Pair) -> None:
    make_people(pair.writer, 1)
    edition = make_edition(pair.writer)
    submission = services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    services.approve_edition(
        actor=pair.approver,
        edition_id=edition.id,
        expected_hash=bytes(submission.edition.frozen_hash or b""),
    )
    services.schedule_edition(actor=pair.writer, edition_id=edition.id)
    begin_due()
    with pytest.raises(IntegrityError, match="open deliveries"), transaction.atomic():
        Edition.objects.filter(id=edition.id).update(state=S.COMPLETED)


def test_only_a_draft_can_be_thrown_away(pair: Pair) -> None:
    make_people(pair.writer, 1)
    edition = make_edition(pair.writer)
    services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(id=edition.id).delete()
    services.reopen_edition(actor=pair.writer, edition_id=edition.id)
    services.delete_edition(actor=pair.writer, edition_id=edition.id)
    assert not Edition.objects.filter(id=edition.id).exists()


def test_whatever_people_do_the_promises_hold(pair: Pair) -> None:
    """Writer, approver, clock and sender take turns at random."""
    make_people(pair.writer, 4)
    template = make_template(pair.writer, languages=("en",))
    audience = make_audience(pair.writer)

    class Life(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.edition: Edition = make_edition(
                pair.writer, template=template, audience_ids=[audience.id]
            )
            self.claims: list[uuid.UUID] = []
            self.was: str = S.DRAFT

        def attempt(self, act: Callable[..., object], **words: object) -> None:
            """Whatever is refused is refused in words, and changes nothing."""
            before = Edition.objects.values().get(id=self.edition.id)
            refusal = ""
            try:
                with transaction.atomic():
                    act(edition_id=self.edition.id, **words)
            except CommsError as error:
                refusal = error.message
            if refusal:
                assert Edition.objects.values().get(id=self.edition.id) == before

        @rule()
        def submit(self) -> None:
            self.attempt(services.submit_for_review, actor=pair.writer)

        @rule(actor=st.sampled_from([pair.writer, pair.approver]), right=st.booleans())
        def approve(self, actor: Actor, right: bool) -> None:
            frozen = bytes(self.current().frozen_hash or b"?")
            self.attempt(
                services.approve_edition, actor=actor, expected_hash=frozen if right else b"other"
            )

        @rule(
            act=st.sampled_from(
                [
                    services.schedule_edition,
                    services.pause_edition,
                    services.resume_edition,
                    services.reopen_edition,
                    services.cancel_edition,
                    services.accept_fallback,
                ]
            )
        )
        def steer(self, act: Callable[..., object]) -> None:
            self.attempt(act, actor=pair.writer)

        @rule()
        def go_live(self) -> None:
            """The usual way, in one go, so that sending and what follows is often reached."""
            self.submit()
            self.approve(pair.approver, True)
            self.attempt(services.schedule_edition, actor=pair.writer)
            self.tick()
            self.was = self.current().state

        @rule()
        def edit(self) -> None:
            self.attempt(
                services.update_edition,
                actor=pair.writer,
                plan=services.EditionPlan(
                    title=f"Talks {uuid.uuid4().hex[:6]}", audience_ids=[audience.id]
                ),
            )

        @rule()
        def reject(self) -> None:
            self.attempt(services.reject_edition, actor=pair.approver, note="Say where.")

        @rule()
        def hold(self) -> None:
            self.attempt(services.hold_edition, actor=pair.writer, reason="Wait.")

        @rule()
        def release(self) -> None:
            self.attempt(services.release_edition, actor=pair.approver)

        @rule()
        def tick(self) -> None:
            begin_due()
            complete_done()

        @rule(size=st.integers(1, 5))
        def claim(self, size: int) -> None:
            claim_id = uuid7()
            claimed = claim_batch(
                workspace_id=pair.writer.workspace_id,
                edition_id=self.edition.id,
                claim_id=claim_id,
                shard=0,
                sender="test",
                store_run="x",
                size=size,
            )
            if self.current().state != S.SENDING:
                assert claimed is None
            if claimed is not None:
                assert 0 < len(claimed.rows) <= size
                self.claims.append(claim_id)

        @rule()
        def let_go(self) -> None:
            """A sender puts everything back."""
            for claim_id in self.claims:
                rows = Delivery.objects.filter(claim_id=claim_id, state="sending")
                release(claim_id=claim_id, delivery_ids=list(rows.values_list("id", flat=True)))
            self.claims = []

        @rule()
        def deliver(self) -> None:
            """A server took everything that is in hand."""
            Delivery.objects.filter(edition=self.edition, state="sending").update(
                state="sent", settled_at=timezone.now()
            )

        def current(self) -> Edition:
            return Edition.objects.get(id=self.edition.id)

        @invariant()
        def nothing_goes_out_without_a_second_person(self) -> None:
            edition = self.current()
            stage = edition.held_from or edition.state
            valid = list(Approval.objects.filter(edition=edition, voided_at=None))
            if stage in APPROVED_STATES:
                assert [bytes(approval.hash) for approval in valid] == [
                    bytes(edition.frozen_hash or b"")
                ]
                assert valid[0].approver_id not in edition.authors
                assert edition_hash(edition) == bytes(valid[0].hash)
            elif stage != S.CANCELLED:
                assert valid == []

        @invariant()
        def steps_are_those_allowed(self) -> None:
            now = self.current().state
            if now != self.was:
                path = TRANSITIONS[self.was]
                # One rule may take two steps, such as back to the draft and on, or begin and complete.
                assert now in path or any(now in TRANSITIONS[between] for between in path)
            self.was = now

        @invariant()
        def counts_add_up(self) -> None:
            edition = self.current()
            stage = edition.held_from or edition.state
            rows = Delivery.objects.filter(edition=edition)
            if stage not in {S.DRAFT, S.CANCELLED}:
                assert rows.count() == edition.frozen_total == 4
            if stage == S.COMPLETED:
                assert not rows.exclude(state="sent").exists()
            if stage == S.CANCELLED:
                assert not rows.filter(state__in=("pending", "deferred")).exists()

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

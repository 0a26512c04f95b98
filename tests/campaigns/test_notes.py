"""Notes read back as they were written, on every Python that is supported."""

from __future__ import annotations

import uuid

import pytest

from comms.campaigns.journal import notes
from comms.campaigns.transports.base import Outcome, Result


@pytest.mark.parametrize("outcome", list(Outcome))
def test_reads_what_became_of_a_message(outcome: Outcome) -> None:
    result = Result(uuid.uuid4(), outcome, 250, "2.0.0 Ok: queued")
    found = notes.read_notes(
        [notes.opened(), notes.begun(result.delivery_id), notes.finished(result)]
    )
    assert found.results == {result.delivery_id: result}
    assert found.begun == set()


def test_message_without_an_outcome_is_begun() -> None:
    delivery_id = uuid.uuid4()
    assert notes.read_notes([notes.opened(), notes.begun(delivery_id)]).begun == {delivery_id}


def test_outcome_that_nobody_knows_counts_as_begun() -> None:
    delivery_id = uuid.uuid4()
    found = notes.read_notes([b"f" + delivery_id.bytes + b"\0\xfanonsense text", b"", b"x"])
    assert found.begun == {delivery_id}
    assert found.results == {}

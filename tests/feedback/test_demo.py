"""The demonstration's form: sealed as anybody's, and open for its readers."""

from __future__ import annotations

import json

import pytest

from comms.accounts.demo import PEOPLE, make_demo_workspace, unsafe_seeds_of
from comms.accounts.models import User
from comms.core.tenancy import in_workspace
from comms.feedback import demo
from comms.feedback.models import Case, CaseState, Submission
from comms.threads.models import Wrap
from comms.wire import epochs, form_keys
from comms.wire import submissions as wire

pytestmark = pytest.mark.django_db


def test_six_have_answered_and_a_reader_opens_it() -> None:
    workspace = make_demo_workspace()
    daniel = next(one for one in PEOPLE if one.name == "Daniel Okafor")
    user = User.objects.get(email=daniel.email)
    with in_workspace(workspace.id):
        demo.fill(workspace)
        assert Case.objects.exclude(state=CaseState.NEW).count() == 2
        assert Case.objects.filter(owner_id=None).count() == 4
        raws = [bytes(one.content or b"") for one in Submission.objects.all()]
        held = Wrap.objects.select_related("epoch").get(member_id=user.id)
    record = epochs.read_record(bytes(held.epoch.record))
    seeds = unsafe_seeds_of(daniel, user)
    key = epochs.open_epoch_key(record, user.id, seeds.xwing, bytes(held.content))
    opened = [
        json.loads(wire.open_by_form(wire.read_submission(raw), form_keys.form_seed(key)).answers)
        for raw in raws
    ]
    told = [sealed for _language, sealed, _open in demo.ANSWERS]
    assert sorted(opened, key=str) == sorted(told, key=str)
    assert not any(b"papers" in raw for raw in raws)

"""The demonstration has something to look at on every campaign page."""

from __future__ import annotations

import pytest

from comms.accounts.demo import make_demo_workspace
from comms.campaigns import demo as campaigns_demo
from comms.campaigns.models import Delivery, Edition
from comms.content import demo as content_demo
from comms.content.selectors import get_template, list_key_messages, matrix_of
from comms.core.tenancy import in_workspace
from comms.directory import demo as directory_demo


@pytest.mark.django_db
def test_the_demonstration_has_ready_texts_and_an_edition_in_review() -> None:
    workspace = make_demo_workspace()
    with in_workspace(workspace.id):
        for part in (directory_demo, content_demo, campaigns_demo):
            part.fill(workspace)
        editor = content_demo.editor_of(workspace)
        waiting = Edition.objects.select_related("campaign").get(state=Edition.State.IN_REVIEW)
        matrix = matrix_of(get_template(editor, waiting.campaign.template_id))
        assert (matrix.ready, matrix.total) == (6, 6)
        assert list_key_messages(editor).count() == 2
        rows = Delivery.objects.filter(edition=waiting, state=Delivery.State.PENDING)
        assert set(rows.values_list("language", flat=True)) == {"en", "fr", "ar"}
        assert Edition.objects.filter(state=Edition.State.DRAFT).count() == 1

"""Today says which people wait for a reply; the palette finds forms."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from comms.accounts.models import User, Workspace
from comms.core.tenancy import in_workspace
from comms.feedback.models import CaseState
from comms.insights import selectors
from tests import factories
from tests.feedback.casework_makers import make_case, make_form


def waiting(person: User, place: Workspace) -> list[tuple[str, bool]]:
    with in_workspace(place.id):
        found = selectors.list_waiting(factories.actor_of(person, place))
    return [(one.title, one.urgent) for one in found if one.route.startswith("feedback:")]


def test_late_and_due_replies_wait_for_their_owner_and_for_everybody_where_there_is_none(
    dina: User, edgar: User, anna: User, petra: User, mission: Workspace
) -> None:
    form = make_form(mission, dina, title="Wells")
    now = timezone.now()
    make_case(form, owner_id=dina.id, due_at=now + dt.timedelta(hours=-1), state=CaseState.PROGRESS)
    make_case(form, owner_id=edgar.id, due_at=now + dt.timedelta(hours=2), state=CaseState.PROGRESS)
    make_case(form, owner_id=dina.id, due_at=now + dt.timedelta(hours=100), state=CaseState.TRIAGE)
    make_case(form, owner_id=dina.id, due_at=now + dt.timedelta(hours=-9), state=CaseState.ANSWERED)
    make_case(form, due_at=now + dt.timedelta(hours=30))
    late, due = "A reply is late: “\u2068Wells\u2069”", "A reply is due: “\u2068Wells\u2069”"
    unclaimed = ("1 new case waits for somebody to take it", False)
    assert waiting(dina, mission) == [(late, True), (due, False), unclaimed]
    assert waiting(edgar, mission) == [(due, False), (due, False), unclaimed]
    # An analyst answers nobody, and an approver sees no case.
    assert waiting(anna, mission) == []
    assert waiting(petra, mission) == []


def test_who_was_written_to_again_hears_of_it(dina: User, edgar: User, mission: Workspace) -> None:
    form = make_form(mission, dina)
    make_case(form, owner_id=dina.id, unread=2, state=CaseState.ANSWERED)
    make_case(form, owner_id=dina.id, unread=1, state=CaseState.CLOSED)
    assert waiting(dina, mission) == [("In 1 case of yours somebody wrote again", True)]
    assert waiting(edgar, mission) == []


def test_the_palette_finds_forms_for_who_may_see_them(
    dina: User, anna: User, petra: User, mission: Workspace
) -> None:
    make_form(mission, dina, title="Safety at the wells")
    found = {}
    for person in (dina, anna, petra):
        with in_workspace(mission.id):
            places = selectors.find_places(factories.actor_of(person, mission), "wells")
        found[person.id] = [place.route for place in places]
    assert found == {dina.id: ["feedback:form"], anna.id: ["feedback:analysis"], petra.id: []}

"""The demonstration's directory."""

from __future__ import annotations

from comms.accounts.models import User, Workspace
from comms.core.tenancy import in_workspace
from comms.directory import selectors
from comms.directory.demo import fill
from comms.directory.models import Audience, Channel, ContactPoint, Stakeholder


def test_fills_a_believable_directory_that_reaches_nobody_real(
    mission: Workspace, edgar: User
) -> None:
    with in_workspace(mission.id):
        fill(mission)
        assert 55 <= Stakeholder.objects.count() <= 65
        addresses = [p.address for p in ContactPoint.objects.filter(channel=Channel.EMAIL)]
        ends = (".example.org", ".example.net", ".example.com")
        assert addresses
        assert all(address.endswith(ends) for address in addresses)
        languages = {tag for each in Stakeholder.objects.all() for tag in each.languages}
        assert {"ar", "fr", "en"} <= languages
        audiences = {a.name: a for a in Audience.objects.all()}
        counted = selectors.count_sendable([audiences["Missions"].id], channel=Channel.EMAIL)
        assert counted == {"": 18, "no_address": 1, "suppressed_bounced": 1}
        sizes = selectors.audience_sizes(list(audiences.values()))
        assert sizes[audiences["At the table"].id] == 10
        assert sizes[audiences["Arabic readers"].id] >= 12

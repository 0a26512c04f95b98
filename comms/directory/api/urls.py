"""Addresses of the directory in the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from comms.directory.api import audiences, stakeholders

workspace: list[URLPattern | URLResolver] = [
    path("stakeholders", stakeholders.StakeholdersView.as_view(), name="stakeholders"),
    path(
        "stakeholders/<uuid:stakeholder>",
        stakeholders.StakeholderView.as_view(),
        name="stakeholder",
    ),
    path("audiences", audiences.AudiencesView.as_view(), name="audiences"),
    path("audiences/<uuid:audience>", audiences.AudienceView.as_view(), name="audience"),
]

"""Addresses of the campaign pages, under /w/<workspace>/campaigns/."""

from __future__ import annotations

from django.urls import path

from comms.campaigns.views import (
    acts,
    campaigns,
    composing,
    holds,
    live,
    log,
    previews,
    reviews,
    speed,
)

app_name = "campaigns"

urlpatterns = [
    path("", campaigns.list_page, name="list"),
    path("new", campaigns.new_page, name="new"),
    path("all/", campaigns.campaigns_page, name="campaigns"),
    path("calendar", campaigns.calendar_page, name="calendar"),
    path("hold", holds.hold_page, name="hold"),
    path("release", holds.release_page, name="release"),
    path("speed", speed.speed_page, name="speed"),
    path("speed/<uuid:cap>/remove", speed.remove, name="speed_remove"),
    path("all/<uuid:campaign>/", campaigns.campaign_page, name="campaign"),
    path("all/<uuid:campaign>/edit", campaigns.edit_page, name="campaign_edit"),
    path("all/<uuid:campaign>/new", composing.new_page, name="edition_new"),
    path("<uuid:edition>/", live.edition_page, name="edition"),
    path("<uuid:edition>/what", composing.what_page, name="what"),
    path("<uuid:edition>/who", composing.who_page, name="who"),
    path("<uuid:edition>/who/count", composing.count_part, name="who_count"),
    path("<uuid:edition>/when", composing.when_page, name="when"),
    path("<uuid:edition>/check", composing.check_page, name="check"),
    path("<uuid:edition>/fallback", composing.fallback, name="fallback"),
    path("<uuid:edition>/submit", reviews.submit_page, name="submit"),
    path("<uuid:edition>/review", reviews.review_page, name="review"),
    path("<uuid:edition>/reject", reviews.reject_page, name="reject"),
    path("<uuid:edition>/reopen", reviews.reopen_page, name="reopen"),
    path("<uuid:edition>/schedule", acts.schedule_page, name="schedule"),
    path("<uuid:edition>/pause", acts.pause, name="pause"),
    path("<uuid:edition>/resume", acts.resume, name="resume"),
    path("<uuid:edition>/cancel", acts.cancel_page, name="cancel"),
    path("<uuid:edition>/delete", acts.delete_page, name="delete"),
    path("<uuid:edition>/hold", holds.hold_edition_page, name="hold_edition"),
    path("<uuid:edition>/release", holds.release_edition_page, name="release_edition"),
    path("<uuid:edition>/progress", live.progress_part, name="progress"),
    path("<uuid:edition>/unknown", acts.resolve, name="resolve"),
    path("<uuid:edition>/log", log.log_page, name="log"),
    path("<uuid:edition>/texts/<uuid:variant>/", previews.preview_page, name="preview"),
    path("<uuid:edition>/texts/<uuid:variant>/mail", previews.mail_document, name="preview_mail"),
]

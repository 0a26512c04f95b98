"""Every address of the product. Pages of a workspace live under /w/<workspace>/."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from comms.core import views as core

_workspace: list[URLPattern | URLResolver] = [
    path("", include("comms.insights.urls")),
    path("directory/", include("comms.directory.urls")),
    path("audit/", include("comms.accounts.audit_urls")),
    path("log/", include("comms.accounts.log_urls")),
    path("campaigns/", include("comms.campaigns.urls")),
    path("content/", include("comms.content.urls")),
    path("threads/", include("comms.threads.urls")),
    path("feedback/", include("comms.feedback.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", core.healthz, name="healthz"),
    path("readyz", core.readyz, name="readyz"),
    path("accounts/", include("comms.accounts.sign_in_urls")),
    path("", include("comms.accounts.urls")),
    path("api/v1/", include("config.api")),
    path("u/", include("comms.campaigns.public_urls")),
    path("w/<slug:workspace>/", include(_workspace)),
    path("f/<slug:address>/", include("comms.feedback.form_urls")),
    path("r/<slug:workspace>/", include("comms.feedback.return_urls")),
    path("g/<slug:workspace>/<uuid:guest_id>/", include("comms.threads.guest_urls")),
]

if settings.MAIL_CATCHER_DIR is not None:
    urlpatterns.append(path("dev/mail/", include("comms.stack.urls")))

handler400 = "comms.core.views.bad_request"
handler403 = "comms.accounts.views.refused.forbidden"
handler404 = "comms.accounts.views.refused.not_found"
handler500 = "comms.core.views.failure"

"""Pages for recipients, who have no account: stop receiving mails, with one click (RFC 8058)."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comms.campaigns.services.unsubscribing import Subscription, get_subscription, unsubscribe
from comms.core.errors import NotFoundError

_ONE_CLICK = "List-Unsubscribe"


@csrf_exempt  # the token is the proof; mail providers post without a page of ours, as RFC 8058 says
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, so that a link checker stops nothing; POST stops, whether from the page or a mail program."""
    try:
        found = unsubscribe(token) if request.method == "POST" else get_subscription(token)
    except NotFoundError as error:
        raise Http404(error.message) from error
    if request.POST.get(_ONE_CLICK) == "One-Click":
        return HttpResponse("OK\n", content_type="text/plain")
    return _page(request, found)


def _page(request: HttpRequest, found: Subscription) -> HttpResponse:
    language = _page_language(found.language)
    with translation.override(language):
        request.LANGUAGE_CODE = language
        return render(
            request,
            "campaigns/unsubscribe.html",
            {"crest_name": found.workspace_name, "stopped": found.stopped},
        )


def _page_language(tag: str) -> str:
    """The mail's language if pages are written in it, else the deployment's."""
    base = tag.split("-")[0].lower()
    known = {code for code, _name in settings.LANGUAGES}
    return base if base in known else settings.LANGUAGE_CODE

"""What a partner sees first: a form's page and the way back. No session, no cookie; what follows is the browser's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_from_request
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from comms.accounts import selectors as accounts
from comms.accounts.scope import keys_page
from comms.core.errors import NotFoundError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors

_FROM_THE_RIGHT: Final = frozenset(
    "ar arc ckb dv fa he ks nqo ps sd syr ug ur yi".split()  # noqa: SIM905 - one line says it
)


@dataclass(frozen=True, slots=True)
class Voice:
    """A language that the product itself speaks, with the names of its catalogues on the page."""

    code: str

    @property
    def fill(self) -> str:
        return f"fill-words-{self.code}"

    @property
    def answer(self) -> str:
        return f"answer-words-{self.code}"

    @property
    def back(self) -> str:
        return f"return-words-{self.code}"


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that the page can be read in. Where the product doesn't speak it, its own words are English."""

    code: str
    is_first: bool
    title: str = ""
    intro: str = ""

    @property
    def name(self) -> str:
        # Only these pages need it, and it takes a tenth of a second to load.
        from babel import Locale, UnknownLocaleError

        try:
            return (
                Locale.parse(self.code.replace("-", "_")).display_name or self.code
            ).capitalize()
        except (UnknownLocaleError, ValueError):
            return self.code

    @property
    def direction(self) -> str:
        return "rtl" if self.code.split("-")[0].lower() in _FROM_THE_RIGHT else "ltr"

    @property
    def voice(self) -> Voice:
        spoken = [code for code, _name in settings.LANGUAGES]
        plain = self.code.lower().split("-")[0]
        return Voice(plain if plain in spoken else "en")


@require_GET
@never_cache
@keys_page
def form_page(request: HttpRequest, address: str) -> HttpResponse:
    """A form's page, in the language of its reader's browser that the form speaks, else in its first."""
    try:
        public = selectors.find_address(address)
        workspace = accounts.get_workspace_by_id(public.workspace_id)
        with in_workspace(workspace.id):
            standing = selectors.get_standing(public.form_id)
            version = selectors.get_numbered_version(public.form_id, standing.version_number)
    except NotFoundError:
        return _page(request, "feedback/no_form.html", _own_tongues(request), {}, status=404)
    document = json.loads(version.definition)
    languages = document["languages"]
    chosen = _choose(request, languages)

    def said(text: dict[str, str], code: str) -> str:
        words = text.get(code) or text.get(languages[0]) or ""
        # The only braces that these texts can have: nothing was answered yet that could be piped.
        return words.replace("{{", "{").replace("}}", "}")

    tongues = [
        Tongue(code, code == chosen, said(document["title"], code), said(document["intro"], code))
        for code in languages
    ]
    questions = [
        item for step in document["steps"] for item in step["items"] if item["type"] != "section"
    ]
    context = {
        "crest_name": workspace.name,
        "form_title": said(document["title"], chosen),
        "address": address,
        "slug": workspace.slug,
        "state": standing.state,
        "has_sealed": any(item["sealed"] for item in questions),
        "has_open": not all(item["sealed"] for item in questions),
        "return_url": reverse("returning:page", args=[workspace.slug]),
    }
    return _page(request, "feedback/answer.html", tongues, context)


@require_GET
@never_cache
@keys_page
def return_page(request: HttpRequest, workspace: str) -> HttpResponse:
    """The way back to what was sent to this workspace: the same for every code."""
    try:
        place = accounts.get_workspace(workspace)
    except NotFoundError:
        return _page(request, "feedback/no_form.html", _own_tongues(request), {}, status=404)
    context = {
        "crest_name": place.name,
        "slug": place.slug,
        "workspace_id": str(place.id),
    }
    return _page(request, "feedback/return.html", _own_tongues(request), context)


def _own_tongues(request: HttpRequest) -> list[Tongue]:
    """Every language of the product."""
    spoken = [code for code, _name in settings.LANGUAGES]
    chosen = get_language_from_request(request).split("-")[0]
    return [Tongue(code, code == (chosen if chosen in spoken else "en")) for code in spoken]


def _choose(request: HttpRequest, languages: Sequence[str]) -> str:
    """The language that the browser asks for first, of those that the form speaks."""
    known = {code.lower(): code for code in languages}
    for asked, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        for code in (asked, asked.split("-")[0]):
            if code in known:
                return known[code]
    return languages[0]


def _page(
    request: HttpRequest,
    template: str,
    tongues: Sequence[Tongue],
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    first = next(tongue for tongue in tongues if tongue.is_first)
    voices = {tongue.voice.code: tongue.voice for tongue in tongues}
    whole = {
        "tongues": tongues,
        "voices": list(voices.values()),
        "language": first,
        "direction": first.direction,
        **context,
    }
    with translation.override(first.voice.code):
        response = render(request, template, whole, status=status)
    # Nobody shall hear from where this reader came, nor that they were here.
    response["Referrer-Policy"] = "no-referrer"
    response["Content-Language"] = first.code
    return response

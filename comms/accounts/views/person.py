"""A person's own pages: how they are shown, how they sign in, where they are signed in."""

from __future__ import annotations

from typing import cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts import selectors, services
from comms.accounts.forms import LanguageForm, ProfileForm
from comms.accounts.models import User, VaultWrap
from comms.accounts.scope import keys_page, person_page
from comms.accounts.views.answers import endpoint, read_list
from comms.accounts.views.resets import FINISH_LIMIT, finish_reset
from comms.core.errors import NotFoundError

THEME_COOKIE = "theme"
_YEAR = 365 * 24 * 3600
_KEYS_OPEN = 30
"""Minutes without a touch until a browser locks its keys, whatever a workspace allows: frontend/src/keys/idle.ts."""


@require_http_methods(["GET", "POST"])
@login_required
@person_page
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone and appearance."""
    person = cast(User, request.user)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person = services.change_profile(person=person, **form.cleaned_data)
        messages.success(request, _("Your settings are saved."))
        return _with_preferences(redirect("accounts:profile"), person.language, person.theme)
    return render(request, "accounts/profile.html", {"form": form})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read in another language: kept in a cookie and, for somebody signed in, with the person."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:home")
    chosen, back = form.cleaned_data["language"], form.cleaned_data["next"]
    if isinstance(request.user, User):
        person = request.user
        services.change_profile(
            person=person,
            name=person.name,
            language=chosen,
            time_zone=person.time_zone,
            theme=person.theme,
        )
    if not url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    return _with_preferences(redirect(back), chosen)


@require_GET
@login_required
@person_page
def security(request: HttpRequest) -> HttpResponse:
    """Everything that guards the account, each with its state and one thing to do."""
    person = cast(User, request.user)
    authenticators = selectors.list_authenticators(person)
    wraps = selectors.list_vault_wraps(person)
    opened_by_passkey = {bytes(w.wrap_id) for w in wraps if w.kind == VaultWrap.Kind.PASSKEY}
    return render(
        request,
        "accounts/security.html",
        {
            "passkeys": [
                {
                    "authenticator": one,
                    "name": one.wrap().name,
                    "unlocks": services.passkey_wrap_id(one) in opened_by_passkey,
                }
                for one in authenticators
                if one.type == Authenticator.Type.WEBAUTHN
            ],
            "app": next((a for a in authenticators if a.type == Authenticator.Type.TOTP), None),
            "backup": next(
                (a for a in authenticators if a.type == Authenticator.Type.RECOVERY_CODES), None
            ),
            "recovery": next((w for w in wraps if w.kind == VaultWrap.Kind.RECOVERY_CODE), None),
        },
    )


@require_GET
@login_required
@person_page
@keys_page
def passphrase(request: HttpRequest) -> HttpResponse:
    """The page that changes the passphrase; its script does the work."""
    return render(request, "accounts/passphrase.html")


@require_GET
@login_required
@person_page
@keys_page
def vault(request: HttpRequest) -> HttpResponse:
    """Open or lock the vault in this browser; a new recovery code; starting over when all is lost."""
    allowed: int = getattr(request, "idle_minutes", _KEYS_OPEN)  # set by session_limits
    return render(request, "accounts/vault.html", {"idle_minutes": min(allowed, _KEYS_OPEN)})


@require_GET
@login_required
@person_page
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in."""
    found = selectors.list_sessions(cast(User, request.user))
    return render(
        request,
        "accounts/sessions.html",
        {
            "sessions": found[:100],
            "current": request.session.session_key,
            "others": sum(one.session_key != request.session.session_key for one in found),
        },
    )


@require_POST
@login_required
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign one browser out."""
    _end(request, session_id)
    messages.success(request, _("That browser is signed out."))
    return redirect("accounts:sessions")


@require_POST
@login_required
def session_lost(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign a lost browser out at once, and go on to the page that replaces the keys it knew."""
    _end(request, session_id)
    messages.success(request, _("That browser is signed out. Now replace the keys that it knew."))
    return redirect("accounts:lost")


def _end(request: HttpRequest, session_id: int) -> None:
    """End one of the person's own sessions. Raises Http404 for anybody else's."""
    try:
        services.end_session(person=cast(User, request.user), session_id=session_id)
    except NotFoundError as error:
        raise Http404(error.message) from error


@require_GET
@login_required
@person_page
@keys_page
def lost(request: HttpRequest) -> HttpResponse:
    """New keys after a browser was lost; its script does the work, and goes on where it was interrupted."""
    person = cast(User, request.user)
    wraps = selectors.list_vault_wraps(person)
    known = {bytes(w.wrap_id) for w in wraps if w.kind == VaultWrap.Kind.PASSKEY}
    passkeys = [
        {"name": one.wrap().name, "wrap": services.passkey_wrap_id(one).hex()}
        for one in selectors.list_authenticators(person)
        if one.type == Authenticator.Type.WEBAUTHN and services.passkey_wrap_id(one) in known
    ]
    slugs = [workspace.slug for workspace in selectors.list_workspaces_of(person.id)]
    return render(
        request, "accounts/lost.html", {"passkeys": passkeys, "workspaces": " ".join(slugs)}
    )


@require_POST
@login_required
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """Sign out every browser but this one."""
    services.end_other_sessions(person=cast(User, request.user), keep=request.session.session_key)
    messages.success(request, _("All other browsers are signed out."))
    return redirect("accounts:sessions")


@require_GET
@keys_page
def reset(request: HttpRequest) -> HttpResponse:
    """The page that a reset mail opens: a new passphrase for signing in. Not for the vault, and it says so."""
    return render(request, "accounts/reset.html")


@require_POST
@endpoint
def reset_finish(request: HttpRequest) -> HttpResponse:
    """Set the new sign-in secret, if the mailed key is right; every browser is signed out."""
    finish_reset(request, read_list(request, 3, limit=FINISH_LIMIT))
    return JsonResponse({"location": "/"})


def _with_preferences(
    response: HttpResponse, language: str, theme: str | None = None
) -> HttpResponse:
    """Keep language and appearance for the pages before sign-in."""
    for name, value in ((settings.LANGUAGE_COOKIE_NAME, language), (THEME_COOKIE, theme)):
        if value is not None:
            response.set_cookie(
                name,
                value,
                max_age=_YEAR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
    return response

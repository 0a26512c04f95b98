"""allauth's sign-in and second-step pages, with what the vault and the audit trail need beside them."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    LoginWebAuthnView,
    RemoveWebAuthnView,
)
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _

from comms.accounts import services
from comms.accounts.models import User


def wants_json(request: HttpRequest) -> bool:
    """Whether one of our scripts asks, which stays on its page to keep the keys in memory."""
    return request.headers.get("Accept") == "application/json"


def as_json(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A redirect as the address to go to, for a script that finishes its ceremony first."""
    if not wants_json(request) or response.status_code != 302:
        return response
    return JsonResponse({"location": response["Location"]})


def refusal(form: Any) -> JsonResponse:
    """What is wrong with a form, in one sentence each."""
    sentences = [str(error) for errors in form.errors.values() for error in errors]
    return JsonResponse({"errors": sentences or [_("That was not accepted.")]}, status=400)


class SignInView(LoginView):  # type: ignore[misc]  # allauth has no types
    """Address and sign-in secret. The script posts them and stays, so that the vault opens in one go."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response["X-CSRFToken"] = get_token(request)
        return cast(HttpResponse, response)


class SecondStepView(AuthenticateView):  # type: ignore[misc]  # allauth has no types
    """A code or a passkey after the passphrase; on the sign-in page or as a page of its own."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or the passkey challenge for the sign-in page's script."""
        if wants_json(request):
            options = auth.begin_authentication(self.stage.login.user)
            return JsonResponse({"request_options": options})
        return cast(HttpResponse, super().get(request, *args, **kwargs))

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in."""
        return as_json(self.request, super().form_valid(form))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Not accepted."""
        if wants_json(self.request):
            return refusal(form)
        return cast(HttpResponse, super().form_invalid(form))


class PasskeySignInView(LoginWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """A passkey alone signs in; its PRF output, which stays in the browser, opens the vault."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in."""
        return as_json(self.request, super().form_valid(form))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Not accepted."""
        if wants_json(self.request):
            return refusal(form)
        return cast(HttpResponse, super().form_invalid(form))


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Every passkey is discoverable and verifies the person, so that it can sign in alone."""

    success_url = reverse_lazy("accounts:security")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The challenge for the script, for a discoverable passkey."""
        context = super(AddWebAuthnView, self).get_context_data(**kwargs)
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        return cast(dict[str, Any], context)

    def get_success_url(self) -> str:
        """The backup codes when they are new, else back."""
        if self.did_generate_recovery_codes:
            return reverse("mfa_view_recovery_codes")
        return reverse("accounts:security")

    def form_valid(self, form: Any) -> HttpResponse:
        """Saved."""
        response = super().form_valid(form)
        services.note_second_step(person=self.request.user, change="added_passkey")
        return as_json(self.request, response)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Not accepted."""
        if wants_json(self.request):
            return refusal(form)
        return cast(HttpResponse, super().form_invalid(form))


class RemovePasskeyView(RemoveWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Removes the passkey and what it unlocked."""

    success_url = reverse_lazy("accounts:security")

    def form_valid(self, form: Any) -> HttpResponse:
        """Removed."""
        services.remove_passkey(person=self.request.user, authenticator=self.get_object())
        return cast(HttpResponse, super().form_valid(form))


class RenamePasskeyView(EditWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Another name for a passkey."""

    success_url = reverse_lazy("accounts:security")

    def form_valid(self, form: Any) -> HttpResponse:
        """Saved."""
        response = super().form_valid(form)
        services.note_second_step(person=self.request.user, change="renamed_passkey")
        return cast(HttpResponse, response)


class AddAppView(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """An authenticator app as the second step."""

    def get_success_url(self) -> str:
        """The backup codes when they are new, else back."""
        if self.did_generate_recovery_codes:
            return reverse("mfa_view_recovery_codes")
        return reverse("accounts:security")

    def form_valid(self, form: Any) -> HttpResponse:
        """Saved."""
        response = super().form_valid(form)
        person = cast(User, self.request.user)
        services.spend_code_of_adding(person=person, code=form.cleaned_data["code"])
        services.note_second_step(person=person, change="added_authenticator_app")
        return cast(HttpResponse, response)


class RemoveAppView(DeactivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """No authenticator app any more."""

    success_url = reverse_lazy("accounts:security")

    def form_valid(self, form: Any) -> HttpResponse:
        """Removed."""
        response = super().form_valid(form)
        services.note_second_step(person=self.request.user, change="removed_authenticator_app")
        return cast(HttpResponse, response)


class NewBackupCodesView(GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    """Ten fresh backup codes; the old ones end."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Made."""
        response = super().form_valid(form)
        services.note_second_step(person=cast(User, self.request.user), change="made_backup_codes")
        return cast(HttpResponse, response)

"""Those of allauth's addresses that the product uses, under allauth's own names. Sign-up is not among them."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as backup_codes
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from comms.accounts.scope import keys_page, person_page
from comms.accounts.views import second_steps

_to_security = RedirectView.as_view(pattern_name="accounts:security")

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", keys_page(second_steps.SignInView.as_view()), name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", keys_page(account.reauthenticate), name="account_reauthenticate"),
    path("reset/ask/", account.password_reset, name="account_reset_password"),
    path("reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("second-step/", keys_page(second_steps.SecondStepView.as_view()), name="mfa_authenticate"),
    path("confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkey/", second_steps.PasskeySignInView.as_view(), name="mfa_login_webauthn"),
    # allauth sends people to its own overviews; ours is one page.
    path("security/", _to_security, name="mfa_index"),
    path("security/passkeys/", _to_security, name="mfa_list_webauthn"),
    path(
        "passkeys/add/",
        person_page(keys_page(second_steps.AddPasskeyView.as_view())),
        name="mfa_add_webauthn",
    ),
    path(
        "passkeys/<int:pk>/name/",
        person_page(second_steps.RenamePasskeyView.as_view()),
        name="mfa_edit_webauthn",
    ),
    path(
        "passkeys/<int:pk>/remove/",
        person_page(second_steps.RemovePasskeyView.as_view()),
        name="mfa_remove_webauthn",
    ),
    path("app/add/", person_page(second_steps.AddAppView.as_view()), name="mfa_activate_totp"),
    path(
        "app/remove/", person_page(second_steps.RemoveAppView.as_view()), name="mfa_deactivate_totp"
    ),
    path(
        "backup-codes/",
        person_page(backup_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "backup-codes/new/",
        person_page(second_steps.NewBackupCodesView.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "backup-codes/file/",
        backup_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]

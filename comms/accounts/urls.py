"""Addresses of people and workspaces. Settings of a workspace lie here too, under /w/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from comms.accounts.views import addresses, entrance, keys, person, rules, tokens, workspaces

app_name = "accounts"

_settings: list[URLPattern | URLResolver] = [
    path("", workspaces.settings_hub, name="settings"),
    path("name/", workspaces.workspace_name, name="workspace_name"),
    path("rules/", rules.rules, name="rules"),
    path("members/", workspaces.members, name="members"),
    path("members/invite/", workspaces.invite, name="invite"),
    path("members/<uuid:membership_id>/", workspaces.member, name="member"),
    path("members/<uuid:membership_id>/remove/", workspaces.member_remove, name="member_remove"),
    path(
        "invitations/<uuid:invitation_id>/withdraw/",
        workspaces.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.token_new, name="token_new"),
    path("tokens/<uuid:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
]

_me: list[URLPattern | URLResolver] = [
    path("", person.profile, name="profile"),
    path("security/", person.security, name="security"),
    path("email/", addresses.email, name="email"),
    path("email/confirm/", addresses.email_confirm, name="email_confirm"),
    path("second-step/", rules.second_step, name="second_step"),
    path("passphrase/", person.passphrase, name="passphrase"),
    path("vault/", person.vault, name="vault"),
    path("sessions/", person.sessions, name="sessions"),
    path("sessions/others/end/", person.sessions_end_others, name="sessions_end_others"),
    path("sessions/<int:session_id>/end/", person.session_end, name="session_end"),
    path("sessions/<int:session_id>/lost/", person.session_lost, name="session_lost"),
    path("lost/", person.lost, name="lost"),
    path("keys/", keys.keys, name="keys"),
    path("keys/vault/", keys.vault, name="keys_vault"),
    path("keys/wraps/", keys.wraps, name="keys_wraps"),
    path("keys/session/", keys.session_secret, name="keys_session"),
    path("keys/lock/", keys.lock, name="keys_lock"),
    path("keys/passphrase/", keys.passphrase, name="keys_passphrase"),
    path("keys/chain/", keys.chain, name="keys_chain"),
    path("keys/identity/", keys.identity, name="keys_identity"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entrance.home, name="home"),
    path("language/", person.language, name="language"),
    path("setup/", entrance.setup, name="setup"),
    path("setup/open/", entrance.setup_open, name="setup_open"),
    path("setup/finish/", entrance.setup_finish, name="setup_finish"),
    path("join/", entrance.join, name="join"),
    path("join/open/", entrance.join_open, name="join_open"),
    path("join/finish/", entrance.join_finish, name="join_finish"),
    path("join/accept/", entrance.join_accept, name="join_accept"),
    path("accounts/salt/", entrance.salt, name="salt"),
    path("accounts/reset/", person.reset, name="reset"),
    path("accounts/reset/finish/", person.reset_finish, name="reset_finish"),
    path("me/", include(_me)),
    path("workspaces/new/", workspaces.workspace_new, name="workspace_new"),
    path("w/<slug:workspace>/settings/", include(_settings)),
    path("w/<slug:workspace>/identities/", keys.identities, name="identities"),
]

"""Addresses of accounts in the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from comms.accounts.api import audit, keys, members, reset, session

outside: list[URLPattern | URLResolver] = [
    path("me", members.MeView.as_view(), name="me"),
    path("session/parameters", session.ParametersView.as_view(), name="session_parameters"),
    path("session", session.SessionStartView.as_view(), name="session"),
    path("session/second-step", session.SecondStepView.as_view(), name="session_second_step"),
    path("session/current", session.SignOutView.as_view(), name="session_current"),
    path("session/reset", reset.ResetView.as_view(), name="session_reset"),
    path("session/reset/finish", reset.ResetFinishView.as_view(), name="session_reset_finish"),
    path("keys", keys.KeysView.as_view(), name="keys"),
    path("keys/chain", keys.ChainView.as_view(), name="keys_chain"),
    path("keys/vault", keys.VaultView.as_view(), name="keys_vault"),
    path("keys/wraps", keys.WrapsView.as_view(), name="keys_wraps"),
    path("keys/identity", keys.IdentityView.as_view(), name="keys_identity"),
    path("keys/session-secret", keys.SessionSecretView.as_view(), name="keys_session_secret"),
]

workspace: list[URLPattern | URLResolver] = [
    path("members", members.MembersView.as_view(), name="members"),
    path("identities", keys.IdentitiesView.as_view(), name="identities"),
    path("audit-entries", audit.AuditEntriesView.as_view(), name="audit_entries"),
    path("audit-head", audit.AuditHeadView.as_view(), name="audit_head"),
]

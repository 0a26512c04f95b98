"""What the acts of accounts are called in the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from comms.accounts.models import Membership, Scope, VaultWrap
from comms.core.actors import Actor, Role

SENTENCES = {
    "accounts.set_up_workspace": _("set up the workspace %(name)s"),
    "accounts.made_demo": _("filled the workspace with demo data"),
    "accounts.created_workspace": _("opened the workspace %(name)s"),
    "accounts.renamed_workspace": _("renamed the workspace from %(before)s to %(after)s"),
    "accounts.changed_second_step_roles": _(
        "changed who needs a second step to sign in to: %(to)s"
    ),
    "accounts.changed_idle_minutes": _(
        "set the minutes until an idle browser is signed out to %(to)s"
    ),
    "accounts.changed_session_hours": _(
        "set the hours until every browser is signed out to %(to)s"
    ),
    "accounts.changed_invitation_days": _("set the days that an invitation lasts to %(to)s"),
    "accounts.held_workspace": _("put everything that goes out on hold: %(reason)s"),
    "accounts.released_workspace": _("ended the hold: %(reason)s"),
    "accounts.invited_member": _("invited %(email)s as %(roles)s"),
    "accounts.withdrew_invitation": _("withdrew an invitation"),
    "accounts.joined_workspace": _("joined as %(roles)s"),
    "accounts.changed_roles": _("changed the roles of %(person)s from %(before)s to %(after)s"),
    "accounts.removed_member": _("removed %(person)s from the workspace"),
    "accounts.changed_email": _("changed their e-mail address from %(before)s to %(after)s"),
    "accounts.changed_passphrase": _("changed their passphrase"),
    "accounts.reset_sign_in": _("reset their sign-in by mail"),
    "accounts.replaced_identity": _("replaced their keys (entry %(number)s)"),
    "accounts.reset_identity": _("started over with new keys (entry %(number)s)"),
    "accounts.added_vault_wrap": _("added a way to open their vault (%(kind)s)"),
    "accounts.removed_vault_wrap": _("removed a way to open their vault (%(kind)s)"),
    "accounts.added_passkey": _("added a passkey"),
    "accounts.renamed_passkey": _("renamed a passkey"),
    "accounts.removed_passkey": _("removed a passkey"),
    "accounts.added_authenticator_app": _("added an authenticator app"),
    "accounts.removed_authenticator_app": _("removed the authenticator app"),
    "accounts.ended_session": _("signed out one of their browsers"),
    "accounts.ended_sessions": _("signed out %(count)s of their browsers"),
    "accounts.created_api_token": _("made the API token %(name)s (%(scopes)s)"),
    "accounts.revoked_api_token": _("revoked the API token %(name)s"),
}


def _members(actor: Actor, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Membership.objects.filter(workspace_id=actor.workspace_id, id__in=ids)
    return dict(rows.values_list("id", "user__name"))


SUBJECTS = {
    "workspace": (_("workspace"), ""),
    "user": (_("person"), ""),
    "invitation": (_("invitation"), ""),
    "membership": (_("member"), "accounts:member", _members),
    "api_token": (_("API token"), ""),
}

_ROLES = dict(Role.choices)
_WRAPS = {kind.name.lower(): kind.label for kind in VaultWrap.Kind}

NAMES = {
    "accounts.created_api_token": {"scopes": dict(Scope.choices)},
    "accounts.changed_second_step_roles": {"to": _ROLES},
    "accounts.invited_member": {"roles": _ROLES},
    "accounts.joined_workspace": {"roles": _ROLES},
    "accounts.changed_roles": {"before": _ROLES, "after": _ROLES},
    "accounts.added_vault_wrap": {"kind": _WRAPS},
    "accounts.removed_vault_wrap": {"kind": _WRAPS},
}

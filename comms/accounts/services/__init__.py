"""Everything that changes people, workspaces and keys."""

from comms.accounts.services.addresses import confirm_email_change, request_email_change
from comms.accounts.services.codes import (
    replace_allauths_rule,
    spend_code_of_adding,
    use_app_code,
)
from comms.accounts.services.departures import when_removed, when_roles_changed
from comms.accounts.services.identities import replace_identity, replace_lost_keys
from comms.accounts.services.invitations import (
    accept_invitation,
    create_invitation,
    join_with_new_account,
    redeem_invitation,
    withdraw_invitation,
)
from comms.accounts.services.members import change_roles, remove_member
from comms.accounts.services.passphrases import (
    NewPassphrase,
    change_passphrase,
    reset_sign_in,
)
from comms.accounts.services.people import NewKeys
from comms.accounts.services.profiles import change_profile
from comms.accounts.services.renewals import keep_keys, when_keys_replaced
from comms.accounts.services.rules import Rules, change_rules
from comms.accounts.services.second_steps import (
    note_second_step,
    passkey_wrap_id,
    remove_passkey,
)
from comms.accounts.services.sessions import (
    end_other_sessions,
    end_session,
    lock_session,
    open_session_secret,
    session_renewed,
    watch_sign_ins,
)
from comms.accounts.services.setup import (
    create_setup_link,
    get_setup_link,
    redeem_setup_link,
    set_up,
)
from comms.accounts.services.tokens import Caller, create_token, find_caller, revoke_token
from comms.accounts.services.vaults import put_vault, put_vault_wrap, remove_vault_wrap
from comms.accounts.services.workspaces import create_workspace, rename_workspace

__all__ = [
    "Caller",
    "NewKeys",
    "NewPassphrase",
    "Rules",
    "accept_invitation",
    "change_passphrase",
    "change_profile",
    "change_roles",
    "change_rules",
    "confirm_email_change",
    "create_invitation",
    "create_setup_link",
    "create_token",
    "create_workspace",
    "end_other_sessions",
    "end_session",
    "find_caller",
    "get_setup_link",
    "join_with_new_account",
    "keep_keys",
    "lock_session",
    "note_second_step",
    "open_session_secret",
    "passkey_wrap_id",
    "put_vault",
    "put_vault_wrap",
    "redeem_invitation",
    "redeem_setup_link",
    "remove_member",
    "remove_passkey",
    "remove_vault_wrap",
    "rename_workspace",
    "replace_allauths_rule",
    "replace_identity",
    "replace_lost_keys",
    "request_email_change",
    "reset_sign_in",
    "revoke_token",
    "session_renewed",
    "set_up",
    "spend_code_of_adding",
    "use_app_code",
    "watch_sign_ins",
    "when_keys_replaced",
    "when_removed",
    "when_roles_changed",
    "withdraw_invitation",
]

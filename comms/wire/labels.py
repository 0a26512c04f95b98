"""Every label that separates one use of a key from another, and every type number."""

from __future__ import annotations

from typing import Final

SIGN_IDENTITY: Final = "comms/v1/identity"
SIGN_SUCCESSOR: Final = "comms/v1/identity-successor"
SIGN_VAULT: Final = "comms/v1/vault"
SIGN_EPOCH: Final = "comms/v1/epoch"
SIGN_ENVELOPE: Final = "comms/v1/envelope"
SIGN_GUEST: Final = "comms/v1/guest"
SIGN_LEAVE: Final = "comms/v1/leave"
SIGN_FORM_KEY: Final = "comms/v1/form-key"
SIGN_FORM_VERSION: Final = "comms/v1/form-version"
SIGN_SUBMISSION: Final = "comms/v1/submission"
SIGN_DIALOGUE: Final = "comms/v1/dialogue"
SIGN_NOTE: Final = "comms/v1/case-note"
SIGN_RETURN: Final = "comms/v1/return"

SEAL_VAULT: Final = "comms/v1/vault"
SEAL_VAULT_WRAP: Final = "comms/v1/vault-wrap"
SEAL_ABOUT: Final = "comms/v1/about"
SEAL_ENVELOPE: Final = "comms/v1/envelope"
SEAL_DRAFT: Final = "comms/v1/draft"
SEAL_GUEST_NAME: Final = "comms/v1/guest-name"
SEAL_SUBMISSION: Final = "comms/v1/submission"
SEAL_DIALOGUE: Final = "comms/v1/dialogue"
SEAL_NOTE: Final = "comms/v1/case-note"

WRAP_EPOCH_KEY: Final = "comms/v1/epoch-key"
WRAP_HISTORY: Final = "comms/v1/history"
WRAP_TO_FORM: Final = "comms/v1/to-form"
WRAP_TO_REPLY: Final = "comms/v1/to-reply"

DERIVE_CONFIRM: Final = "comms/v1/confirm"
DERIVE_SIGN_IN: Final = "comms/v1/sign-in"
DERIVE_PASSPHRASE: Final = "comms/v1/wrap/passphrase"  # noqa: S105 -- a public label
DERIVE_PASSKEY: Final = "comms/v1/wrap/passkey"
DERIVE_RECOVERY: Final = "comms/v1/wrap/recovery"
DERIVE_DRAFT: Final = "comms/v1/draft"
DERIVE_GUEST_LINK: Final = "comms/v1/guest-link"
DERIVE_GUEST_CODE: Final = "comms/v1/guest-code"
DERIVE_GUEST_ED25519: Final = "comms/v1/guest/ed25519"
DERIVE_GUEST_MLDSA: Final = "comms/v1/guest/ml-dsa"
DERIVE_GUEST_XWING: Final = "comms/v1/guest/x-wing"
DERIVE_FORM_KEY: Final = "comms/v1/form-key"
DERIVE_RETURN_LOOKUP: Final = "comms/v1/return/lookup"
DERIVE_RETURN_ED25519: Final = "comms/v1/return/ed25519"
DERIVE_RETURN_XWING: Final = "comms/v1/return/x-wing"
DERIVE_SAFETY: Final = "comms/v1/safety-number"
PRF_SALT_INPUT: Final = "comms/v1/prf"

IDENTITY_TBS: Final = 1
IDENTITY_ENTRY: Final = 2
VAULT_TBS: Final = 3
VAULT: Final = 4
VAULT_CONTENTS: Final = 5
VAULT_WRAP: Final = 6
EPOCH_TBS: Final = 7
EPOCH_RECORD: Final = 8
ABOUT: Final = 9
HEADER: Final = 10
ENVELOPE: Final = 11
EPOCH_UPLOAD: Final = 12
HISTORY_GRANT: Final = 13
GUEST_CHALLENGE: Final = 14
DRAFT: Final = 20
LEAVE_TBS: Final = 21
LEAVE_NOTICE: Final = 22
BODY_TEXT: Final = 32
BODY_EDIT: Final = 33
BODY_DELETION: Final = 34
BODY_REACTION: Final = 35
BODY_RECEIPT: Final = 36
BODY_PIN: Final = 37
BODY_FILE: Final = 38
BODY_TYPING: Final = 43
BODY_INTRODUCTION: Final = 44
FORM_KEY_TBS: Final = 48
FORM_KEY: Final = 49
FORM_VERSION_TBS: Final = 50
FORM_VERSION: Final = 51
SUBMISSION_TBS: Final = 52
SUBMISSION: Final = 53
SEALED_ANSWERS: Final = 54
DIALOGUE_TBS: Final = 55
DIALOGUE: Final = 56
DIALOGUE_BODY: Final = 57
NOTE_TBS: Final = 58
NOTE: Final = 59
RETURN_CHALLENGE: Final = 60

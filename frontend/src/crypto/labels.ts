/** Every label that separates one use of a key from another; docs/wire.cddl lists them. */

export const SIGN_IDENTITY = "comms/v1/identity";
export const SIGN_SUCCESSOR = "comms/v1/identity-successor";
export const SIGN_VAULT = "comms/v1/vault";
export const SIGN_EPOCH = "comms/v1/epoch";
export const SIGN_ENVELOPE = "comms/v1/envelope";
export const SIGN_GUEST = "comms/v1/guest";
export const SIGN_LEAVE = "comms/v1/leave";
export const SIGN_FORM_KEY = "comms/v1/form-key";
export const SIGN_FORM_VERSION = "comms/v1/form-version";
export const SIGN_SUBMISSION = "comms/v1/submission";
export const SIGN_DIALOGUE = "comms/v1/dialogue";
export const SIGN_NOTE = "comms/v1/case-note";
export const SIGN_RETURN = "comms/v1/return";

export const SEAL_VAULT = "comms/v1/vault";
export const SEAL_VAULT_WRAP = "comms/v1/vault-wrap";
export const SEAL_ABOUT = "comms/v1/about";
export const SEAL_ENVELOPE = "comms/v1/envelope";
export const SEAL_DRAFT = "comms/v1/draft";
export const SEAL_GUEST_NAME = "comms/v1/guest-name";
export const SEAL_SUBMISSION = "comms/v1/submission";
export const SEAL_DIALOGUE = "comms/v1/dialogue";
export const SEAL_NOTE = "comms/v1/case-note";

export const WRAP_EPOCH_KEY = "comms/v1/epoch-key";
export const WRAP_HISTORY = "comms/v1/history";
export const WRAP_TO_FORM = "comms/v1/to-form";
export const WRAP_TO_REPLY = "comms/v1/to-reply";

export const DERIVE_CONFIRM = "comms/v1/confirm";
export const DERIVE_SIGN_IN = "comms/v1/sign-in";
export const DERIVE_PASSPHRASE = "comms/v1/wrap/passphrase";
export const DERIVE_PASSKEY = "comms/v1/wrap/passkey";
export const DERIVE_RECOVERY = "comms/v1/wrap/recovery";
export const DERIVE_DRAFT = "comms/v1/draft";
export const DERIVE_GUEST_LINK = "comms/v1/guest-link";
export const DERIVE_GUEST_CODE = "comms/v1/guest-code";
export const DERIVE_GUEST_ED25519 = "comms/v1/guest/ed25519";
export const DERIVE_GUEST_MLDSA = "comms/v1/guest/ml-dsa";
export const DERIVE_GUEST_XWING = "comms/v1/guest/x-wing";
export const DERIVE_FORM_KEY = "comms/v1/form-key";
export const DERIVE_RETURN_LOOKUP = "comms/v1/return/lookup";
export const DERIVE_RETURN_ED25519 = "comms/v1/return/ed25519";
export const DERIVE_RETURN_XWING = "comms/v1/return/x-wing";
export const DERIVE_SAFETY = "comms/v1/safety-number";
export const PRF_SALT_INPUT = "comms/v1/prf";

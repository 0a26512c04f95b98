/** Every label that separates one use of a key from another; docs/wire.cddl lists them. */

export const SIGN_IDENTITY = "comms/v1/identity";
export const SIGN_SUCCESSOR = "comms/v1/identity-successor";
export const SIGN_VAULT = "comms/v1/vault";
export const SIGN_EPOCH = "comms/v1/epoch";
export const SIGN_ENVELOPE = "comms/v1/envelope";
export const SIGN_GUEST = "comms/v1/guest";
export const SIGN_LEAVE = "comms/v1/leave";

export const SEAL_VAULT = "comms/v1/vault";
export const SEAL_VAULT_WRAP = "comms/v1/vault-wrap";
export const SEAL_ABOUT = "comms/v1/about";
export const SEAL_ENVELOPE = "comms/v1/envelope";
export const SEAL_DRAFT = "comms/v1/draft";
export const SEAL_GUEST_NAME = "comms/v1/guest-name";

export const WRAP_EPOCH_KEY = "comms/v1/epoch-key";
export const WRAP_HISTORY = "comms/v1/history";

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
export const DERIVE_SAFETY = "comms/v1/safety-number";
export const PRF_SALT_INPUT = "comms/v1/prf";

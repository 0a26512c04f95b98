/** Where the server keeps what this folder asks for (comms/accounts/urls.py). */

export const SALT = "/accounts/salt/";
export const SIGN_IN = "/accounts/sign-in/";
export const SECOND_STEP = "/accounts/second-step/";
export const PASSKEY_SIGN_IN = "/accounts/passkey/";
export const PASSKEY_ADD = "/accounts/passkeys/add/";
export const RESET_FINISH = "/accounts/reset/finish/";
export const KEYS = "/me/keys/";
export const KEYS_VAULT = "/me/keys/vault/";
export const KEYS_WRAPS = "/me/keys/wraps/";
export const KEYS_SESSION = "/me/keys/session/";
export const KEYS_LOCK = "/me/keys/lock/";
export const KEYS_PASSPHRASE = "/me/keys/passphrase/";
export const KEYS_CHAIN = "/me/keys/chain/";
export const KEYS_IDENTITY = "/me/keys/identity/";
/** Of the public log (comms/ledger/api.py). */
export const LOG = "/api/v1/ledger/";

export function identitiesOf(workspace: string): string {
  return `/w/${encodeURIComponent(workspace)}/identities/`;
}

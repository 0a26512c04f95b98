/** The type numbers of key 0, as docs/wire.cddl lists them. */

export const IDENTITY_TBS = 1;
export const IDENTITY_ENTRY = 2;
export const VAULT_TBS = 3;
export const VAULT = 4;
export const VAULT_CONTENTS = 5;
export const VAULT_WRAP = 6;
export const EPOCH_TBS = 7;
export const EPOCH_RECORD = 8;
export const ABOUT = 9;
export const HEADER = 10;
export const ENVELOPE = 11;
export const EPOCH_UPLOAD = 12;
export const BODY_TEXT = 32;
/** 33 up to here are reserved for bodies that this build does not read yet. */
export const BODY_LAST = 43;

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
export const HISTORY_GRANT = 13;
export const GUEST_CHALLENGE = 14;
export const DRAFT = 20;
export const LEAVE_TBS = 21;
export const LEAVE_NOTICE = 22;
export const BODY_TEXT = 32;
export const BODY_EDIT = 33;
export const BODY_DELETION = 34;
export const BODY_REACTION = 35;
export const BODY_RECEIPT = 36;
export const BODY_PIN = 37;
export const BODY_FILE = 38;
export const BODY_TYPING = 43;
export const BODY_INTRODUCTION = 44;

/** The part of a form's link that never reaches the server: what its keys are checked against. */

import { type Bytes } from "../../crypto/bytes";

/** 32 bytes in base64url without padding, behind the #; undefined for anything else. */
export function pinOf(hash: string): Bytes | undefined {
  const text = hash.replace(/^#/, "");
  if (!/^[\w-]{43}$/.test(text)) return undefined;
  const plain = atob(`${text.replaceAll("-", "+").replaceAll("_", "/")}=`);
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

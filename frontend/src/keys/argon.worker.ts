/** Argon2id off the page's thread: 64 MiB and half a second would freeze it. */

import { type Argon2, passphraseKeys } from "../crypto/argon";

export interface Order {
  readonly passphrase: string;
  readonly parameters: Argon2;
}

self.addEventListener("message", (event: MessageEvent<Order>) => {
  passphraseKeys(event.data.passphrase, event.data.parameters).then(
    (keys) => {
      self.postMessage({ keys });
    },
    (error: unknown) => {
      self.postMessage({ error: error instanceof Error ? error.message : String(error) });
    },
  );
});

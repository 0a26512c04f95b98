/** The first account, and an account by invitation: the same ceremony. */

import { type Value } from "../crypto/cbor";
import { postCbor, readJson } from "../keys/http";
import { keysValue, makeAccount, type NewAccount } from "../keys/newAccount";
import { openAndKeep } from "../keys/signIn";
import {
  busy,
  explain,
  field,
  go,
  onSubmit,
  required,
  sentences,
  showProblem,
} from "./account/form";
import { NewPassphrase, PassphraseRefused } from "./account/passphrase";
import { confirmRecoveryCode } from "./account/recovery";

const own = sentences("ceremony-words");
const ceremony = required(document, "[data-ceremony]", HTMLElement);
const address = (name: "open" | "finish"): string => ceremony.dataset[name] ?? "";

const token = window.location.hash.slice(1);
if (token !== "") {
  // Out of the address bar and the history before anything else happens.
  history.replaceState(null, "", window.location.pathname);
  void openLink(token);
} else {
  const form = ceremony.querySelector<HTMLFormElement>("[data-new-account]");
  if (form !== null) newAccount(form, ceremony.dataset["account"] ?? "");
}

/** The token becomes a place in this browser's session; the page comes again with what it is for. */
async function openLink(token: string): Promise<void> {
  try {
    await postCbor(address("open"), [decodeURIComponent(token)]);
    window.location.reload();
  } catch (error) {
    showProblem(explain(error, own));
  }
}

function newAccount(form: HTMLFormElement, userId: string): void {
  const passphrase = new NewPassphrase(() => [field("name").value, field("email").value]);
  onSubmit(form, () => {
    void busy(
      form,
      own,
      async () => {
        const made = await makeAccount(userId, await passphrase.take());
        form.hidden = true;
        await confirmRecoveryCode(made.recoveryCode);
        try {
          const answer = await readJson(
            await postCbor(address("finish"), [...about(), ...keysValue(made)]),
          );
          await open(made);
          go(typeof answer["location"] === "string" ? answer["location"] : "/");
        } catch (error) {
          form.hidden = false;
          throw error;
        }
      },
      (error) => (error instanceof PassphraseRefused ? error.message : undefined),
    );
  });
}

async function open(made: NewAccount): Promise<void> {
  await openAndKeep(made.userId, made.vaultKey);
}

/** What the account is about, in the order that the server reads. */
function about(): readonly Value[] {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const name = field("name").value;
  if (ceremony.dataset["ceremony"] !== "setup") return [name, zone];
  return [field("workspace").value, field("email").value, name, zone];
}

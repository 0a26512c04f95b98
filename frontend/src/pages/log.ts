/** The page of the public log: checks it in this browser when asked to. */

import { LockedError, reloadWhenLocked, unlock } from "../keys";
import { checkLog, type Finding, NAMES } from "../ledger/check";
import { required } from "./account/form";
import { words } from "./shell/words";

const text = words("log-words", NAMES);
const button = required(document, "[data-log-check]", HTMLButtonElement);
const state = required(document, "[data-log-state]", HTMLElement);

function show(sentence: string, finding?: Finding): void {
  state.hidden = sentence === "";
  state.textContent = sentence;
  state.classList.toggle("text-danger", finding?.good === false);
}

async function check(): Promise<void> {
  button.disabled = true;
  show(text.reading);
  try {
    const finding = await checkLog(await unlock(), text);
    show(finding.sentence, finding);
  } catch (error) {
    show(error instanceof LockedError ? "" : text.failed);
  } finally {
    button.disabled = false;
  }
}

reloadWhenLocked();
button.hidden = false;
button.addEventListener("click", () => void check());

/** Shows the vault's recovery code once and asks two groups of it back. */

import { fill, words } from "../shell/words";
import { announce } from "../shell/announce";
import { required } from "./form";

/** Resolves when the person has typed the two groups that were asked for. */
export function confirmRecoveryCode(code: string): Promise<void> {
  const text = words("recovery-words", ["ask", "copied"]);
  const section = required(document, "[data-recovery]", HTMLElement);
  const form = required(section, "[data-recovery-form]", HTMLFormElement);
  const answer = required(section, "#recovery-again", HTMLInputElement);
  const error = required(section, "[data-recovery-error]", HTMLElement);
  const groups = code.split("-");
  const [first, second] = twoOf(groups.length);
  required(section, "[data-recovery-code]", HTMLElement).textContent = code;
  const whose = required(section, "[data-recovery-for]", HTMLElement);
  // On the paper. An account that is just being made has its address in the form.
  whose.textContent ||= document.querySelector<HTMLInputElement>("#email")?.value ?? "";
  required(section, "[data-recovery-ask]", HTMLElement).textContent = fill(text.ask, {
    first: first + 1,
    second: second + 1,
  });
  required(section, "[data-recovery-print]", HTMLButtonElement).onclick = () => {
    window.print();
  };
  required(section, "[data-recovery-copy]", HTMLButtonElement).onclick = () => {
    void navigator.clipboard.writeText(code).then(() => {
      announce("good", text.copied);
    });
  };
  answer.value = "";
  error.hidden = true;
  section.hidden = false;
  section.scrollIntoView({ block: "start" });
  const wanted = plain(`${groups[first] ?? ""}${groups[second] ?? ""}`);
  return new Promise((resolve) => {
    // Assigned, not added: a second code of the same page replaces the question about the first.
    form.onsubmit = (event) => {
      event.preventDefault();
      error.hidden = plain(answer.value) === wanted;
      if (!error.hidden) {
        answer.select();
        return;
      }
      section.hidden = true;
      resolve();
    };
  });
}

function twoOf(count: number): readonly [number, number] {
  const pick = (below: number): number =>
    (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % below;
  const first = pick(count - 1);
  return [first, first + 1 + pick(count - 1 - first)];
}

function plain(code: string): string {
  return code
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}

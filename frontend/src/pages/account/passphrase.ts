/** A new passphrase: typed twice, strong enough, judged in this browser. */

import { words } from "../shell/words";
import { field, required } from "./form";

const ENOUGH = 3;

export class PassphraseRefused extends Error {
  override readonly name = "PassphraseRefused";
}

export class NewPassphrase {
  private readonly words = words("passphrase-words", [
    "s0",
    "s1",
    "s2",
    "s3",
    "s4",
    "weak",
    "different",
  ]);
  private readonly first = field("new-passphrase");
  private readonly second = field("repeat-passphrase");
  private latest = 0;

  constructor(private readonly related: () => readonly string[]) {
    this.first.addEventListener("input", () => void this.show());
  }

  /** The passphrase. Raises PassphraseRefused with a sentence. */
  async take(): Promise<string> {
    if (this.first.value !== this.second.value) {
      this.second.focus();
      throw new PassphraseRefused(this.words.different);
    }
    if ((await this.score()) < ENOUGH) {
      this.first.focus();
      throw new PassphraseRefused(this.words.weak);
    }
    return this.first.value;
  }

  private async score(): Promise<number> {
    // The dictionaries are large, and only these pages want them.
    const { strength } = await import("./strength");
    return strength(this.first.value, this.related());
  }

  private async show(): Promise<void> {
    const turn = ++this.latest;
    const score = this.first.value === "" ? 0 : await this.score();
    if (turn !== this.latest) return;
    required(document, "[data-strength]", HTMLProgressElement).value = score;
    const names = [this.words.s0, this.words.s1, this.words.s2, this.words.s3, this.words.s4];
    const word = required(document, "[data-strength-word]", HTMLElement);
    word.textContent = this.first.value === "" ? "" : (names[score] ?? "");
  }
}

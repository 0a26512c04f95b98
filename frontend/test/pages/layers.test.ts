/** The floors hold: importing upwards is refused, importing downwards is not. */

import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { expect, test } from "vitest";

import { layers } from "../../eslint.layers.js";

function complaints(file: string, code: string): string[] {
  const config: Linter.Config[] = [
    { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } },
    ...layers,
  ];
  return new Linter().verify(code, config, file).map((message) => message.ruleId ?? message.message);
}

test.each([
  ["src/threads/view.ts", 'import { a } from "../pages/shell/words";'],
  ["src/keys/vault.ts", 'import { a } from "../threads/view";'],
  ["src/wire/envelope.ts", 'import { a } from "../pages/inbox";'],
  ["src/crypto/hpke.ts", 'import { a } from "../keys/vault";'],
  ["src/crypto/deep/hpke.ts", 'import { a } from "../../wire/envelope";'],
])("refuses %s importing upwards", (file, code) => {
  expect(complaints(file, code)).toEqual(["no-restricted-imports"]);
});

test.each([
  ["src/pages/inbox.ts", 'import { a } from "../threads/view";'],
  ["src/threads/view.ts", 'import { a } from "../keys/vault";'],
  ["src/keys/vault.ts", 'import { a } from "../crypto/hpke";'],
  ["src/crypto/hpke.ts", 'import { sha256 } from "@noble/hashes/sha2.js";'],
])("lets %s import downwards", (file, code) => {
  expect(complaints(file, code)).toEqual([]);
});

test.each(["document.title", "window.name", "fetch('/')", "localStorage.a", "new WebSocket('/')"])(
  "refuses crypto that uses %s",
  (code) => {
    expect(complaints("src/crypto/hpke.ts", code)).toEqual(["no-restricted-globals"]);
    expect(complaints("src/keys/vault.ts", code)).toEqual([]);
  },
);

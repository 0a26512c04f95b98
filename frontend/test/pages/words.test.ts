// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";

import { fill, words } from "../../src/pages/shell/words";

beforeEach(() => {
  document.body.innerHTML =
    '<script type="application/json" id="list">{"sent": "أُرسلت", "empty": ""}</script>';
});

test("gives the words that the template left", () => {
  expect(words("list", ["sent"])).toEqual({ sent: "أُرسلت" });
});

test("refuses a word that is missing or empty, at once", () => {
  expect(() => words("list", ["sent", "failed"])).toThrow(/failed/);
  expect(() => words("list", ["empty"])).toThrow(/empty/);
});

test("refuses a catalogue that is missing", () => {
  expect(() => words("other", [])).toThrow(/other/);
});

test("fills values in, and leaves what it doesn't know", () => {
  expect(fill("{done} of {total} {unit}", { done: 0, total: 9 })).toBe("0 of 9 {unit}");
});

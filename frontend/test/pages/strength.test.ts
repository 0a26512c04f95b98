/** What people choose first is refused; four unusual words are enough. */

import { expect, it } from "vitest";

import { strength } from "../../src/pages/account/strength";

it.each(["", "password", "P@ssw0rd!", "qwertyuiop123", "diplomat2026", "aaaaaaaaaaaaaaaaaaaa"])(
  "%s is not enough",
  (passphrase) => {
    expect(strength(passphrase, [])).toBeLessThan(3);
  },
);

it("four unusual words are enough", () => {
  expect(strength("walrus violet kettle harbour", [])).toBeGreaterThanOrEqual(3);
});

it("the person's own name and address are the first guess", () => {
  const related = ["Freya Zyxomarkova", "zyxomarkova@example.org"];
  expect(strength("Freya Zyxomarkova", related)).toBeLessThan(3);
});

it("a novel is judged quickly", () => {
  const begun = performance.now();
  expect(strength("lantern otter ".repeat(5000), [])).toBeGreaterThanOrEqual(3);
  expect(performance.now() - begun).toBeLessThan(2000);
});

it("one's own name and address are no passphrase, in whatever order", () => {
  const related = ["Farah Nazari", "farah@demo.example"];
  expect(strength("Nazari Farah farah@demo.example", related)).toBeLessThan(3);
  expect(strength("squirrel sparrow pebble window", related)).toBeGreaterThanOrEqual(3);
});

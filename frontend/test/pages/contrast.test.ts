/** Text reaches 4.5:1 on every ground it stands on, in light and in dark (WCAG 2.2, 1.4.3). */

import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

const tokens = new Map<string, [string, string]>();
const source = readFileSync(new URL("../../src/theme/parts/_tokens.scss", import.meta.url), "utf8");
for (const [, name, light, dark] of source.matchAll(
  /--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g,
)) {
  tokens.set(name ?? "", [light ?? "", dark ?? ""]);
}
for (const [, name, both] of source.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)) {
  tokens.set(name ?? "", [both ?? "", both ?? ""]);
}

function luminance(colour: string): number {
  const channel = (start: number): number => {
    const value = parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function ratio(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["paper", "rail", "surface", "raised", "sunken"];
const pairs: [string, string][] = [
  ...["ink", "ink-soft", "ink-faint", "pine", "pine-strong", "bad"].flatMap((text) =>
    grounds.map((ground): [string, string] => [text, ground]),
  ),
  ["on-pine", "pine-fill"],
  ["on-pine", "pine-fill-strong"],
  ["on-pine", "bad-fill"],
  ["brass", "brass-wash"],
  ["brass", "surface"],
  ["brass", "paper"],
  ["good", "good-wash"],
  ["warn", "warn-wash"],
  ["bad", "bad-wash"],
  ["note", "note-wash"],
  ["pine-strong", "pine-wash"],
  ...["good-wash", "warn-wash", "bad-wash", "note-wash", "pine-wash"].map((wash): [string, string] => ["ink", wash]),
];

function measure(text: string, ground: string, mode: 0 | 1): number {
  const [one, other] = [tokens.get(text), tokens.get(ground)];
  if (one === undefined || other === undefined) {
    throw new Error(`No token ${one === undefined ? text : ground}.`);
  }
  return ratio(one[mode], other[mode]);
}

test.each(pairs)("%s on %s", (text, ground) => {
  expect(measure(text, ground, 0), "light").toBeGreaterThanOrEqual(4.5);
  expect(measure(text, ground, 1), "dark").toBeGreaterThanOrEqual(4.5);
});

test.each(["paper", "surface", "raised"])("the edge of a field shows on %s (3:1)", (ground) => {
  expect(measure("line-strong", ground, 0)).toBeGreaterThanOrEqual(3);
  expect(measure("line-strong", ground, 1)).toBeGreaterThanOrEqual(3);
});

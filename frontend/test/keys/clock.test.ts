/** A clock that is off is noticed by the times on the server's answers, and by nothing that takes long. */

import { expect, test } from "vitest";

import { clockAhead, noteDate } from "../../src/keys/clock";
import { NOW } from "../people";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function noted(ahead: number, took = 200): number {
  noteDate(new Date(NOW).toUTCString(), NOW + ahead - took, NOW + ahead);
  return clockAhead();
}

test("a clock that is about right is left alone, whatever it said before", () => {
  expect(noted(DAY)).toBe(DAY);
  for (const small of [0, 90_000, HOUR - 1, 1 - HOUR]) expect(noted(small)).toBe(0);
});

test("a clock that is a day off is noticed in both directions", () => {
  expect(noted(DAY)).toBe(DAY);
  expect(noted(-DAY)).toBe(-DAY);
  expect(noted(HOUR)).toBe(HOUR);
});

test("an answer that waited while the device slept, or that has no date, says nothing", () => {
  noted(0);
  expect(noted(DAY, 3 * HOUR)).toBe(0);
  expect(noted(DAY, -1)).toBe(0);
  for (const date of [null, "", "yesterday"]) noteDate(date, NOW, NOW);
  expect(clockAhead()).toBe(0);
});

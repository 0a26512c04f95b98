// @vitest-environment happy-dom
/** When the others hear that somebody is writing. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Typing } from "../../src/threads/typing";

let told: boolean[];
let typing: Typing;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  typing = new Typing((isTyping) => told.push(isTyping));
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a note of writing", () => {
  it("is told at the first letter, and seldom again while somebody goes on", () => {
    for (let letters = 0; letters < 50; letters += 1) {
      typing.note(true);
      vi.advanceTimersByTime(100);
    }
    expect(told).toEqual([true, true]);
  });

  it("ends once nothing is written any more", () => {
    typing.note(true);
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([true, false]);
  });

  it("ends when everything was deleted, and comes and goes no faster for one who writes and deletes", () => {
    typing.note(true);
    typing.note(false);
    typing.note(true);
    typing.note(false);
    expect(told).toEqual([true, false]);
  });

  it("begins at once with the next message: the one before has ended the writing without a word", () => {
    typing.note(true);
    typing.forget();
    vi.advanceTimersByTime(1_000);
    typing.note(true);
    expect(told).toEqual([true, true]);
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([true, true, false]);
  });

  it("says nothing of one who only sends", () => {
    typing.forget();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
  });
});

/** The builder's draft is saved a moment after each change, tried again while that may help, and never over somebody else's. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Saving, type SaveState } from "../../src/feedback/building/saving";
import { type Definition } from "../../src/feedback/logic";
import { ServerError } from "../../src/keys";

const draft = (title: string): Definition => ({ title: { en: title } }) as unknown as Definition;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", { setTimeout: (act: () => void, millis: number) => setTimeout(act, millis), clearTimeout: (timer: number) => { clearTimeout(timer); } });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A server that answers with these one after the other, then with the next revision. */
function serverOf(...answers: readonly (Error | number)[]): { saving: Saving; saved: [number, string][]; states: SaveState[] } {
  const saved: [number, string][] = [];
  const states: SaveState[] = [];
  const left = [...answers];
  const saveDraft = (_form: string, revision: number, bytes: Uint8Array): Promise<number> => {
    const answer = left.shift() ?? revision + 1;
    if (answer instanceof Error) return Promise.reject(answer);
    saved.push([revision, (JSON.parse(new TextDecoder().decode(bytes)) as { title: { en: string } }).title.en]);
    return Promise.resolve(answer);
  };
  return { saving: new Saving({ saveDraft }, "form", 1, (state) => states.push(state)), saved, states };
}

test("several changes are one saving, and the next goes on from its revision", async () => {
  const { saving, saved } = serverOf();
  saving.want(draft("a"));
  saving.want(draft("ab"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect([saving.state, saved]).toEqual(["saved", [[1, "ab"]]]);
  saving.want(draft("abc"));
  expect(await saving.flush()).toBe(true);
  expect(saved).toEqual([[1, "ab"], [2, "abc"]]);
});

test.each([
  ["no connection", new TypeError("fetch failed"), "offline"],
  ["a server that is being restarted", new ServerError(503, ""), "offline"],
  ["too many requests", new ServerError(429, ""), "offline"],
  ["a session that is over", new ServerError(401, "", "signed_out"), "signedOut"],
  ["a token of the session before", new ServerError(403, ""), "signedOut"],
] as const)("%s is tried again until it passes", async (_name, error, state) => {
  const { saving, saved } = serverOf(error, error);
  saving.want(draft("a"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect([saving.state, saved]).toEqual([state, []]);
  await vi.advanceTimersByTimeAsync(12_000);
  expect([saving.state, saved]).toEqual(["saved", [[1, "a"]]]);
});

test("who has signed in again in another tab is let in at the second try", async () => {
  const { saving, saved } = serverOf(new ServerError(401, "", "signed_out"), new ServerError(403, ""));
  saving.want(draft("a"));
  await vi.advanceTimersByTimeAsync(12_000);
  expect([saving.state, saved]).toEqual(["saved", [[1, "a"]]]);
});

test.each([
  ["what is too large", new ServerError(413, "")],
  ["who may not change it", new ServerError(403, "", "forbidden")],
])("%s is said, and not tried again by itself", async (_name, error) => {
  const { saving, saved } = serverOf(error);
  saving.want(draft("a"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([saving.state, saved]).toEqual(["failed", []]);
  expect(await saving.flush()).toBe(true);
});

test("what somebody else saved is overwritten only when the person says so", async () => {
  const { saving, saved } = serverOf(new ServerError(409, "", "overtaken"));
  saving.want(draft("mine"));
  await vi.advanceTimersByTimeAsync(1_000);
  saving.want(draft("mine, more"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([saving.state, saved]).toEqual(["conflict", []]);
  expect(await saving.overwrite(7)).toBe(true);
  expect(saved).toEqual([[7, "mine, more"]]);
});

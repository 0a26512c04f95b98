// @vitest-environment happy-dom
/** What waits while a new key is due: kept, not called refused, and sent once when somebody has made the key. */

import { beforeEach, expect, it, vi } from "vitest";

import { ServerError } from "../../src/keys";
import { type Outbox, type Waiting } from "../../src/threads/outbox";
import { Sending } from "../../src/threads/sending";
import { type Body } from "../../src/wire/body";
import { Locks } from "../locks";

const BODY: Body = { kind: "text", text: "typed" };

let rows: Waiting[];
let isDue: boolean;
let isSilent: boolean;
let posted: string[];
let looked: number;
let sending: Sending;

beforeEach(() => {
  [rows, isDue, isSilent, posted, looked] = [[], true, false, [], 0];
  vi.stubGlobal("navigator", { locks: new Locks() });
  const outbox: Pick<Outbox, "reserve" | "waiting" | "forget"> = {
    reserve: (thread, body, at) => {
      const counter = rows.length + 1;
      const one = { key: `${counter}`, thread, client: new Uint8Array(16), counter, body, at };
      rows.push(one);
      return Promise.resolve(one);
    },
    waiting: () => Promise.resolve([...rows]),
    forget: (key) => {
      rows = rows.filter((one) => one.key !== key);
      return Promise.resolve();
    },
  };
  sending = new Sending("thread", outbox as Outbox, {
    mayGo: () => !isSilent,
    post: (one) => {
      if (isDue) return Promise.reject(new ServerError(409, "A new key.", "stale_epoch"));
      posted.push(one.key);
      return Promise.resolve();
    },
    renew: () => {
      looked += 1;
      isSilent = true;
      return Promise.resolve();
    },
    lost: () => undefined,
    arrived: () => undefined,
    changed: () => undefined,
  });
});

it("waits for an epoch that somebody else makes, and goes out once afterwards", async () => {
  await sending.add(BODY);
  await sending.add(BODY);
  expect([posted, looked, sending.refused.size, rows.length]).toEqual([[], 1, 0, 2]);
  [isDue, isSilent] = [false, false];
  await sending.flush();
  await sending.flush();
  expect([posted, rows, sending.waiting]).toEqual([["1", "2"], [], []]);
});

// @vitest-environment happy-dom
/** The vault in the browser: merged over a race, never rolled back, shut without the server's half. */

import "fake-indexeddb/auto";

import { beforeEach, describe, expect, it, vi } from "vitest";

import { equal, randomBytes, toUuid } from "../../src/crypto/bytes";
import { loadAccount, RollbackError } from "../../src/keys/account";
import { noteTouches } from "../../src/keys/idle";
import { keepOpen, reopen } from "../../src/keys/session";
import { Unlocked } from "../../src/keys/unlocked";
import { openVault, readVault } from "../../src/wire/vault";
import { type Pin } from "../../src/wire/vaultContents";
import { FakeServer } from "./server";

let server: FakeServer;

function pin(state: Pin["state"] = "unverified"): Pin {
  return { user: toUuid(randomBytes(16)), fingerprint: randomBytes(32), number: 1, state, at: 5 };
}

async function unlocked(): Promise<Unlocked> {
  return Unlocked.open(await loadAccount(), server.vaultKey);
}

beforeEach(async () => {
  server = await FakeServer.start();
  vi.stubGlobal("fetch", server.fetch);
});

describe("an open vault", () => {
  it("writes pins and heads, which the next opening finds", async () => {
    const vault = await unlocked();
    const mine = pin("verified");
    const head = {
      thread: toUuid(randomBytes(16)),
      epoch: 2,
      epochHash: randomBytes(32),
      head: { seq: 7, t: randomBytes(32) },
    };
    await vault.setPins([mine]);
    vault.rememberHead(head);
    expect(vault.headOf(head.thread)?.head.seq).toBe(7);
    await vault.flushHeads();
    const again = await unlocked();
    expect(again.pinOf(mine.user)?.state).toBe("verified");
    expect(again.headOf(head.thread)?.epoch).toBe(2);
  });

  it("keeps both browsers' pins when they write at once", async () => {
    const [here, there] = [await unlocked(), await unlocked()];
    const [mine, theirs] = [pin(), pin()];
    server.beforeWrite = () => there.setPins([theirs]);
    await here.setPins([mine]);
    const kept = await openVault(readVault(server.current), server.vaultKey);
    expect(kept.pins.map((one) => one.user).sort()).toEqual([mine.user, theirs.user].sort());
  });

  it("never takes a head back", async () => {
    const vault = await unlocked();
    const thread = toUuid(randomBytes(16));
    const head = (seq: number) => ({
      thread,
      epoch: 1,
      epochHash: new Uint8Array(32),
      head: { seq, t: new Uint8Array(32) },
    });
    vault.rememberHead(head(9));
    await vault.flushHeads();
    vault.rememberHead(head(4));
    await vault.flushHeads();
    const kept = await openVault(readVault(server.current), server.vaultKey);
    expect(kept.heads.map((one) => one.head.seq)).toEqual([9]);
  });

  it("refuses a vault that is older than one it has seen", async () => {
    const vault = await unlocked();
    await vault.setPins([pin()]);
    server.vaults.pop();
    await expect(loadAccount()).rejects.toBeInstanceOf(RollbackError);
  });

  it("refuses another vault key", async () => {
    const account = await loadAccount();
    await expect(Unlocked.open(account, randomBytes(32))).rejects.toMatchObject({
      code: "commitment",
    });
  });
});

describe("what a browser keeps for the session", () => {
  it("opens again while the session lives", async () => {
    await keepOpen(server.user, server.vaultKey);
    const key = await reopen(server.user);
    expect(key !== undefined && equal(key, server.vaultKey)).toBe(true);
  });

  it("opens nothing with another session's half", async () => {
    await keepOpen(server.user, server.vaultKey);
    server.sessionSecret = randomBytes(32);
    expect(await reopen(server.user)).toBeUndefined();
  });

  it("opens nothing once the session is revoked", async () => {
    await keepOpen(server.user, server.vaultKey);
    server.signedIn = false;
    expect(await reopen(server.user)).toBeUndefined();
  });

  it("opens nothing for somebody else", async () => {
    await keepOpen(server.user, server.vaultKey);
    expect(await reopen(toUuid(randomBytes(16)))).toBeUndefined();
  });

  it("opens nothing after half an hour without a touch, also in a tab that is opened then", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      noteTouches();
      const touch = () => window.dispatchEvent(new Event("keydown"));
      await keepOpen(server.user, server.vaultKey);
      vi.setSystemTime(Date.now() + 29 * 60_000);
      touch();
      vi.setSystemTime(Date.now() + 29 * 60_000);
      expect(await reopen(server.user)).toBeDefined();
      const half = server.sessionSecret;
      vi.setSystemTime(Date.now() + 2 * 60_000);
      // The first touch after a long sleep comes too late.
      touch();
      expect(await reopen(server.user)).toBeUndefined();
      // Forgotten on both sides: not even a clock that is set back brings it up again.
      expect(equal(server.sessionSecret, half)).toBe(false);
      vi.setSystemTime(Date.now() - 20 * 60_000);
      expect(await reopen(server.user)).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });
});

/** A small server of keys, as strict as the real one: compare and swap, CSRF, one vault. */

import { encode, type Value } from "../../src/crypto/cbor";
import { type Bytes, fromUuid, randomBytes, toUuid } from "../../src/crypto/bytes";
import { generateSeeds, Identity } from "../../src/crypto/identity";
import { makeEntry, readEntry } from "../../src/wire/identity";
import { makeVault, readVault } from "../../src/wire/vault";
import { type VaultContents } from "../../src/wire/vaultContents";

const SIGN_IN: Value = [65_536, 3, 1, new Uint8Array(16)];

export class FakeServer {
  sessionSecret: Bytes = randomBytes(32);
  signedIn = true;
  vaults: Bytes[] = [];
  /** Runs before the next write is looked at: another browser's chance. */
  beforeWrite: (() => Promise<void>) | undefined;

  private constructor(
    /** A person of its own for each server: what a browser remembers is about people. */
    readonly user: string,
    readonly vaultKey: Bytes,
    readonly contents: VaultContents,
    readonly entry: Bytes,
  ) {}

  static async start(): Promise<FakeServer> {
    const user = toUuid(randomBytes(16));
    const seeds = generateSeeds();
    const identity = await Identity.fromSeeds(seeds);
    const entry = await readEntry(await makeEntry({ user, madeAt: 1, identity }));
    const contents: VaultContents = {
      seeds,
      entry: { number: 1, hash: entry.hash },
      oldXwing: [],
      pins: [],
      heads: [],
    };
    const server = new FakeServer(user, randomBytes(32), contents, entry.raw);
    server.vaults.push(await makeVault(user, 1, server.vaultKey, contents));
    return server;
  }

  get current(): Bytes {
    const newest = this.vaults.at(-1);
    if (newest === undefined) throw new Error("no vault");
    return newest;
  }

  readonly fetch = async (address: string, init: RequestInit): Promise<Response> => {
    if (!this.signedIn) return refuse(401);
    if (address === "/me/keys/") {
      return cbor([fromUuid(this.user), "a@example.org", this.current, [], this.entry, SIGN_IN]);
    }
    if (address === "/me/keys/session/") return cbor([this.sessionSecret]);
    if (address === "/me/keys/lock/") {
      this.sessionSecret = randomBytes(32);
      return cbor([]);
    }
    if (address === "/me/keys/vault/" && init.method === "PUT") {
      const other = this.beforeWrite;
      this.beforeWrite = undefined;
      await other?.();
      const vault = readVault(new Uint8Array(init.body as Bytes));
      if (vault.number !== readVault(this.current).number + 1) return refuse(409);
      this.vaults.push(vault.raw);
      return cbor([vault.number]);
    }
    return refuse(404);
  };
}

function cbor(value: Value): Response {
  return new Response(encode(value), { headers: { "Content-Type": "application/cbor" } });
}

function refuse(status: number): Response {
  return new Response(JSON.stringify({ title: "refused", code: "x" }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });
}

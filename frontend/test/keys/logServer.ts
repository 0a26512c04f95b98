/** A log as an honest server keeps it; tests make it lie. Slow and word for word as RFC 9162 says. */

import { type Bytes, fromUuid, toHex, utf8 } from "../../src/crypto/bytes";
import { ed25519FromSeed } from "../../src/crypto/ed25519";
import { sha256 } from "../../src/crypto/hash";
import { makeVerifier, signCheckpoint, toBase64, verifierText } from "../../src/wire/notes";
import { identityLeaf, leafHash, nodeHash } from "../../src/wire/tlog";

export const ORIGIN = "log.example/identities";

export class FakeLog {
  leaves: Bytes[] = [];
  /** Answers that replace the honest ones, by the first word of the address. */
  readonly lies = new Map<string, unknown>();
  calls: string[] = [];

  constructor(
    private readonly seed: Bytes,
    readonly origin = ORIGIN,
  ) {}

  async add(user: string, number: number, entryHash: Bytes): Promise<void> {
    this.leaves.push(await identityLeaf(fromUuid(user), number, entryHash));
  }

  /** The same log from here on twice. */
  copy(seed = this.seed): FakeLog {
    const other = new FakeLog(seed, this.origin);
    other.leaves = [...this.leaves];
    return other;
  }

  async key(): Promise<string> {
    const { publicKey } = await ed25519FromSeed(this.seed);
    return verifierText(await makeVerifier(this.origin, "log", publicKey));
  }

  async checkpoint(size = this.leaves.length): Promise<Bytes> {
    const root = await rootOf(await this.hashes(0, size));
    return signCheckpoint({ origin: this.origin, size, root }, this.seed);
  }

  readonly answer = async (address: string): Promise<Response> => {
    const url = new URL(address, "https://entente.example");
    const what = url.pathname.replace("/api/v1/ledger/", "");
    this.calls.push(what);
    const lie = this.lies.get(what);
    if (lie instanceof Uint8Array) return new Response(Uint8Array.from(lie));
    if (typeof lie === "string") return new Response(lie);
    if (lie !== undefined) return Response.json(lie);
    const number = (name: string): number => Number(url.searchParams.get(name));
    if (what === "key") return new Response(utf8(`${await this.key()}\n`));
    if (what === "checkpoint") return new Response(await this.checkpoint());
    if (what === "leaves") return Response.json(await this.page(number("start")));
    if (what === "inclusion") {
      return Response.json(await this.inclusion(url.searchParams.getAll("leaf"), number("size")));
    }
    if (what === "consistency") {
      const hashes = await this.hashes(0, number("second"));
      const proof = await consistency(number("first"), hashes, true);
      return Response.json({ proof: proof.map(toBase64) });
    }
    return new Response("", { status: 404 });
  };

  /** Two leaves a page, so that tests see more than one. */
  private async page(start: number): Promise<unknown> {
    const edge = await edgeOf(await this.hashes(0, start));
    const leaves = this.leaves.slice(start, start + 2);
    return { edge: edge.map(toBase64), leaves: leaves.map(toBase64) };
  }

  private async inclusion(wanted: readonly string[], size: number): Promise<unknown> {
    const hashes = await this.hashes(0, size);
    const proofs = [];
    for (const leaf of wanted) {
      const index = hashes.findIndex((hash) => toHex(hash) === leaf);
      if (index < 0) continue;
      proofs.push({ leaf, index, path: (await path(index, hashes)).map(toBase64) });
    }
    return { size, proofs };
  }

  private hashes(from: number, to: number): Promise<Bytes[]> {
    return Promise.all(this.leaves.slice(from, to).map((leaf) => leafHash(leaf)));
  }
}

function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

async function rootOf(hashes: readonly Bytes[]): Promise<Bytes> {
  const [first] = hashes;
  if (first === undefined) return sha256();
  if (hashes.length === 1) return first;
  const split = splitOf(hashes.length);
  return nodeHash(await rootOf(hashes.slice(0, split)), await rootOf(hashes.slice(split)));
}

async function edgeOf(hashes: readonly Bytes[]): Promise<Bytes[]> {
  if (hashes.length === 0) return [];
  let width = 1;
  while (width * 2 <= hashes.length) width *= 2;
  return [await rootOf(hashes.slice(0, width)), ...(await edgeOf(hashes.slice(width)))];
}

async function path(index: number, hashes: readonly Bytes[]): Promise<Bytes[]> {
  if (hashes.length === 1) return [];
  const split = splitOf(hashes.length);
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)];
  return index < split
    ? [...(await path(index, left)), await rootOf(right)]
    : [...(await path(index - split, right)), await rootOf(left)];
}

async function consistency(
  first: number,
  hashes: readonly Bytes[],
  complete: boolean,
): Promise<Bytes[]> {
  if (first === hashes.length) return complete ? [] : [await rootOf(hashes)];
  const split = splitOf(hashes.length);
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)];
  return first <= split
    ? [...(await consistency(first, left, complete)), await rootOf(right)]
    : [...(await consistency(first - split, right, false)), await rootOf(left)];
}

/** What the log answers. Every answer is checked for its shape; nothing of it is trusted yet. */

import { type Bytes, fromHex, toHex } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { fromBase64 } from "../wire/notes";
import { LOG } from "./addresses";
import { readJson, send } from "./http";

const NOTE_LIMIT = 64 * 1024;
const KEY_LIMIT = 400;
export const PROOFS_AT_ONCE = 50;

export interface LeavesPage {
  readonly edge: readonly Bytes[];
  readonly leaves: readonly Bytes[];
}

export interface Inclusion {
  readonly leaf: Bytes;
  readonly index: number;
  readonly path: readonly Bytes[];
}

export async function fetchKey(): Promise<string> {
  const text = new TextDecoder().decode(await octets("key", KEY_LIMIT));
  return text.trimEnd();
}

export function fetchCheckpoint(): Promise<Bytes> {
  return octets("checkpoint", NOTE_LIMIT);
}

export async function fetchLeaves(start: number): Promise<LeavesPage> {
  const found = await json(`leaves?start=${start}`);
  return { edge: hashes(found["edge"]), leaves: hashes(found["leaves"]) };
}

/** Proofs for those of the leaf hashes that the server says are in the tree of this size. */
export async function fetchInclusion(
  wanted: readonly Bytes[],
  size: number,
): Promise<readonly Inclusion[]> {
  const query = new URLSearchParams(wanted.map((hash) => ["leaf", toHex(hash)]));
  query.set("size", String(size));
  const { proofs } = await json(`inclusion?${query.toString()}`);
  return list(proofs).map((one) => {
    const { leaf, index, path } = object(one);
    if (typeof leaf !== "string" || !/^[0-9a-f]{64}$/.test(leaf) || typeof index !== "number") {
      throw new WireError("malformed", "not a proof");
    }
    return { leaf: fromHex(leaf), index, path: hashes(path) };
  });
}

export async function fetchConsistency(first: number, second: number): Promise<readonly Bytes[]> {
  return hashes((await json(`consistency?first=${first}&second=${second}`))["proof"]);
}

async function json(address: string): Promise<Record<string, unknown>> {
  return readJson(await send("GET", LOG + address, undefined, "application/json"));
}

async function octets(address: string, limit: number): Promise<Bytes> {
  const answer = await send("GET", LOG + address, undefined, "text/plain");
  const data = new Uint8Array(await answer.arrayBuffer());
  if (data.length > limit) throw new WireError("too-large", `${data.length} bytes of ${address}`);
  return data;
}

function hashes(value: unknown): readonly Bytes[] {
  return list(value).map((one) => {
    if (typeof one !== "string") throw new WireError("malformed", "not base64");
    return fromBase64(one);
  });
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length > 500) throw new WireError("malformed", "not a list");
  return value;
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new WireError("malformed", "not an object");
  return value as Record<string, unknown>;
}

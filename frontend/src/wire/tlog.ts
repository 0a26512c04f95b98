/**
 * The Merkle tree of the public log (RFC 9162, section 2.1): hashes, proofs, and the identity leaf.
 *
 * The server makes proofs (comms/wire/tlog.py); here they are checked. Sizes reach 2^53, so nothing here
 * uses the 32-bit operators.
 */

import { type Bytes, concat, equal } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";

const IDENTITY_LEAF = 1;
const IDENTITY_LEAF_SIZE = 73;
export const HASH_SIZE = 32;
/** No proof is longer. */
const MAX_PATH = 64;

/** What an identity leaf says: whose entry (SHA-256 of the user id), which number, which bytes. */
export interface IdentityLeaf {
  readonly userHash: Bytes;
  readonly number: number;
  readonly entryHash: Bytes;
}

/** version ‖ SHA-256(user id) ‖ number ‖ SHA-256(entry): 73 bytes. */
export async function identityLeaf(user: Bytes, number: number, entryHash: Bytes): Promise<Bytes> {
  const ordinal = new Uint8Array(8);
  new DataView(ordinal.buffer).setBigUint64(0, BigInt(number));
  return concat(new Uint8Array([IDENTITY_LEAF]), await sha256(user), ordinal, entryHash);
}

/** Raises WireError for anything but an identity leaf. */
export function readIdentityLeaf(leaf: Bytes): IdentityLeaf {
  if (leaf.length !== IDENTITY_LEAF_SIZE) throw new WireError("malformed", "a leaf of the wrong size");
  if (leaf[0] !== IDENTITY_LEAF) throw new WireError("unsupported", "a leaf of another version");
  const number = new DataView(leaf.buffer, leaf.byteOffset).getBigUint64(33);
  if (number < 1n || number > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new WireError("malformed", "a leaf with a number out of range");
  }
  return { userHash: leaf.slice(1, 33), number: Number(number), entryHash: leaf.slice(41) };
}

export function leafHash(leaf: Bytes): Promise<Bytes> {
  return sha256(new Uint8Array([0]), leaf);
}

export function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(new Uint8Array([1]), left, right);
}

/** Merkle Tree Hash over leaf hashes; SHA-256 of nothing for an empty tree. */
export async function treeHash(leaves: readonly Bytes[]): Promise<Bytes> {
  const edge = new Edge();
  for (const leaf of leaves) await edge.append(leaf);
  return edge.root();
}

/** A tree that only grows, remembered by the hashes of its complete subtrees, the largest first. */
export class Edge {
  private readonly hashes: Bytes[];

  /** Raises WireError if there are not as many hashes as a tree of this size has complete subtrees. */
  constructor(
    private count = 0,
    hashes: readonly Bytes[] = [],
  ) {
    if (hashes.length !== ones(count) || hashes.some((one) => one.length !== HASH_SIZE)) {
      throw new WireError("malformed", "an edge that does not fit the size of its tree");
    }
    this.hashes = [...hashes];
  }

  get size(): number {
    return this.count;
  }

  /** Adds a leaf's hash. */
  async append(leaf: Bytes): Promise<void> {
    let digest = leaf;
    for (let index = this.count; index % 2 === 1; index = half(index)) {
      digest = await nodeHash(this.hashes.pop() ?? leaf, digest);
    }
    this.hashes.push(digest);
    this.count += 1;
  }

  /** The tree's hash; SHA-256 of nothing for an empty tree. */
  async root(): Promise<Bytes> {
    const [last, ...before] = [...this.hashes].reverse();
    let digest = last ?? (await sha256());
    for (const left of before) digest = await nodeHash(left, digest);
    return digest;
  }
}

/** Raises WireError("chain") unless the leaf's hash is leaf `index` of this tree (RFC 9162, 2.1.3.2). */
export async function verifyInclusion(
  leaf: Bytes,
  index: number,
  size: number,
  path: readonly Bytes[],
  root: Bytes,
): Promise<void> {
  checkShape([leaf, root, ...path]);
  if (!whole(index) || !whole(size) || index >= size) {
    throw new WireError("malformed", "no such leaf in a tree of this size");
  }
  let [at, last, digest] = [index, size - 1, leaf];
  for (const step of path) {
    if (last === 0) throw new WireError("chain", "the inclusion path is too long");
    if (at % 2 === 1 || at === last) {
      digest = await nodeHash(step, digest);
      while (at % 2 === 0 && at > 0) [at, last] = [half(at), half(last)];
    } else {
      digest = await nodeHash(digest, step);
    }
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0 || !equal(digest, root)) throw new WireError("chain", "the leaf is not in the tree");
}

/** Raises WireError("chain") unless the second tree extends the first (RFC 9162, 2.1.4.2). */
export async function verifyConsistency(
  first: number,
  firstRoot: Bytes,
  second: number,
  secondRoot: Bytes,
  proof: readonly Bytes[],
): Promise<void> {
  checkShape([firstRoot, secondRoot, ...proof]);
  if (!whole(first) || !whole(second) || first > second) {
    throw new WireError("chain", "the second tree is smaller");
  }
  if (first === 0 || first === second) {
    const same =
      first === second ? equal(firstRoot, secondRoot) : equal(firstRoot, await sha256());
    if (!same || proof.length > 0) throw new WireError("chain", "the trees differ");
    return;
  }
  const [start, ...steps] = ones(first) === 1 ? [firstRoot, ...proof] : proof;
  if (start === undefined) throw new WireError("chain", "the proof is empty");
  let [at, last] = [first - 1, second - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [old, next] = [start, start];
  for (const step of steps) {
    if (last === 0) throw new WireError("chain", "the consistency proof is too long");
    if (at % 2 === 1 || at === last) {
      [old, next] = [await nodeHash(step, old), await nodeHash(step, next)];
      while (at % 2 === 0 && at > 0) [at, last] = [half(at), half(last)];
    } else {
      next = await nodeHash(next, step);
    }
    [at, last] = [half(at), half(last)];
  }
  if (last !== 0 || !equal(old, firstRoot) || !equal(next, secondRoot)) {
    throw new WireError("chain", "the second tree does not extend the first");
  }
}

function checkShape(hashes: readonly Bytes[]): void {
  if (hashes.length > MAX_PATH + 2 || hashes.some((one) => one.length !== HASH_SIZE)) {
    throw new WireError("malformed", "a proof of the wrong shape");
  }
}

function whole(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

/** How many ones the binary number has: so many complete subtrees has a tree of this size. */
function ones(number: number): number {
  if (!whole(number)) return -1;
  let found = 0;
  for (let rest = number; rest > 0; rest = half(rest)) found += rest % 2;
  return found;
}

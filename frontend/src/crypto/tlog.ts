/** Hashes of the public log: leaf and node as in RFC 9162, section 2.1.1, and the identity leaf. */

import { type Bytes, concat } from "./bytes";
import { sha256 } from "./hash";

const IDENTITY_LEAF = 1;

/** version ‖ SHA-256(user id) ‖ number ‖ SHA-256(entry): 73 bytes. */
export async function identityLeaf(user: Bytes, number: number, entryHash: Bytes): Promise<Bytes> {
  const ordinal = new Uint8Array(8);
  new DataView(ordinal.buffer).setBigUint64(0, BigInt(number));
  return concat(new Uint8Array([IDENTITY_LEAF]), await sha256(user), ordinal, entryHash);
}

export function leafHash(leaf: Bytes): Promise<Bytes> {
  return sha256(new Uint8Array([0]), leaf);
}

export function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(new Uint8Array([1]), left, right);
}

/** Merkle Tree Hash over leaf hashes; SHA-256 of nothing for an empty tree. */
export async function treeHash(leaves: readonly Bytes[]): Promise<Bytes> {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(await treeHash(leaves.slice(0, split)), await treeHash(leaves.slice(split)));
}

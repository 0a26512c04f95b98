/** The log's proofs, notes and co-signatures, against what Python wrote, and against changes of it. */

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

import { type Bytes, toHex, utf8 } from "../../src/crypto/bytes";
import { WireError } from "../../src/crypto/error";
import {
  bare,
  lineOf,
  readCheckpoint,
  readNote,
  readVerifier,
  signCheckpoint,
  verifierText,
  type Verifier,
  verifyCosignature,
  verifyNote,
} from "../../src/wire/notes";
import {
  Edge,
  leafHash,
  readIdentityLeaf,
  treeHash,
  verifyConsistency,
  verifyInclusion,
} from "../../src/wire/tlog";
import { h, load } from "../vectors";

const { rfc9162, signed_note } = load("published");
const vectors = load("tlog");
const roots = new Map<number, Bytes>();
let hashes: Bytes[];
let log: Verifier;
let witness: Verifier;

beforeAll(async () => {
  [log, witness] = await Promise.all([readVerifier(vectors.log), readVerifier(vectors.witness)]);
  hashes = await Promise.all(vectors.leaves.map((leaf) => leafHash(h(leaf))));
  for (const { bare: text } of vectors.checkpoints) {
    const { size, root } = await readCheckpoint(utf8(text), log);
    roots.set(size, root);
  }
});

async function isRefused(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    return;
  }
  expect.fail("it was accepted");
}

function rootOf(size: number): Bytes {
  const root = roots.get(size);
  if (root === undefined) throw new Error(`no checkpoint of ${size}`);
  return root;
}

function leafAt(index: number): Bytes {
  const found = hashes[index];
  if (found === undefined) throw new Error(`no leaf ${index}`);
  return found;
}

function flipped(data: Bytes, bit: number): Bytes {
  const copy = data.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe("trees", () => {
  it("and proofs are those of Certificate Transparency", async () => {
    const leaves = await Promise.all(rfc9162.leaves.map((leaf) => leafHash(h(leaf))));
    const known = rfc9162.roots.map(h);
    const at = (size: number): Bytes => known[size] ?? new Uint8Array();
    for (let size = 0; size <= leaves.length; size++) {
      expect(toHex(await treeHash(leaves.slice(0, size)))).toBe(rfc9162.roots[size]);
    }
    for (const { index, size, path } of rfc9162.inclusion) {
      await verifyInclusion(leaves[index] ?? at(0), index, size, path.map(h), at(size));
    }
    for (const { first, second, proof } of rfc9162.consistency) {
      await verifyConsistency(first, at(first), second, at(second), proof.map(h));
    }
  });

  it("go on where they stood", async () => {
    const edge = new Edge();
    for (const leaf of hashes) {
      await edge.append(leaf);
      const known = roots.get(edge.size);
      if (known !== undefined) expect(toHex(await edge.root())).toBe(toHex(known));
    }
    expect(() => new Edge(3, [leafAt(0)])).toThrow(WireError);
    expect(() => new Edge(2 ** 53, [])).toThrow(WireError);
  });
});

describe("proofs", () => {
  it("that Python made pass", async () => {
    for (const { index, size, path } of vectors.inclusion) {
      await verifyInclusion(leafAt(index), index, size, path.map(h), rootOf(size));
    }
    for (const { first, second, proof } of vectors.consistency) {
      await verifyConsistency(first, rootOf(first), second, rootOf(second), proof.map(h));
    }
  });

  it("of inclusion never pass when changed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...vectors.inclusion),
        fc.nat(255),
        fc.nat(40),
        async ({ index, size, path }, bit, other) => {
          const [leaf, root, steps] = [leafAt(index), rootOf(size), path.map(h)];
          await isRefused(() => verifyInclusion(flipped(leaf, bit), index, size, steps, root));
          await isRefused(() => verifyInclusion(leaf, index, size, steps, flipped(root, bit)));
          await isRefused(() => verifyInclusion(leaf, index, size, [...steps, root], root));
          if (other !== index) {
            await isRefused(() => verifyInclusion(leaf, other, size, steps, root));
          }
          for (const [at, step] of steps.entries()) {
            const changed = steps.with(at, flipped(step, bit));
            await isRefused(() => verifyInclusion(leaf, index, size, changed, root));
            await isRefused(() => verifyInclusion(leaf, index, size, steps.toSpliced(at, 1), root));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("of consistency never pass when changed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...vectors.consistency),
        fc.nat(255),
        async ({ first, second, proof }, bit) => {
          const [old, next, steps] = [rootOf(first), rootOf(second), proof.map(h)];
          await isRefused(() => verifyConsistency(first, flipped(old, bit), second, next, steps));
          await isRefused(() => verifyConsistency(first, old, second, flipped(next, bit), steps));
          await isRefused(() => verifyConsistency(first, old, second, next, [...steps, next]));
          await isRefused(() => verifyConsistency(second + 1, old, second, next, steps));
          for (const [at, step] of steps.entries()) {
            const changed = steps.with(at, flipped(step, bit));
            await isRefused(() => verifyConsistency(first, old, second, next, changed));
            const fewer = steps.toSpliced(at, 1);
            await isRefused(() => verifyConsistency(first, old, second, next, fewer));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("of random bytes never pass", async () => {
    const some = fc.array(fc.uint8Array({ maxLength: 33 }).map((raw) => Uint8Array.from(raw)), {
      maxLength: 70,
    });
    await fc.assert(
      fc.asyncProperty(fc.maxSafeNat(), fc.maxSafeNat(), some, async (one, two, proof) => {
        await isRefused(() => verifyInclusion(leafAt(0), one, two, proof, leafAt(1)));
        await isRefused(() => verifyConsistency(one + 1, leafAt(0), two, leafAt(1), proof));
      }),
      { numRuns: 100 },
    );
  });
});

describe("notes", () => {
  it("are read as published", async () => {
    const verifier = await readVerifier(signed_note.verifier);
    expect(verifierText(verifier)).toBe(signed_note.verifier);
    await verifyNote(readNote(utf8(signed_note.note)), verifier);
    const other = readNote(utf8(signed_note.note.replace("If", "if")));
    await isRefused(() => verifyNote(other, verifier));
    await isRefused(() => verifyNote(readNote(utf8(signed_note.note)), log));
  });

  it("of checkpoints and witnesses are those that Python made", async () => {
    for (const { size, bare: text, cosigned } of vectors.checkpoints) {
      const checkpoint = await readCheckpoint(utf8(cosigned), log);
      expect(checkpoint.size).toBe(size);
      expect(bare(utf8(cosigned), log)).toEqual(utf8(text));
      expect(await signCheckpoint(checkpoint, h(vectors.seed))).toEqual(utf8(text));
      const note = readNote(utf8(cosigned));
      const line = lineOf(note, witness);
      if (line === undefined) throw new Error("no co-signature");
      expect(await verifyCosignature(note.text, line, witness)).toBe(vectors.witnessed_at);
      await isRefused(() => verifyCosignature(`${note.text}\n`, line, witness));
      await isRefused(() => verifyCosignature(note.text, line, log));
      const signature = flipped(line.signature, size);
      await isRefused(() => verifyCosignature(note.text, { ...line, signature }, witness));
    }
  });

  it.each(vectors.refused)("are refused for $why", async ({ note }) => {
    await isRefused(() => readCheckpoint(utf8(note), log));
  });

  it("never pass when changed", async () => {
    const good = utf8(vectors.checkpoints[4]?.bare ?? "");
    const bytes = fc.record({
      at: fc.nat(good.length - 1),
      bit: fc.nat(7),
      how: fc.constantFrom("flip", "cut", "drop", "insert", "repeat"),
      extra: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(bytes, async ({ at, bit, how, extra }) => {
        const [head, tail] = [[...good.subarray(0, at)], [...good.subarray(at)]];
        const changed = {
          flip: () => [...head, (good[at] ?? 0) ^ (1 << bit), ...tail.slice(1)],
          cut: () => head,
          drop: () => [...head, ...tail.slice(1)],
          insert: () => [...head, extra, ...tail],
          repeat: () => [...good, ...tail],
        }[how]();
        await isRefused(() => readCheckpoint(Uint8Array.from(changed), log));
      }),
      { numRuns: 200 },
    );
  });

  it("are not what random bytes are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string(), async (raw, text) => {
        const data = Uint8Array.from(raw);
        await isRefused(() => readCheckpoint(data, log));
        await isRefused(() => readCheckpoint(utf8(text), log));
        await isRefused(() => readVerifier(text));
        await isRefused(() => Promise.resolve(data).then(readIdentityLeaf));
      }),
      { numRuns: 150 },
    );
  });

  it("name leaves that come back", () => {
    for (const row of load("identity").entries) {
      const leaf = readIdentityLeaf(h(row.leaf));
      expect([leaf.number, toHex(leaf.entryHash)]).toEqual([row.number, row.hash]);
    }
  });
});

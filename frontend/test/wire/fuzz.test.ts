import { encode as encodeByLibrary, rfc8949EncodeOptions } from "cborg";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

import { type Bytes, fromHex, toHex } from "../../src/crypto/bytes";
import { decode, encode, fields, type Value } from "../../src/crypto/cbor";
import { WireError } from "../../src/crypto/error";
import { openChunk } from "../../src/crypto/files";
import { unwrap } from "../../src/crypto/hpke";
import { Identity } from "../../src/crypto/identity";
import { unpad } from "../../src/crypto/padding";
import { postQuantum } from "../../src/crypto/pq";
import { openBox } from "../../src/crypto/seal";
import { readAbout } from "../../src/wire/about";
import { decodeBody } from "../../src/wire/body";
import { decodeDraft, openDraft } from "../../src/wire/draft";
import { openEnvelope, readEnvelope, readHeader, verifyEnvelope } from "../../src/wire/envelope";
import { readRecord, readTbs, readUpload, verifyRecord } from "../../src/wire/epoch";
import { decodeChallenge, guestSeeds, verifyChallenge } from "../../src/wire/guest";
import { decodeGrant } from "../../src/wire/history";
import { readEntry } from "../../src/wire/identity";
import { openVault, readVault } from "../../src/wire/vault";
import { decodeContents } from "../../src/wire/vaultContents";
import { openWrap, readWrap } from "../../src/wire/vaultWrap";
import { named, type Person } from "../people";
import { load } from "../vectors";

type Read = (data: Bytes) => unknown;

const h = (hex: string | undefined): Bytes => fromHex(hex ?? "not there");
const thread = load("thread");
const vaults = load("vault");
const box = load("seal")[1];
const hpke = load("wraps")[0];
const files = load("files");
const guests = load("guests");
const draft = load("draft");
const key = h(thread.epochs[0]?.key);

let anna: Person;
beforeAll(async () => {
  anna = await named("anna");
});

/** Everything that takes bytes from outside and ends in a verified or opened object. */
const acceptors: readonly (readonly [string, Read, Bytes])[] = [
  ["identity entry", readEntry, h(load("identity").entries[0]?.entry)],
  [
    "epoch record",
    async (data) => {
      await verifyRecord(await readRecord(data), anna.identity.publicKeys);
    },
    h(thread.epochs[0]?.record),
  ],
  [
    "epoch upload",
    async (data) => {
      await verifyRecord((await readUpload(data)).record, anna.identity.publicKeys);
    },
    h(thread.epochs[0]?.upload),
  ],
  [
    "envelope",
    async (data) => {
      const envelope = await readEnvelope(data);
      await verifyEnvelope(envelope, anna.identity.publicKeys);
      await openEnvelope(envelope, key);
    },
    h(thread.envelopes[0]?.envelope),
  ],
  ["vault", (data) => openVault(readVault(data), h(vaults.key)), h(vaults.vault)],
  [
    "vault wrap",
    (data) => openWrap(readWrap(data), h(vaults.wraps[0]?.wrap_key)),
    h(vaults.wraps[0]?.wrap),
  ],
  ["box", (data) => openBox(h(box?.key), box?.label ?? "", h(box?.context), data), h(box?.box)],
  [
    "wrap",
    async (data) => {
      const recipient = await (await postQuantum()).xwingFromSeed(h(hpke?.xwing_seed));
      return unwrap(recipient, h(hpke?.info), data);
    },
    h(hpke?.wrap),
  ],
  ["draft", (data) => openDraft(h(draft.key), draft, data), h(draft.box)],
  [
    "guest challenge",
    async (data) => {
      const guest = await Identity.fromSeeds(await guestSeeds(h(guests.links[0]?.fragment)));
      await verifyChallenge(decodeChallenge(data), guest.publicKeys, h(guests.signature));
    },
    h(guests.challenge),
  ],
  ["file chunk", (data) => openChunk(h(files.key), 0, data, true), h(files.chunks[1]?.sealed)],
];

const decoders: readonly Read[] = [
  ...acceptors.map(([, read]) => read),
  decodeContents,
  decodeBody,
  decodeDraft,
  decodeChallenge,
  decodeGrant,
  readHeader,
  readTbs,
  readAbout,
  unpad,
];

/** A flipped bit, a cut, an insertion, a dropped byte or a repetition: always other bytes. */
function mutations(good: Bytes): fc.Arbitrary<Bytes> {
  const join = (...parts: readonly (Uint8Array | readonly number[])[]): Bytes =>
    Uint8Array.from(parts.flatMap((part) => [...part]));
  return fc
    .record({
      at: fc.nat(good.length - 1),
      bit: fc.nat(7),
      how: fc.constantFrom("flip", "cut", "insert", "drop", "repeat"),
      extra: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    })
    .map(({ at, bit, how, extra }) => {
      const [head, tail] = [good.subarray(0, at), good.subarray(at)];
      if (how === "flip") return join(head, [(good[at] ?? 0) ^ (1 << bit)], tail.subarray(1));
      if (how === "cut") return join(head);
      if (how === "insert") return join(head, extra, tail);
      if (how === "drop") return join(head, tail.subarray(1));
      return join(good, tail);
    });
}

async function isRefused(read: Read, data: Bytes): Promise<void> {
  try {
    await read(data);
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    return;
  }
  expect.fail("hostile bytes were accepted");
}

describe("hostile bytes", () => {
  it.each(acceptors)("the good %s passes", async (_name, read, good) => {
    await read(good);
  });

  it.each(acceptors)("a changed %s never passes", async (_name, read, good) => {
    await fc.assert(
      fc.asyncProperty(mutations(good), (data) => isRefused(read, data)),
      { numRuns: 60 },
    );
  });

  it("that are random never crash a decoder", async () => {
    const random = fc.uint8Array({ maxLength: 400 }).map((raw) => Uint8Array.from(raw));
    await fc.assert(
      fc.asyncProperty(random, async (data) => {
        for (const read of decoders) await isRefused(read, data);
      }),
      { numRuns: 150 },
    );
  });
});

const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.maxSafeNat(),
  fc.boolean(),
  fc.uint8Array({ maxLength: 40 }).map((raw) => Uint8Array.from(raw)),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);
const { value: values } = fc.letrec<{ value: Value; map: ReadonlyMap<number, Value> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    tie("map"),
  ),
  map: fc
    .array(fc.tuple(fc.nat(23), tie("value")), { maxLength: 4 })
    .map((entries) => new Map(entries)),
}));

describe("canonical CBOR", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(sorted(decode(encode(value), 1_000_000))).toEqual(sorted(value));
      }),
    );
  });

  it("is what a library writes", () => {
    const wide = fc.constantFrom<Value>(23, 24, 0xff, 0x100, 0xffff, 0x1_0000, 0xffff_ffff, 2 ** 32, 2 ** 53 - 1);
    const long = fc.constantFrom("x", "é", "€", "🙂").chain((one) =>
      fc.constantFrom(6, 23, 24, 64, 255, 256, 65_536).map((count) => one.repeat(count)),
    );
    const blob = fc.constantFrom(23, 24, 255, 256, 65_536).map((size) => new Uint8Array(size).fill(7));
    fc.assert(
      fc.property(fc.oneof(values, wide, long, blob), (value) => {
        expect(toHex(encode(value))).toBe(toHex(encodeByLibrary(value, rfc8949EncodeOptions)));
      }),
      { numRuns: 200 },
    );
  });

  it.each([-1, -0, 0.5, 2 ** 53, Number.NaN, "\ud800", "a\udc00b", new Map([[24, 0]]), new Map([[0.5, 0]])])(
    "never holds %s",
    (value) => {
      expect(() => encode([value])).toThrow(WireError);
    },
  );

  it("is the only form that decodes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (raw) => {
        let value: Value;
        try {
          value = decode(raw, 1000);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          return;
        }
        expect([...encode(value)]).toEqual([...raw]);
      }),
      { numRuns: 2000 },
    );
  });

  it("of the wrong shape is refused, not crashed on", async () => {
    const shapes = fc
      .tuple(fc.dictionary(fc.constantFrom("2", "3", "4", "5", "6"), values), fc.nat(44))
      .map(([some, kind]) => encode(fields({ ...some, 0: kind, 1: 1 })));
    await fc.assert(
      fc.asyncProperty(shapes, async (data) => {
        for (const read of decoders) if (read !== decodeBody && read !== decodeDraft) await isRefused(read, data);
      }),
      { numRuns: 100 },
    );
  });
});

/** Maps compare by the order of their keys, which is not the order they were drawn in. */
function sorted(value: Value): unknown {
  if (value instanceof Map) {
    return [...(value as ReadonlyMap<number, Value>)]
      .sort(([left], [right]) => left - right)
      .map(([at, item]) => [at, sorted(item)]);
  }
  return Array.isArray(value) ? (value as readonly Value[]).map(sorted) : value;
}

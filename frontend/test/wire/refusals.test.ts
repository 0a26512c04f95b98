import { beforeAll, describe, expect, it } from "vitest";

import { ARGON2_FLOOR } from "../../src/crypto/argon";
import { type Bytes, randomBytes } from "../../src/crypto/bytes";
import { type Identity } from "../../src/crypto/identity";
import { decode, encode, isMap, type Value } from "../../src/crypto/cbor";
import { sha256 } from "../../src/crypto/hash";
import { wrap } from "../../src/crypto/hpke";
import { WRAP_EPOCH_KEY } from "../../src/crypto/labels";
import { openBox, seal } from "../../src/crypto/seal";
import { type Body, decodeBody, encodeBody } from "../../src/wire/body";
import {
  encodeHeader,
  type Header,
  makeEnvelope,
  openEnvelope,
  readEnvelope,
  verifyEnvelope,
} from "../../src/wire/envelope";
import {
  confirmTag,
  encodeTbs,
  openEpochKey,
  openHistoryKey,
  readRecord,
  readTbs,
  readUpload,
  verifyRecord,
  wrapInfo,
} from "../../src/wire/epoch";
import { makeEpoch, type NewEpoch, signRecord, wrapHistory } from "../../src/wire/epochMaking";
import { checkFollows, makeEntry, readEntry } from "../../src/wire/identity";
import { readPublicKeys } from "../../src/wire/keys";
import { OPEN_POLICY } from "../../src/wire/roster";
import { START } from "../../src/wire/transcript";
import { makeVault, openVault, readVault, verifyVault } from "../../src/wire/vault";
import { makeWrap, openWrap, readWrap } from "../../src/wire/vaultWrap";
import { CHECKPOINT, newUuid, NOW, type Person, person, refusal, row } from "../people";
import { h, load } from "../vectors";

let anna: Person;
let boris: Person;
let mallory: Person;
let epoch: NewEpoch;

/** An object with one field changed. */
function changed(data: Bytes, key: number, value: Value): Bytes {
  const found = decode(data, 10_000_000);
  if (!isMap(found)) throw new Error("not a map");
  return encode(new Map([...found, [key, value]]));
}

beforeAll(async () => {
  [anna, boris, mallory] = await Promise.all([person(), person(), person()]);
  epoch = await makeEpoch({
    thread: newUuid(),
    before: undefined,
    author: anna.id,
    identity: anna.identity,
    roster: [row(anna, "owner"), row(boris)],
    keys: new Map([anna, boris].map((one) => [one.id, one.identity.publicKeys])),
    policy: OPEN_POLICY,
    about: { title: "A title", pins: [] },
    start: START,
    checkpoint: CHECKPOINT,
    madeAt: NOW,
  });
});

describe("a box", () => {
  it("opens only with its key, label and context, unchanged", async () => {
    const key = randomBytes(32);
    const [here, there] = [new Uint8Array([1]), new Uint8Array([2])];
    const box = await seal(key, "comms/v1/about", here, there);
    expect(await openBox(key, "comms/v1/about", here, box)).toEqual(there);
    for (const attempt of [
      () => openBox(randomBytes(32), "comms/v1/about", here, box),
      () => openBox(key, "comms/v1/vault", here, box),
      () => openBox(key, "comms/v1/about", there, box),
    ]) {
      expect(await refusal(attempt)).toBe("commitment");
    }
    box[box.length - 1] = (box[box.length - 1] ?? 0) ^ 1;
    expect(await refusal(() => openBox(key, "comms/v1/about", here, box))).toBe("unsealed");
  });
});

describe("an identity entry", () => {
  it("follows only what it names, with the consent of the keys before", async () => {
    const make = async (from: Person, extra: object): ReturnType<typeof readEntry> =>
      readEntry(await makeEntry({ user: anna.id, madeAt: NOW, identity: from.identity, ...extra }));
    const first = await make(anna, {});
    const twin = await make(anna, { madeAt: NOW + 1 });
    const second = await make(boris, { after: first, old: anna.identity });
    const reset = await make(mallory, { after: second });
    await checkFollows(first, undefined);
    await checkFollows(second, first);
    await checkFollows(reset, second);
    expect([first.kind, second.kind, reset.kind]).toEqual(["first", "successor", "reset"]);
    for (const [entry, before] of [
      [second, undefined],
      [second, twin],
      [reset, first],
      [first, first],
    ] as const) {
      expect(await refusal(() => checkFollows(entry, before))).toBe("chain");
    }
    const forged = await make(mallory, { after: first, old: mallory.identity });
    expect(await refusal(() => checkFollows(forged, first))).toBe("signature");
    const foreign = await make(boris, { after: first, user: boris.id });
    expect(await refusal(() => checkFollows(foreign, first))).toBe("chain");
  });
});

describe("a vault", () => {
  it("refuses another number, key and signer", async () => {
    const key = randomBytes(32);
    const contents = {
      seeds: anna.seeds,
      entry: { number: 1, hash: new Uint8Array(32) },
      oldXwing: [],
      pins: [],
      heads: [],
    };
    const vault = readVault(await makeVault(anna.id, 5, key, contents));
    expect(await openVault(vault, key)).toEqual(contents);
    expect(await refusal(() => openVault({ ...vault, number: 6 }, key))).toBe("commitment");
    expect(await refusal(() => openVault(vault, randomBytes(32)))).toBe("commitment");
    const unsigned = { ...vault, signature: new Uint8Array(64) };
    expect(await refusal(() => openVault(unsigned, key))).toBe("signature");
    expect(await refusal(() => verifyVault(vault, mallory.identity.publicKeys))).toBe("signature");
  });

  it("refuses weaker parameters from the server, and a wrap of another kind", async () => {
    const [wrapKey, key] = [randomBytes(32), randomBytes(32)];
    const argon2 = { ...ARGON2_FLOOR, salt: randomBytes(16) };
    const place = { user: anna.id, kind: "passphrase", id: randomBytes(16), argon2 } as const;
    const made = await makeWrap(place, wrapKey, key);
    expect(await openWrap(readWrap(made), wrapKey)).toEqual(key);
    expect(await refusal(() => openWrap(readWrap(made), key))).toBe("commitment");
    const weak = changed(made, 6, [8192, 3, 1, argon2.salt]);
    expect(await refusal(() => readWrap(weak))).toBe("weak");
    expect(await refusal(() => readWrap(changed(made, 3, 2)))).toBe("malformed");
    const stronger = readWrap(changed(made, 6, [131_072, 3, 1, argon2.salt]));
    expect(await refusal(() => openWrap(stronger, wrapKey))).toBe("commitment");
  });
});

describe("an epoch", () => {
  it("gives its key to each member and to nobody else", async () => {
    const { record, wraps } = await readUpload(epoch.upload);
    await verifyRecord(record, anna.identity.publicKeys);
    for (const [at, one] of record.tbs.roster.entries()) {
      const member = one.member === anna.id ? anna : boris;
      const wrapped = wraps[at] ?? new Uint8Array();
      expect(await openEpochKey(record, member.id, member.identity, wrapped)).toEqual(epoch.key);
      expect(
        await refusal(() => openEpochKey(record, member.id, mallory.identity, wrapped)),
      ).toBe("unsealed");
      expect(
        await refusal(() => openEpochKey(record, mallory.id, mallory.identity, wrapped)),
      ).toBe("chain");
    }
    expect(await refusal(() => verifyRecord(record, boris.identity.publicKeys))).toBe("signature");
  });

  it("refuses another key behind the same record", async () => {
    const { tbs } = epoch.record;
    const { fingerprint, xwing } = boris.identity.publicKeys;
    const info = wrapInfo(WRAP_EPOCH_KEY, tbs.thread, tbs.number, tbs.previous, fingerprint);
    const other = await wrap(xwing, info, randomBytes(32));
    const at = tbs.roster.findIndex((one) => one.member === boris.id);
    const wrapHashes = tbs.wrapHashes.with(at, await sha256(other));
    const tbsRaw = encodeTbs({ ...tbs, wrapHashes });
    const signed = await signRecord(tbsRaw, await confirmTag(epoch.key, tbsRaw), anna.identity);
    const record = await readRecord(signed);
    await verifyRecord(record, anna.identity.publicKeys);
    expect(await refusal(() => openEpochKey(record, boris.id, boris.identity, other))).toBe(
      "commitment",
    );
  });

  it("refuses an unknown suite, a roster out of order, and wraps that are not the record's", async () => {
    const { tbs, tbsRaw } = epoch.record;
    const sign = (raw: Bytes): Promise<Bytes> => signRecord(raw, new Uint8Array(32), anna.identity);
    expect(await refusal(async () => readRecord(await sign(changed(tbsRaw, 2, 2))))).toBe(
      "unsupported",
    );
    const reversed = { ...tbs, roster: [...tbs.roster].reverse() };
    expect(await refusal(() => encodeTbs(reversed))).toBe("malformed");
    const ownerless = tbs.roster.map((one) => ({ ...one, role: "member" as const }));
    expect(await refusal(() => encodeTbs({ ...tbs, roster: ownerless }))).toBe("malformed");
    const swapped = changed(epoch.upload, 3, [new Uint8Array(1168), new Uint8Array(1168)]);
    expect(await refusal(() => readUpload(swapped))).toBe("chain");
  });

  it("refuses what the vectors refuse, as a record without its author's checkpoint of the log", async () => {
    const { refused } = load("thread");
    expect(refused).not.toHaveLength(0);
    for (const { tbs } of refused) {
      expect(await refusal(() => readTbs(h(tbs)))).toBe("malformed");
      const raw = await signRecord(h(tbs), new Uint8Array(32), anna.identity);
      expect(await refusal(() => readRecord(raw))).toBe("malformed");
    }
  });

  it("opens for a joiner by a history wrap, if the key is the right one", async () => {
    const joiner = mallory.identity;
    const open = (by: Identity, wrapped: Bytes): Promise<Bytes> =>
      openHistoryKey(epoch.record, by.publicKeys.fingerprint, by, wrapped);
    const good = await wrapHistory(epoch.record, epoch.key, joiner.publicKeys);
    expect(await open(joiner, good)).toEqual(epoch.key);
    expect(await refusal(() => open(boris.identity, good))).toBe("unsealed");
    const wrong = await wrapHistory(epoch.record, randomBytes(32), joiner.publicKeys);
    expect(await refusal(() => open(joiner, wrong))).toBe("commitment");
  });
});

describe("an envelope", () => {
  const header = (changes: Partial<Header> = {}): Header => ({
    thread: epoch.record.tbs.thread,
    epoch: epoch.record.hash,
    sender: anna.id,
    client: new Uint8Array(16),
    counter: 1,
    class: "stored",
    writtenAt: NOW,
    seen: START,
    ...changes,
  });

  it("comes back whole, and from its sender, thread and epoch only", async () => {
    const body: Body = { kind: "text", text: "سلام", replyTo: new Uint8Array(32), mentions: [boris.id] };
    const raw = await makeEnvelope(header(), body, epoch.key, anna.identity);
    const envelope = await readEnvelope(raw);
    await verifyEnvelope(envelope, anna.identity.publicKeys);
    expect(await openEnvelope(envelope, epoch.key)).toEqual(body);
    expect(await refusal(() => verifyEnvelope(envelope, boris.identity.publicKeys))).toBe("signature");
    expect(await refusal(() => openEnvelope(envelope, randomBytes(32)))).toBe("commitment");
    const moved = { ...envelope, headerRaw: encodeHeader(header({ thread: newUuid() })) };
    expect(await refusal(() => verifyEnvelope(moved, anna.identity.publicKeys))).toBe("signature");
    expect(await refusal(() => openEnvelope(moved, epoch.key))).toBe("commitment");
  });

  it("hides how long a short text is", async () => {
    const sizes = await Promise.all(
      ["a", "a longer text", "x".repeat(200)].map(
        async (text) => (await makeEnvelope(header(), { kind: "text", text }, epoch.key, anna.identity)).length,
      ),
    );
    expect(new Set(sizes).size).toBe(1);
  });

  it("ties head and period to its class", async () => {
    encodeHeader(header({ class: "scheduled", seen: undefined }));
    encodeHeader(header({ class: "retention", keep: 60 }));
    for (const changes of [
      { class: "scheduled" },
      { seen: undefined },
      { keep: 60 },
      { class: "retention" },
      { counter: 0 },
      { client: new Uint8Array(15) },
    ] as const) {
      expect(await refusal(() => encodeHeader(header(changes)))).toBe("malformed");
    }
  });

  it("refuses a body that is empty, too long, or of a newer kind", async () => {
    const lone = "\ud800";
    for (const text of ["", "x".repeat(32_769), lone]) {
      expect(await refusal(() => encodeBody({ kind: "text", text }))).toBe("malformed");
    }
    const text = encodeBody({ kind: "text", text: "x" });
    expect(await refusal(() => decodeBody(changed(text, 0, 39)))).toBe("unsupported");
    expect(await refusal(() => decodeBody(changed(text, 1, 2)))).toBe("unsupported");
    expect(await refusal(() => decodeBody(changed(text, 9, 1)))).toBe("malformed");
  });
});

describe("public keys", () => {
  const high = `${"ff".repeat(31)}7f`;
  it.each([
    "00".repeat(32),
    `${"00".repeat(31)}80`,
    `01${"00".repeat(31)}`,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    `ec${high.slice(2)}`,
  ])("that fit any signature are none: %s", async (point) => {
    const { mldsa, xwing } = anna.identity.publicKeys;
    expect(await refusal(() => readPublicKeys([h(point), mldsa, xwing]))).toBe("malformed");
  });

  it("that nothing can be wrapped to are none", async () => {
    const { ed25519, mldsa, xwing } = anna.identity.publicKeys;
    const low = xwing.map((byte, at) => (at < 1184 ? byte : 0));
    const outside = xwing.map((byte, at) => (at < 2 ? 0xff : byte));
    for (const weak of [low, outside]) {
      expect(await refusal(() => readPublicKeys([ed25519, mldsa, weak]))).toBe("malformed");
    }
    expect((await readPublicKeys([ed25519, mldsa, xwing])).fingerprint).toEqual(anna.identity.publicKeys.fingerprint);
  });
});

import { describe, expect, it } from "vitest";

import { toHex } from "../../src/crypto/bytes";
import { identityLeaf, leafHash, treeHash } from "../../src/wire/tlog";
import { openAbout } from "../../src/wire/about";
import { openEnvelope, readEnvelope, verifyEnvelope } from "../../src/wire/envelope";
import {
  type EpochRecord,
  openEpochKey,
  openHistoryKey,
  readUpload,
  verifyRecord,
} from "../../src/wire/epoch";
import { fromUuid } from "../../src/crypto/bytes";
import { checkFollows, type IdentityEntry, readEntry } from "../../src/wire/identity";
import { after, START } from "../../src/wire/transcript";
import { openVault, readVault } from "../../src/wire/vault";
import { encodeContents } from "../../src/wire/vaultContents";
import { openWrap, readWrap } from "../../src/wire/vaultWrap";
import { named } from "../people";
import { h, load } from "../vectors";

const NAMES = new Map(load("keys").map((row) => [row.user, row.name]));

describe("what Python wrote", () => {
  it("reads as an identity chain, with its leaves", async () => {
    const { entries, tree_hashes } = load("identity");
    let before: IdentityEntry | undefined;
    const hashes = [];
    for (const v of entries) {
      const entry = await readEntry(h(v.entry));
      await checkFollows(entry, before);
      expect([entry.user, entry.number, entry.madeAt]).toEqual([v.user, v.number, v.made_at]);
      expect(entry.kind).toBe(["first", "successor", "reset"][v.kind - 1]);
      expect([toHex(entry.hash), toHex(entry.previous)]).toEqual([v.hash, v.previous]);
      expect(toHex(entry.keys.fingerprint)).toBe(v.fingerprint);
      const leaf = await identityLeaf(fromUuid(entry.user), entry.number, entry.hash);
      expect(toHex(leaf)).toBe(v.leaf);
      hashes.push(await leafHash(leaf));
      before = entry;
    }
    for (const [count, expected] of tree_hashes.entries()) {
      expect(toHex(await treeHash(hashes.slice(0, count)))).toBe(expected);
    }
  });

  it("opens as a vault, by each of its wraps", async () => {
    const v = load("vault");
    const vault = readVault(h(v.vault));
    expect([vault.user, vault.number]).toEqual([v.user, v.number]);
    expect(toHex(encodeContents(await openVault(vault, h(v.key))))).toBe(v.contents);
    for (const row of v.wraps) {
      const wrap = readWrap(h(row.wrap));
      expect(toHex(await openWrap(wrap, h(row.wrap_key)))).toBe(v.key);
    }
  });

  it("opens as a thread of two epochs and three envelopes", async () => {
    const v = load("thread");
    const anna = await named("anna");
    const keys = new Map<number, { record: EpochRecord; key: string }>();
    for (const row of v.epochs) {
      const { record, wraps } = await readUpload(h(row.upload));
      await verifyRecord(record, anna.identity.publicKeys);
      expect([toHex(record.raw), toHex(record.hash)]).toEqual([row.record, row.hash]);
      expect(record.tbs.start.seq).toBe(row.start_seq);
      expect(record.tbs.roster.map((one) => [one.member, toHex(one.fingerprint), one.expires])).toEqual(
        row.roster.map(([member, fingerprint, , expires]) => [member, fingerprint, expires]),
      );
      for (const [at, one] of record.tbs.roster.entries()) {
        const member = await named(NAMES.get(one.member) ?? "");
        const wrap = wraps[at] ?? new Uint8Array();
        expect(toHex(await openEpochKey(record, one.member, member.identity, wrap))).toBe(row.key);
      }
      expect((await openAbout(record.tbs, h(row.key))).title).toBe(row.title);
      keys.set(row.number, { record, key: row.key });
    }
    const earlier = keys.get(v.history.epoch);
    if (earlier === undefined) throw new Error("no such epoch");
    const reader = await named(v.history.recipient);
    const history = await openHistoryKey(
      earlier.record,
      reader.identity.publicKeys.fingerprint,
      reader.identity,
      h(v.history.wrap),
    );
    expect(toHex(history)).toBe(earlier.key);

    let head = START;
    for (const row of v.envelopes) {
      const envelope = await readEnvelope(h(row.envelope));
      const sender = await named(row.sender);
      await verifyEnvelope(envelope, sender.identity.publicKeys);
      const epoch = keys.get(row.epoch);
      expect(toHex(envelope.header.epoch)).toBe(toHex(epoch?.record.hash ?? new Uint8Array()));
      expect(envelope.header.seen).toEqual(head);
      const body = await openEnvelope(envelope, h(epoch?.key ?? ""));
      if (body.kind !== "text") throw new Error("not a text");
      expect(body.text).toBe(row.text);
      expect(body.replyTo === undefined ? null : toHex(body.replyTo)).toBe(row.reply_to);
      expect(body.mentions ?? []).toEqual(row.mentions);
      head = await after(head, envelope.hash);
      expect([head.seq, toHex(head.t), toHex(envelope.hash)]).toEqual([row.seq, row.t, row.hash]);
    }
  });
});

import { describe, expect, it } from "vitest";

import { fromHex, toHex } from "../../src/crypto/bytes";
import { Identity } from "../../src/crypto/identity";
import { type Body, decodeBody, encodeBody, type PreviewType } from "../../src/wire/body";
import { draftKey, openDraft, sealDraft } from "../../src/wire/draft";
import {
  decodeChallenge,
  encodeChallenge,
  guestSeeds,
  signChallenge,
  verifyChallenge,
} from "../../src/wire/guest";
import { decodeGrant, encodeGrant } from "../../src/wire/history";
import { refusal } from "../people";
import { h, load } from "../vectors";

const PREVIEWS: readonly PreviewType[] = ["image/webp", "image/jpeg", "image/png"];

/** A body as Python writes it down: snake case, hex, null for what is absent. */
function described(body: Body): unknown {
  const mentions = "mentions" in body ? body.mentions ?? [] : [];
  const reply = "replyTo" in body ? toHex(body.replyTo) : null;
  switch (body.kind) {
    case "text":
      return { kind: body.kind, text: body.text, reply_to: reply, mentions };
    case "edit":
      return { kind: body.kind, target: toHex(body.target), text: body.text, mentions };
    case "deletion":
      return { kind: body.kind, target: toHex(body.target) };
    case "reaction":
      return {
        kind: body.kind,
        target: toHex(body.target),
        emoji: body.emoji,
        is_set: body.isSet,
      };
    case "receipt":
      return { kind: body.kind, read: { seq: body.read.seq, t: toHex(body.read.t) } };
    case "pin":
      return { kind: body.kind, target: toHex(body.target), is_set: body.isSet };
    case "file": {
      const { preview } = body;
      return {
        kind: body.kind,
        blob: body.blob,
        key: toHex(body.key),
        name: body.name,
        media_type: body.mediaType,
        size: body.size,
        sha256: toHex(body.sha256),
        preview:
          preview === undefined
            ? null
            : {
                type: PREVIEWS.indexOf(preview.type) + 1,
                width: preview.width,
                height: preview.height,
                data: toHex(preview.data),
              },
        text: body.text ?? null,
        reply_to: reply,
        mentions,
      };
    }
    case "typing":
      return { kind: body.kind, is_typing: body.isTyping };
    case "introduction":
      return { kind: body.kind, name: body.name };
  }
}

describe("what Python wrote", () => {
  it("reads as bodies, and is written the same", () => {
    for (const { hex, ...row } of load("bodies").bodies) {
      const body = decodeBody(h(hex));
      expect(described(body)).toEqual(row);
      expect(toHex(encodeBody(body))).toBe(hex);
    }
  });

  it.each(load("bodies").refused)("is refused: $why", async ({ hex }) => {
    expect(await refusal(() => decodeBody(h(hex)))).toMatch(/malformed|unsupported/);
  });

  it("reads as history for a joiner", async () => {
    const v = load("grant");
    const grant = decodeGrant(h(v.grant));
    expect([grant.thread, grant.member, toHex(grant.fingerprint)]).toEqual([
      v.thread,
      v.member,
      v.fingerprint,
    ]);
    for (const [number, wrap] of grant.wraps) expect(toHex(wrap)).toBe(v.wraps[String(number)]);
    expect(toHex(encodeGrant(grant))).toBe(v.grant);
    expect(await refusal(() => encodeGrant({ ...grant, wraps: new Map() }))).toBe("malformed");
  });

  it("is a guest's link, with and without a code", { timeout: 30_000 }, async () => {
    for (const row of load("guests").links) {
      const seeds = await guestSeeds(h(row.fragment), row.code);
      expect([seeds.ed25519, seeds.mldsa, seeds.xwing].map(toHex)).toEqual(row.seeds);
      const identity = await Identity.fromSeeds(seeds);
      expect(toHex(identity.publicKeys.fingerprint)).toBe(row.fingerprint);
    }
    expect(await refusal(() => guestSeeds(new Uint8Array(31)))).toBe("malformed");
  });

  it("is a guest's challenge, which only the link's keys answer", { timeout: 30_000 }, async () => {
    const v = load("guests");
    const [plain, coded] = await Promise.all(
      v.links.slice(0, 2).map(async (row) => Identity.fromSeeds(await guestSeeds(h(row.fragment), row.code))),
    );
    if (plain === undefined || coded === undefined) throw new Error("no links");
    const challenge = decodeChallenge(h(v.challenge));
    expect([challenge.origin, toHex(challenge.nonce)]).toEqual([v.origin, v.nonce]);
    await verifyChallenge(challenge, plain.publicKeys, h(v.signature));
    expect(toHex(await signChallenge(challenge, plain))).toBe(v.signature);
    expect(toHex(encodeChallenge(challenge))).toBe(v.challenge);
    const elsewhere = { ...challenge, origin: "https://evil.example" };
    const refusedBy = (one: typeof challenge, keys = plain.publicKeys): Promise<string> =>
      refusal(() => verifyChallenge(one, keys, h(v.signature)));
    expect(await refusedBy(elsewhere)).toBe("signature");
    expect(await refusedBy(challenge, coded.publicKeys)).toBe("signature");
  });

  it("is a draft, which opens in its place only", async () => {
    const v = load("draft");
    const key = await draftKey(h(v.xwing_seed));
    expect(toHex(key)).toBe(v.key);
    const place = { user: v.user, thread: v.thread, number: v.number };
    const draft = await openDraft(key, place, h(v.box));
    expect([draft.text, draft.writtenAt]).toEqual([v.text, v.written_at]);
    expect(draft.replyTo === undefined ? null : toHex(draft.replyTo)).toBe(v.reply_to);
    const later = { ...place, number: v.number + 1 };
    expect(await refusal(() => openDraft(key, later, h(v.box)))).toBe("commitment");
    const mine = await sealDraft(key, later, { text: "", writtenAt: 1, edits: fromHex("ab".repeat(32)) });
    expect((await openDraft(key, later, mine)).text).toBe("");
  });
});

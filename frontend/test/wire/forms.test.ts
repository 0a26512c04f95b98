/** The bytes of forms: what Python made is read here too, and whatever is not exactly that is refused. */

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

import { type Bytes, concat, equal, fromUuid, toHex, utf8 } from "../../src/crypto/bytes";
import { decode, encode, fields, type Value } from "../../src/crypto/cbor";
import { ed25519Verifier, ed25519Verify } from "../../src/crypto/ed25519";
import { labelled } from "../../src/crypto/identity";
import { SIGN_RETURN } from "../../src/crypto/labels";
import { type XwingKey } from "../../src/crypto/pq";
import { type CaseNote, makeNote, openNote, readNote, verifyNote } from "../../src/wire/caseNote";
import {
  type DialogueItem,
  encodeDialogueBody,
  makeMessage,
  makeReply,
  openDialogueByForm,
  openDialogueByReply,
  readDialogue,
  readDialogueBody,
  verifyDialogue,
} from "../../src/wire/dialogue";
import { type EpochRecord, readRecord } from "../../src/wire/epoch";
import { type FormKey, formKeyPair, makeFormKey, readFormKey, verifyFormKey } from "../../src/wire/formKey";
import { type FormVersion, readVersion, signVersion, verifyVersion } from "../../src/wire/formVersion";
import {
  checkDigit,
  encodeReturnChallenge,
  formatReturnCode,
  newReturnCode,
  parseReturnCode,
  type ReturnSecrets,
  returnSecrets,
  signReturnChallenge,
} from "../../src/wire/returnCode";
import {
  encodeAnswers,
  makeSubmission,
  openByForm,
  openByReply,
  readAnswers,
  readSubmission,
  type SealedAnswers,
  type Submission,
  verifySubmission,
} from "../../src/wire/submission";
import { named, newUuid, NOW, type Person, refusal } from "../people";
import { type FileVector, h, load } from "../vectors";

const V = load("forms");
const DEFINITION = utf8(V.version.definition);
const OPEN = utf8(V.submission.open_answers);
const ZERO = new Uint8Array(32);
let people: Readonly<Record<"anna" | "boris" | "chidi" | "guest", Person>>;
let record: EpochRecord;
let formKey: FormKey;
let pair: XwingKey;
let version: FormVersion;
let submission: Submission;
let other: Submission;
let items: readonly DialogueItem[];
let note: CaseNote;
let secrets: ReturnSecrets;
let stranger: ReturnSecrets;

function described(files: SealedAnswers["files"]): FileVector[] {
  return files.map((file) => ({ ...file, key: toHex(file.key), sha256: toHex(file.sha256) }));
}

beforeAll(async () => {
  const [anna, boris, chidi, guest] = await Promise.all(["anna", "boris", "chidi", "guest"].map(named));
  if (anna === undefined || boris === undefined || chidi === undefined || guest === undefined) throw new Error("nobody");
  people = { anna, boris, chidi, guest };
  record = await readRecord(h(V.epoch.record));
  formKey = readFormKey(h(V.form_key.raw));
  pair = await formKeyPair(h(V.epoch.key));
  version = await readVersion(h(V.version.raw));
  submission = await readSubmission(h(V.submission.raw));
  items = await Promise.all(V.dialogue.map((row) => readDialogue(h(row.raw))));
  note = readNote(h(V.note.raw));
  secrets = await returnSecrets(V.codes[0]?.code ?? "", V.workspace);
  stranger = await returnSecrets(V.codes[1]?.code ?? "", V.workspace);
  other = await makeSubmission({
    formKey,
    versionHash: version.hash,
    secrets: stranger,
    answers: { answers: "{}", language: "en", files: [] },
    openAnswers: OPEN,
  });
});

describe("what Python made", () => {
  it("is the form key of its epoch", async () => {
    await verifyFormKey(formKey, record, people.anna.identity.publicKeys);
    expect(toHex(formKey.xwing)).toBe(V.form_key.xwing);
    expect(pair.publicKey).toEqual(formKey.xwing);
    expect(formKey.thread).toBe(V.thread);
  });

  it("is a version that speaks of its definition", async () => {
    await verifyVersion(version, record, people.boris.identity.publicKeys, DEFINITION);
    expect([version.number, version.madeAt, toHex(version.hash)]).toEqual([1, V.version.made_at, V.version.hash]);
  });

  it("is a submission that opens for the readers and for its sender", async () => {
    await verifySubmission(submission, OPEN);
    expect(toHex(submission.hash)).toBe(V.submission.hash);
    for (const opened of [await openByForm(submission, pair), await openByReply(submission, secrets)]) {
      expect([opened.answers, opened.language]).toEqual([V.submission.answers, V.submission.language]);
      expect(described(opened.files)).toEqual(V.submission.files);
      expect(toHex(encodeAnswers(opened))).toBe(V.submission.plain);
    }
  });

  it("is a dialogue that both sides read", async () => {
    let previous = submission.hash;
    for (const [at, row] of V.dialogue.entries()) {
      const item = items[at];
      if (item === undefined) throw new Error("no item");
      const sender = row.sender === "" ? undefined : people.anna.identity.publicKeys;
      await verifyDialogue(item, { submission, number: row.number, previous }, sender);
      for (const body of [await openDialogueByForm(item, pair), await openDialogueByReply(item, secrets)]) {
        expect([body.text, body.madeAt]).toEqual([row.text, row.made_at]);
        expect(described(body.files)).toEqual(row.files);
        expect(toHex(encodeDialogueBody(body))).toBe(row.plain);
      }
      expect(toHex(item.hash)).toBe(row.hash);
      previous = item.hash;
    }
  });

  it("is a note that the readers read", async () => {
    await verifyNote(note, submission, people.boris.identity.publicKeys);
    expect(await openNote(note, pair)).toBe(V.note.text);
    // Whoever sent the answers has no key to what is said about them.
    expect(await refusal(() => openNote(note, secrets.reply))).toBe("unsealed");
  });

  it("is a challenge that this side answers with the same bytes", async () => {
    const { nonce, origin } = V.challenge;
    const challenge = { workspace: V.workspace, lookup: secrets.lookup, nonce: h(nonce), origin };
    expect(toHex(encodeReturnChallenge(challenge))).toBe(V.challenge.bytes);
    expect(toHex(await signReturnChallenge(challenge, secrets))).toBe(V.challenge.signature);
    const key = await ed25519Verifier(submission.signingKey);
    const signed = labelled(SIGN_RETURN, h(V.challenge.bytes));
    expect(await ed25519Verify(key, signed, h(V.challenge.signature))).toBe(true);
    for (const bad of [{ nonce: ZERO.subarray(1) }, { lookup: ZERO }, { origin: "" }, { origin: "x".repeat(301) }]) {
      expect(await refusal(() => encodeReturnChallenge({ ...challenge, ...bad }))).toBe("malformed");
    }
  });
});

describe("a return code", () => {
  it("gives the same keys as in Python, other ones in another workspace", async () => {
    for (const row of V.codes) {
      const found = await returnSecrets(row.shown, V.workspace);
      expect(formatReturnCode(row.code)).toBe(row.shown);
      expect(toHex(found.lookup)).toBe(row.lookup);
      expect(toHex(found.signing.publicKey)).toBe(row.signing_key);
      expect(toHex(found.reply.publicKey)).toBe(row.reply_key);
      expect(toHex((await returnSecrets(row.code, newUuid())).lookup)).not.toBe(row.lookup);
    }
  });

  it("is read however it is typed, and never with a mistake", async () => {
    for (const row of V.typed) expect(parseReturnCode(row.typed)).toBe(row.code);
    for (const typed of V.mistyped) expect(await refusal(() => parseReturnCode(typed))).toBe("malformed");
  });

  it("is read in the digits of every script", () => {
    const code = V.codes[0]?.code ?? "";
    const digits = [...Array(0x110000).keys()].map((at) => String.fromCodePoint(at)).filter((one) => /^\p{Nd}$/u.test(one));
    expect(digits.length).toBeGreaterThan(600);
    expect(digits.length % 10).toBe(0);
    for (let row = 0; row < digits.length; row += 10) {
      expect(parseReturnCode(Array.from(code, (digit) => digits[row + Number(digit)]).join(""))).toBe(code);
    }
  });

  it("shows every wrong digit and every swap of neighbours", () => {
    const wrong = (typed: string): boolean => checkDigit(typed) !== "0";
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 25, maxLength: 25 }), (numbers) => {
        const digits = numbers.join("");
        const code = digits + checkDigit(digits);
        expect(parseReturnCode(code)).toBe(code);
        for (const [at, right] of Array.from(code).entries()) {
          for (const digit of "0123456789") {
            if (digit !== right) expect(wrong(code.slice(0, at) + digit + code.slice(at + 1))).toBe(true);
          }
          const next = code[at + 1];
          if (next !== undefined && next !== right) {
            expect(wrong(code.slice(0, at) + next + right + code.slice(at + 2))).toBe(true);
          }
        }
      }),
    );
  });

  it("is new each time", () => {
    const codes = new Set(Array.from({ length: 200 }, () => newReturnCode()));
    expect(codes.size).toBe(200);
    for (const code of codes) expect(parseReturnCode(code)).toBe(code);
  });
});

describe("what this side makes", () => {
  it("comes back as it went in", async () => {
    const key = readFormKey(await makeFormKey(record, h(V.epoch.key), people.anna.identity));
    await verifyFormKey(key, record, people.anna.identity.publicKeys);
    expect(key.tbs).toEqual(formKey.tbs);
    const { files } = await openByForm(submission, pair);
    const answers = { answers: '{"q2":"x"}', language: "en", files };
    const plan = { formKey, versionHash: version.hash, secrets, answers, openAnswers: OPEN };
    const made = await makeSubmission(plan);
    await verifySubmission(made, OPEN);
    expect(await openByForm(made, pair)).toEqual(answers);
    expect(await openByReply(made, secrets)).toEqual(answers);

    const place = { formKey, submission: made, number: 1, previous: made.hash };
    const body = { text: "Since when?", files: files.slice(0, 1), madeAt: NOW };
    const reply = await makeReply(place, people.boris.id, people.boris.identity, body);
    await verifyDialogue(reply, place, people.boris.identity.publicKeys);
    const second = { ...place, number: 2, previous: reply.hash };
    const message = await makeMessage(second, secrets, body);
    await verifyDialogue(message, second, undefined);
    for (const item of [reply, message]) {
      expect(await openDialogueByForm(item, pair)).toEqual(body);
      expect(await openDialogueByReply(item, secrets)).toEqual(body);
    }
    const member = people.anna.id;
    const own = await makeNote({ formKey, submission: made, member, text: "Urgent", madeAt: NOW }, people.anna.identity);
    await verifyNote(own, made, people.anna.identity.publicKeys);
    expect(await openNote(own, pair)).toBe("Urgent");
  });

  it("stays within the limits", async () => {
    const sealed = (length: number): SealedAnswers => ({ answers: "x".repeat(length), language: "en", files: [] });
    expect(await refusal(() => encodeAnswers(sealed(256 * 1024)))).toBe("too-large");
    const answers = sealed(256 * 1024 - 20);
    const plan = { formKey, versionHash: version.hash, secrets, answers, openAnswers: OPEN };
    expect(await openByForm(await makeSubmission(plan), pair)).toEqual(answers);
    const file = (await openByForm(submission, pair)).files[0];
    if (file === undefined) throw new Error("no file");
    for (const bad of [{ size: 20 * 1024 * 1024 + 1 }, { name: "" }, { key: ZERO.subarray(1) }]) {
      const files = [{ ...file, ...bad }];
      expect(await refusal(() => encodeAnswers({ ...sealed(2), files }))).toBe("malformed");
    }
    const twice = { ...plan, answers: { ...sealed(2), files: [file, file] } };
    expect(await refusal(() => makeSubmission(twice))).toBe("malformed");
    for (const text of ["", "é".repeat(10_001)]) {
      expect(await refusal(() => encodeDialogueBody({ text, files: [], madeAt: NOW }))).toBe("malformed");
    }
    const place = { formKey, submission, number: 1, previous: submission.hash };
    const body = { text: "x", files: [], madeAt: NOW };
    expect(await refusal(() => makeMessage(place, stranger, body))).toBe("signature");
  });
});

describe("what is refused", () => {
  it("a form key by others than the epoch's author, or spoilt", async () => {
    const { anna, boris } = people;
    expect(await refusal(() => verifyFormKey(formKey, record, boris.identity.publicKeys))).toBe("signature");
    const forged = readFormKey(await makeFormKey(record, h(V.epoch.key), boris.identity));
    expect(await refusal(() => verifyFormKey(forged, record, boris.identity.publicKeys))).toBe("chain");
    for (const bad of [{ thread: newUuid() }, { epoch: { number: 2, hash: record.hash } }]) {
      expect(await refusal(() => verifyFormKey({ ...formKey, ...bad }, record, anna.identity.publicKeys))).toBe("chain");
    }
    for (const which of [0, 1]) {
      const bad = readFormKey(spoiltPair(formKey.raw, which));
      expect(await refusal(() => verifyFormKey(bad, record, anna.identity.publicKeys))).toBe("signature");
    }
    const weak = concat(formKey.xwing.subarray(0, 1184), ZERO);
    for (const xwing of [new Uint8Array(1216), formKey.xwing.subarray(1), weak]) {
      expect(await refusal(() => readFormKey(changed(formKey.raw, 5, xwing)))).toBe("malformed");
    }
  });

  it("a version by an observer, by a stranger, in another's name, or of another definition", async () => {
    const { anna, boris, chidi, guest } = people;
    const sign = async (member: Person, by = member): Promise<FormVersion> =>
      readVersion(await signVersion({ record, number: 2, definition: DEFINITION, member: member.id, madeAt: NOW }, by.identity));
    const verify = (one: FormVersion, by: Person, definition = DEFINITION): Promise<unknown> =>
      refusal(() => verifyVersion(one, record, by.identity.publicKeys, definition));
    expect(await verify(await sign(chidi), chidi)).toBe("chain");
    expect(await verify(await sign(guest), guest)).toBe("chain");
    expect(await verify(await sign(boris, guest), guest)).toBe("chain");
    expect(await verify(version, anna)).toBe("signature");
    expect(await verify(version, boris, concat(DEFINITION, utf8(" ")))).toBe("chain");
    expect(await verify({ ...version, epoch: { number: 1, hash: ZERO } }, boris)).toBe("chain");
    for (const which of [0, 1]) expect(await verify(await readVersion(spoiltPair(version.raw, which)), boris)).toBe("signature");
  });

  it("other open answers, another signature, and every exchanged part of a submission", async () => {
    expect(await refusal(() => verifySubmission(submission, concat(OPEN, utf8(" "))))).toBe("chain");
    const signature = new Uint8Array(64);
    expect(await refusal(() => verifySubmission({ ...submission, signature }, OPEN))).toBe("signature");
    expect(await refusal(() => openByForm(submission, secrets.reply))).toBe("unsealed");
    expect(await refusal(() => openByReply(submission, stranger))).toBe("unsealed");
    const exchanged: readonly Partial<Submission>[] = [
      { thread: newUuid() },
      { versionHash: ZERO },
      { epoch: { number: 2, hash: record.hash } },
      { epoch: { number: 1, hash: ZERO } },
      { signingKey: stranger.signing.publicKey },
      { openHash: ZERO },
      { blobs: submission.blobs.slice(1) },
      { box: flipped(submission.box) },
      { box: other.box },
      { toForm: submission.toReply, toReply: submission.toForm },
    ];
    for (const one of exchanged) {
      const bad = { ...submission, ...one };
      await refusal(() => openByForm(bad, pair));
      await refusal(() => openByReply(bad, secrets));
    }
    // All that is secret of one record in another one, as a thief would sign it in their own name.
    const stolen = { ...other, box: submission.box, toForm: submission.toForm };
    expect(await refusal(() => openByForm(stolen, pair))).toBe("commitment");
  });

  it("an item of a dialogue out of its place, of the other side, or changed", async () => {
    const [first, second, third] = items;
    if (first === undefined || second === undefined || third === undefined) throw new Error("no items");
    const { anna, boris } = people;
    const verify = (item: DialogueItem, number: number, previous: Bytes, by?: Person, of = submission): Promise<unknown> =>
      refusal(() => verifyDialogue(item, { submission: of, number, previous }, by?.identity.publicKeys));
    expect(await verify(first, 1, other.hash, anna, other)).toBe("chain");
    expect(await verify(third, 1, submission.hash, anna)).toBe("chain");
    expect(await verify(first, 2, submission.hash, anna)).toBe("chain");
    expect(await verify(third, 3, first.hash, anna)).toBe("chain");
    expect(await verify(first, 1, submission.hash)).toBe("signature");
    expect(await verify(first, 1, submission.hash, boris)).toBe("signature");
    expect(await verify(second, 2, first.hash, anna)).toBe("signature");
    expect(await verify({ ...first, sender: undefined }, 1, submission.hash)).toBe("signature");
    expect(await verify({ ...second, signature: new Uint8Array(64) }, 2, first.hash)).toBe("signature");
    const asAnna = { ...second, sender: first.sender };
    expect(await verify(asAnna, 2, first.hash, anna)).toBe("signature");
    const exchanged: readonly Partial<DialogueItem>[] = [
      { thread: newUuid() },
      { submission: ZERO },
      { number: 2 },
      { previous: ZERO },
      { sender: undefined },
      { epoch: { number: 2, hash: record.hash } },
      { box: second.box },
      { toForm: second.toForm, toReply: second.toReply },
      { blobs: second.blobs },
    ];
    for (const one of exchanged) {
      await refusal(() => openDialogueByForm({ ...first, ...one }, pair));
      await refusal(() => openDialogueByReply({ ...first, ...one }, secrets));
    }
    expect(await refusal(() => openDialogueByReply(first, stranger))).toBe("unsealed");
  });

  it("a note on another case, by another author, or changed", async () => {
    const { anna, boris } = people;
    expect(await refusal(() => verifyNote(note, other, boris.identity.publicKeys))).toBe("chain");
    expect(await refusal(() => verifyNote(note, submission, anna.identity.publicKeys))).toBe("signature");
    const signature = new Uint8Array(64);
    expect(await refusal(() => verifyNote({ ...note, signature }, submission, boris.identity.publicKeys))).toBe("signature");
    const author = { member: anna.id, fingerprint: note.author.fingerprint };
    for (const one of [{ madeAt: note.madeAt + 1 }, { submission: ZERO }, { author }, { box: flipped(note.box) }]) {
      await refusal(() => openNote({ ...note, ...one }, pair));
    }
  });

  it("files out of order or named twice", async () => {
    const [one, two] = submission.blobs.map(fromUuid);
    if (one === undefined || two === undefined) throw new Error("no files");
    for (const blobs of [[two, one], [one, one], [one, two.subarray(1)], Array<Bytes>(21).fill(one)]) {
      expect(await refusal(() => readSubmission(changed(submission.raw, 11, blobs)))).toBe("malformed");
    }
  });

  it("whatever is cut, extended, or has a field missing, added, or of another shape", async () => {
    const readers: readonly (readonly [string, (data: Bytes) => unknown])[] = [
      [V.form_key.raw, readFormKey],
      [V.version.raw, readVersion],
      [V.submission.raw, readSubmission],
      [V.submission.plain, readAnswers],
      ...V.dialogue.map((row) => [row.raw, readDialogue] as const),
      [V.dialogue[1]?.plain ?? "", readDialogueBody],
      [V.note.raw, readNote],
    ];
    for (const [hex, read] of readers) {
      const raw = h(hex);
      for (const at of [0, 1, raw.length >> 1, raw.length - 1]) await refusal(() => read(raw.subarray(0, at)));
      await refusal(() => read(concat(raw, Uint8Array.of(0))));
      const outer = mapOf(raw);
      for (const bad of spoilt(outer)) await refusal(() => read(encode(bad)));
      const inner = outer.get(2);
      if (!(inner instanceof Uint8Array)) continue;
      for (const bad of spoilt(mapOf(inner))) await refusal(() => read(encode(new Map([...outer, [2, encode(bad)]]))));
    }
  });
});

type ValueMap = ReadonlyMap<number, Value>;

function mapOf(data: Bytes): ValueMap {
  const value = decode(data, 400_000);
  if (!(value instanceof Map)) throw new Error("not a map");
  return value as ValueMap;
}

function* spoilt(value: ValueMap): Generator<ValueMap> {
  for (const [key, one] of value) {
    yield new Map([...value].filter(([name]) => name !== key));
    for (const bad of [true, fields({ 0: 0 }), ...shapes(one, key)]) yield new Map([...value, [key, bad]]);
  }
  yield new Map([...value, [12, ZERO]]);
}

function shapes(one: Value, key: number): readonly Value[] {
  if (typeof one === "number" && key < 2) return [one + 1];
  if (!(one instanceof Uint8Array)) return [];
  const fixed = [16, 32, 64, 1168, 1216].includes(one.length);
  return [new Uint8Array(), ...(fixed ? [one.subarray(1), concat(one, Uint8Array.of(0))] : [])];
}

/** The signed object with another value in a field of what is signed. */
function changed(raw: Bytes, field: number, value: Value): Bytes {
  const outer = mapOf(raw);
  const inner = outer.get(2);
  if (!(inner instanceof Uint8Array)) throw new Error("nothing signed");
  return encode(new Map([...outer, [2, encode(new Map([...mapOf(inner), [field, value]]))]]));
}

function spoiltPair(raw: Bytes, which: number): Bytes {
  const outer = mapOf(raw);
  const signatures = outer.get(3) as readonly Bytes[];
  return encode(new Map([...outer, [3, signatures.map((one, at) => (at === which ? flipped(one) : one))]]));
}

function flipped(data: Bytes): Bytes {
  const bad = data.slice();
  bad[0] = (bad[0] ?? 0) ^ 1;
  if (equal(bad, data)) throw new Error("the same");
  return bad;
}

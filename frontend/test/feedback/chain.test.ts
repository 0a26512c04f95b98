/** Whoever answers checks everything back to their link: each way a server could cheat is refused. */

import { beforeAll, describe, expect, it } from "vitest";

import { type Bytes, utf8 } from "../../src/crypto/bytes";
import { followChain, type Shown } from "../../src/feedback/chain";
import { makeEpoch, type NewEpoch } from "../../src/wire/epochMaking";
import { formKeyPair, makeFormKey } from "../../src/wire/formKey";
import { signVersion } from "../../src/wire/formVersion";
import { makeEntry } from "../../src/wire/identity";
import { OPEN_POLICY, type RosterRow } from "../../src/wire/roster";
import { newReturnCode, returnSecrets } from "../../src/wire/returnCode";
import { makeSubmission, openByForm, openByReply, readSubmission, verifySubmission } from "../../src/wire/submission";
import { START } from "../../src/wire/transcript";
import { CHECKPOINT, newUuid, NOW, person, type Person, refusal, row } from "../people";

const THREAD = newUuid();
const DEFINITION = utf8('{"format":1}');
let anna: Person;
let boris: Person;
let mallory: Person;
let first: NewEpoch;
let second: NewEpoch;
let honest: Shown;

async function entry(of: Person): Promise<Bytes> {
  return makeEntry({ user: of.id, identity: of.identity, madeAt: NOW });
}

function epoch(author: Person, before: NewEpoch | undefined, rows: readonly RosterRow[], thread = THREAD): Promise<NewEpoch> {
  const keys = new Map([anna, boris, mallory].map((one) => [one.id, one.identity.publicKeys]));
  return makeEpoch({
    thread,
    before: before?.record,
    author: author.id,
    identity: author.identity,
    roster: rows,
    keys,
    policy: OPEN_POLICY,
    about: { title: "Form", pins: [] },
    start: START,
    madeAt: NOW,
    checkpoint: CHECKPOINT,
  });
}

function version(of: NewEpoch, by: Person, definition = DEFINITION, number = 1): Promise<Bytes> {
  return signVersion({ record: of.record, number, definition, member: by.id, madeAt: NOW }, by.identity);
}

beforeAll(async () => {
  [anna, boris, mallory] = [await person(), await person(), await person()];
  first = await epoch(anna, undefined, [row(anna, "owner"), row(boris)]);
  second = await epoch(anna, first, [row(anna, "owner")]);
  honest = {
    definition: DEFINITION,
    version: await version(first, boris),
    epochs: [first.record.raw, second.record.raw],
    people: [
      { user: anna.id, entries: [await entry(anna)] },
      { user: boris.id, entries: [await entry(boris)] },
      { user: mallory.id, entries: [await entry(mallory)] },
    ],
    formKey: await makeFormKey(second.record, second.key, anna.identity),
  };
});

function follow(changes: Partial<Shown> = {}): ReturnType<typeof followChain> {
  return followChain(first.record.hash, { ...honest, ...changes });
}

describe("the chain of a form", () => {
  it("leads from the link to the newest key and the version, also one signed by a reader who is out now", async () => {
    const chain = await follow();
    expect(chain.formKey.epoch.number).toBe(2);
    expect(chain.formKey.xwing).toEqual((await formKeyPair(second.key)).publicKey);
    expect(chain.version.number).toBe(1);
    const signer = { member: boris.id, fingerprint: boris.identity.publicKeys.fingerprint };
    expect(chain.keysOf(signer)).toBeDefined();
    expect(chain.keysOf({ member: mallory.id, fingerprint: mallory.identity.publicKeys.fingerprint })).toBeUndefined();
  });

  it("carries answers to the readers and back to whoever sent them", async () => {
    const { formKey, version: signed } = await follow();
    const secrets = await returnSecrets(newReturnCode(), newUuid());
    const answers = { answers: '{"q":"x"}', language: "ar", files: [] };
    const open = utf8("{}");
    const made = await makeSubmission({ formKey, versionHash: signed.hash, secrets, answers, openAnswers: open });
    const read = await readSubmission(made.raw);
    await verifySubmission(read, open);
    expect(await openByForm(read, await formKeyPair(second.key))).toEqual(answers);
    expect(await openByReply(read, secrets)).toEqual(answers);
    expect(await refusal(() => verifySubmission(read, utf8("{ }")))).toBe("chain");
    // The reader who was taken out has the key of the epoch before.
    const before = await formKeyPair(first.key);
    expect(await refusal(() => openByForm(read, before))).toBe("unsealed");
    const others = await returnSecrets(newReturnCode(), newUuid());
    expect(await refusal(() => openByReply(read, others))).toBe("unsealed");
  });

  it("refuses another form than the link's", async () => {
    const other = await epoch(mallory, undefined, [row(mallory, "owner")]);
    expect(await refusal(() => follow({ epochs: [other.record.raw] }))).toBe("chain");
    expect(await refusal(() => follow({ epochs: [] }))).toBe("chain");
  });

  it("refuses a reader whom the server has put in", async () => {
    const ghost = await epoch(mallory, first, [row(anna, "owner"), row(boris), row(mallory)]);
    const formKey = await makeFormKey(ghost.record, ghost.key, mallory.identity);
    expect(await refusal(() => follow({ epochs: [first.record.raw, ghost.record.raw], formKey }))).toBe("chain");
  });

  it("refuses a skipped, a repeated and a reordered epoch", async () => {
    expect(await refusal(() => follow({ epochs: [second.record.raw] }))).toBe("chain");
    expect(await refusal(() => follow({ epochs: [first.record.raw, first.record.raw] }))).toBe("chain");
    expect(await refusal(() => follow({ epochs: [second.record.raw, first.record.raw] }))).toBe("chain");
  });

  it("refuses the key of an earlier epoch, of another thread, and one by somebody else", async () => {
    const old = await makeFormKey(first.record, first.key, anna.identity);
    expect(await refusal(() => follow({ formKey: old }))).toBe("chain");
    const elsewhere = await epoch(anna, undefined, [row(anna, "owner")], newUuid());
    const foreign = await makeFormKey(elsewhere.record, elsewhere.key, anna.identity);
    expect(await refusal(() => follow({ formKey: foreign }))).toBe("chain");
    const forged = await makeFormKey(second.record, second.key, mallory.identity);
    expect(await refusal(() => follow({ formKey: forged }))).toBe("chain");
    const swapped = await makeFormKey(second.record, first.key, anna.identity);
    const bytes = swapped.slice();
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(await refusal(() => follow({ formKey: bytes }))).toBe("signature");
  });

  it("refuses a version by an outsider, by a reader of another epoch, and a definition that was changed", async () => {
    const outside = await version(first, mallory);
    expect(await refusal(() => follow({ version: outside }))).toBe("chain");
    // Boris is out of the second epoch.
    const late = await version(second, boris);
    expect(await refusal(() => follow({ version: late }))).toBe("chain");
    expect(await refusal(() => follow({ definition: utf8('{"format":2}') }))).toBe("chain");
    const bytes = honest.version.slice();
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(await refusal(() => follow({ version: bytes }))).toBe("signature");
  });

  it("refuses keys that nobody showed, and keys in another's name", async () => {
    expect(await refusal(() => follow({ people: honest.people.slice(1) }))).toBe("signature");
    const swapped = [{ user: anna.id, entries: [await entry(mallory)] }, ...honest.people.slice(1)];
    expect(await refusal(() => follow({ people: swapped }))).toBe("chain");
  });
});

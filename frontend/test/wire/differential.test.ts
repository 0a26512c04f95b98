/** What Python says of mutated bytes (tests/wire/differential.py), this side says too. */

import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { type Bytes, concat, fromHex, fromUuid, toHex, utf8 } from "../../src/crypto/bytes";
import { decode, encode } from "../../src/crypto/cbor";
import { WireError } from "../../src/crypto/error";
import { sha256 } from "../../src/crypto/hash";
import { unpad } from "../../src/crypto/padding";
import { parseCode } from "../../src/crypto/recovery";
import { readAbout } from "../../src/wire/about";
import { decodeBody, encodeBody } from "../../src/wire/body";
import { decodeDraft } from "../../src/wire/draft";
import { encodeHeader, readEnvelope, readHeader } from "../../src/wire/envelope";
import { encodeTbs, readRecord, readTbs, readUpload } from "../../src/wire/epoch";
import { decodeChallenge, encodeChallenge, readFragment } from "../../src/wire/guest";
import { decodeGrant, encodeGrant } from "../../src/wire/history";
import { readEntry } from "../../src/wire/identity";
import { readPublicKeys } from "../../src/wire/keys";
import { readLeaveNotice } from "../../src/wire/leaving";
import { encodeNote, readCheckpointText, readNote, readVerifier } from "../../src/wire/notes";
import { readIdentityLeaf } from "../../src/wire/tlog";
import { readVault } from "../../src/wire/vault";
import { decodeContents, encodeContents } from "../../src/wire/vaultContents";
import { readWrap } from "../../src/wire/vaultWrap";

const DASH = utf8("-");
const BAR = utf8("|");
const CODES = new Set(["malformed", "unsupported", "too-large", "chain", "signature", "commitment", "unsealed"]);

const readers: Readonly<Record<string, (data: Bytes) => Bytes | Promise<Bytes>>> = {
  cbor: (data) => encode(decode(data, 2 ** 20)),
  entry: async (data) => (await readEntry(data)).hash,
  record: async (data) => (await readRecord(data)).hash,
  upload: async (data) => (await readUpload(data)).record.hash,
  tbs: (data) => encodeTbs(readTbs(data)),
  about: (data) => {
    const { title, pins } = readAbout(data);
    return concat(utf8(title), BAR, ...pins);
  },
  envelope: async (data) => (await readEnvelope(data)).hash,
  header: (data) => encodeHeader(readHeader(data)),
  body: (data) => encodeBody(decodeBody(data)),
  draft: (data) => {
    const { text, writtenAt, replyTo, edits } = decodeDraft(data);
    return concat(utf8(text), BAR, utf8(String(writtenAt)), BAR, replyTo ?? DASH, BAR, edits ?? DASH);
  },
  grant: (data) => encodeGrant(decodeGrant(data)),
  leave: (data) => {
    const { thread, member, fingerprint, epoch, madeAt } = readLeaveNotice(data);
    return concat(fromUuid(thread), fromUuid(member), fingerprint, epoch, utf8(String(madeAt)));
  },
  challenge: (data) => encodeChallenge(decodeChallenge(data)),
  contents: (data) => encodeContents(decodeContents(data)),
  vault: (data) => utf8(String(readVault(data).number)),
  wrap: (data) => readWrap(data).id,
  padding: unpad,
  note: (data) => {
    const { text, signatures } = readNote(data);
    return encodeNote(text, signatures);
  },
  checkpoint: (data) => {
    const { origin, size, root } = readCheckpointText(read(data));
    return utf8(`${origin} ${size} ${toHex(root)}`);
  },
  verifier: async (data) => utf8((await readVerifier(read(data))).name),
  fragment: (data) => {
    const { secret, epoch } = readFragment(read(data));
    return concat(secret, epoch);
  },
  code: (data) => parseCode(read(data)),
  keys: async (data) => (await readPublicKeys(decode(data, 2 ** 20))).fingerprint,
  leaf: (data) => {
    const { userHash, number, entryHash } = readIdentityLeaf(data);
    return concat(userHash, utf8(String(number)), entryHash);
  },
};

function read(data: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new WireError("malformed", "not text");
  }
}

async function verdict(kind: string, data: Bytes): Promise<string> {
  try {
    const found = await readers[kind]?.(data);
    return found === undefined ? "no such kind" : `ok ${toHex(await sha256(found)).slice(0, 16)}`;
  } catch (error) {
    return error instanceof WireError ? error.code : `threw ${String(error)}`;
  }
}

/** Of several faults either may be named, but for a body: what is newer is shown otherwise than what is broken. */
function agree(kind: string, ours: string, theirs: string): boolean {
  const refused = [ours, theirs].every((one) => CODES.has(one));
  return ours === theirs || (refused && kind !== "body");
}

const file = process.env["DIFFERENTIAL"];

it.skipIf(file === undefined)("both say the same of the same bytes", { timeout: 3_600_000 }, async () => {
  const differ: string[] = [];
  for (const line of readFileSync(file ?? "", "utf-8").trimEnd().split("\n")) {
    const [kind = "", hex = "", theirs] = JSON.parse(line) as string[];
    const ours = await verdict(kind, fromHex(hex));
    if (!agree(kind, ours, theirs ?? "")) differ.push(`${kind} ${hex.slice(0, 600)}: Python ${theirs ?? ""}, here ${ours}`);
  }
  expect(differ).toEqual([]);
});

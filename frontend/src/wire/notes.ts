/**
 * Signed notes, checkpoints of the log and co-signatures of witnesses.
 *
 * C2SP signed-note, tlog-checkpoint and tlog-cosignature (cosignature/v1), with Ed25519 only. A note is
 * text whose signatures stand below an empty line; a checkpoint is a note that says which log, how many
 * leaves and which root; a co-signature adds when its witness saw that.
 */

import { type Bytes, concat, equal, toHex, utf8 } from "../crypto/bytes";
import { ed25519FromSeed, ed25519Verifier, ed25519Verify } from "../crypto/ed25519";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { HASH_SIZE } from "./tlog";

/** Bytes of a note with all its signatures. */
const LIMIT = 64 * 1024;
/** Bytes of a checkpoint with the log's own signature alone, as vaults and epoch records keep it. */
export const BARE_LIMIT = 2048;
const MAX_SIGNATURES = 100;
const NAME_LIMIT = 200;
const HEAD = "\u2014 ";

export type KeyKind = "log" | "witness";
const NUMBERS: Readonly<Record<KeyKind, number>> = { log: 1, witness: 4 };

/** One line below a note: who, the four bytes that name the key, and what the key made. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Bytes;
  readonly signature: Bytes;
}

/** `text` ends in a line feed and is what is signed. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A public key of a log or of a witness, with its name. */
export interface Verifier {
  readonly name: string;
  readonly kind: KeyKind;
  readonly public: Bytes;
  readonly keyId: Bytes;
}

/** What a log says of itself at one size. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** Raises WireError for what can't be the name of a key. */
export function checkName(name: string): void {
  if (name.length > NAME_LIMIT || !/^[!-*,-~]+$/.test(name)) {
    throw new WireError("malformed", "not the name of a key");
  }
}

export async function makeVerifier(name: string, kind: KeyKind, key: Bytes): Promise<Verifier> {
  checkName(name);
  if (key.length !== 32) throw new WireError("unsupported", "a key of another kind");
  const hash = await sha256(utf8(`${name}\n`), new Uint8Array([NUMBERS[kind]]), key);
  return { name, kind, public: key, keyId: hash.slice(0, 4) };
}

/** A key from its string `name+id+key`. Raises WireError. */
export async function readVerifier(text: string): Promise<Verifier> {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text);
  if (text.length > 2 * NAME_LIMIT || match === null) {
    throw new WireError("malformed", "not a verifier key");
  }
  const [, name = "", id = "", encoded = ""] = match;
  const key = fromBase64(encoded);
  if (key.length !== 33) throw new WireError("malformed", "not a verifier key");
  const kind = (["log", "witness"] as const).find((one) => NUMBERS[one] === key[0]);
  if (kind === undefined) throw new WireError("unsupported", "a key of another kind");
  const verifier = await makeVerifier(name, kind, key.slice(1));
  if (toHex(verifier.keyId) !== id) {
    throw new WireError("malformed", "a verifier key whose id does not fit");
  }
  return verifier;
}

/** The verifier's string. */
export function verifierText(verifier: Verifier): string {
  const key = concat(new Uint8Array([NUMBERS[verifier.kind]]), verifier.public);
  return `${verifier.name}+${toHex(verifier.keyId)}+${toBase64(key)}`;
}

/** The note as it travels. */
export function encodeNote(text: string, signatures: readonly NoteSignature[]): Bytes {
  const lines = signatures.map(
    ({ name, keyId, signature }) => `${HEAD}${name} ${toBase64(concat(keyId, signature))}\n`,
  );
  return utf8(`${text}\n${lines.join("")}`);
}

/** A note, its signatures not yet checked. Raises WireError. */
export function readNote(data: Bytes, limit = LIMIT): Note {
  if (data.length > limit) throw new WireError("too-large", `${data.length} bytes, at most ${limit}`);
  const all = decoded(data);
  if (data.some((byte) => byte < 0x20 && byte !== 0x0a)) {
    throw new WireError("malformed", "a note with control characters");
  }
  const at = all.lastIndexOf("\n\n");
  if (at < 0 || !all.endsWith("\n")) throw new WireError("malformed", "a note without signatures");
  const lines = all.slice(at + 2).split("\n").slice(0, -1);
  if (lines.length < 1 || lines.length > MAX_SIGNATURES) {
    throw new WireError("malformed", "a note with no signature, or too many");
  }
  const signatures = lines.map(signatureLine);
  const keys = new Set(signatures.map(({ name, keyId }) => `${name} ${toHex(keyId)}`));
  if (keys.size < signatures.length) {
    throw new WireError("malformed", "a note with two signatures by one key");
  }
  return { text: all.slice(0, at + 1), signatures };
}

/** Raises WireError("signature") unless `verifier` signed the note. */
export async function verifyNote(note: Note, verifier: Verifier): Promise<void> {
  if (verifier.kind !== "log") throw new WireError("unsupported", "a witness does not sign for a log");
  const line = lineOf(note, verifier);
  if (line === undefined) throw new WireError("signature", `${verifier.name} did not sign this`);
  await verify(verifier, utf8(note.text), line.signature);
}

/** The signed text of a checkpoint. */
export function checkpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
}

/** The checkpoint as a note with the log's own signature; only tests hold a log's seed. */
export async function signCheckpoint(checkpoint: Checkpoint, seed: Bytes): Promise<Bytes> {
  const key = await ed25519FromSeed(seed);
  const { name, keyId } = await makeVerifier(checkpoint.origin, "log", key.publicKey);
  const text = checkpointText(checkpoint);
  return encodeNote(text, [{ name, keyId, signature: await key.sign(utf8(text)) }]);
}

/** What the text of a checkpoint says. Extension lines are refused: our log has none. */
export function readCheckpointText(text: string): Checkpoint {
  const [origin = "", size = "", root = "", end, ...more] = text.split("\n");
  if (end !== "" || more.length > 0) throw new WireError("malformed", "not a checkpoint");
  checkName(origin);
  const digest = fromBase64(root);
  const count = Number(size);
  const spelled = /^(0|[1-9][0-9]{0,15})$/.test(size) && Number.isSafeInteger(count);
  if (!spelled || digest.length !== HASH_SIZE) throw new WireError("malformed", "not a checkpoint");
  return { origin, size: count, root: digest };
}

/** A checkpoint of the log with this key, its signature checked. Raises WireError. */
export async function readCheckpoint(
  data: Bytes,
  verifier: Verifier,
  limit = LIMIT,
): Promise<Checkpoint> {
  const note = readNote(data, limit);
  const checkpoint = readCheckpointText(note.text);
  if (checkpoint.origin !== verifier.name) {
    throw new WireError("chain", "a checkpoint of another log");
  }
  await verifyNote(note, verifier);
  return checkpoint;
}

/** The checkpoint with the log's own signature alone. Raises WireError. */
export function bare(data: Bytes, verifier: Verifier): Bytes {
  const note = readNote(data);
  const line = lineOf(note, verifier);
  return encodeNote(note.text, line === undefined ? [] : [line]);
}

/** When the witness saw the checkpoint, in seconds since 1970. Raises WireError. */
export async function verifyCosignature(
  text: string,
  line: NoteSignature,
  verifier: Verifier,
): Promise<number> {
  if (verifier.kind !== "witness") throw new WireError("unsupported", "not the key of a witness");
  const named = line.name === verifier.name && equal(line.keyId, verifier.keyId);
  if (!named || line.signature.length !== 72) {
    throw new WireError("signature", "not a co-signature of this witness");
  }
  const time = Number(new DataView(line.signature.buffer, line.signature.byteOffset).getBigUint64(0));
  if (time < 1 || !Number.isSafeInteger(time)) {
    throw new WireError("malformed", "a co-signature without a time");
  }
  await verify(verifier, utf8(`cosignature/v1\ntime ${time}\n${text}`), line.signature.slice(8));
  return time;
}

/** The line that names this key, not yet checked. */
export function lineOf(note: Note, verifier: Verifier): NoteSignature | undefined {
  return note.signatures.find(
    (line) => line.name === verifier.name && equal(line.keyId, verifier.keyId),
  );
}

function signatureLine(line: string): NoteSignature {
  const [name, encoded, ...more] = line.slice(HEAD.length).split(" ");
  if (!line.startsWith(HEAD) || name === undefined || encoded === undefined || more.length > 0) {
    throw new WireError("malformed", "a signature line of the wrong form");
  }
  checkName(name);
  const data = fromBase64(encoded);
  if (data.length < 5 || data.length > 8 * 1024) {
    throw new WireError("malformed", "a signature of the wrong size");
  }
  return { name, keyId: data.slice(0, 4), signature: data.slice(4) };
}

async function verify(verifier: Verifier, data: Bytes, signature: Bytes): Promise<void> {
  const key = await ed25519Verifier(verifier.public);
  if (!(await ed25519Verify(key, data, signature))) {
    throw new WireError("signature", `the signature of ${verifier.name} does not verify`);
  }
}

function decoded(data: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new WireError("malformed", "a note that is not UTF-8");
  }
}

/** Standard base64 with padding. */
export function toBase64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
}

/** The bytes of standard base64 with padding, in its one canonical spelling. Raises WireError. */
export function fromBase64(text: string): Bytes {
  let data: Bytes;
  try {
    data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new WireError("malformed", "not base64");
  }
  if (toBase64(data) !== text) throw new WireError("malformed", "base64 that is not canonical");
  return data;
}

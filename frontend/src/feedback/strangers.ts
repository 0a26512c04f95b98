/**
 * What a form's page and the way back ask the server for: no session, no cookie, nothing that says who asks.
 *
 * Every answer is checked for its shape; nothing of it is trusted yet (`chain.ts` does that).
 */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { decode, encode, type Value } from "../crypto/cbor";
import { ServerError } from "../keys/http";
import { array, bytes, text, uint, uuid } from "../wire/fields";

export const DEFINITION_LIMIT = 256 * 1024;
export const SUBMISSION_LIMIT = 320 * 1024;
export const OPEN_ANSWERS_LIMIT = 256 * 1024;
export const DIALOGUE_LIMIT = 64 * 1024;
/** Of a sealed chunk: 1 MiB and 16 bytes. */
export const CHUNK_LIMIT = 1024 * 1024 + 16;

const CBOR = "application/cbor";
const OCTETS = "application/octet-stream";
const ANSWER_LIMIT = 16 * 1024 * 1024;
const MAX_RECORD = 96 * 1024;
const MAX_ENTRY = 16 * 1024;
const MAX_SIGNED = 64 * 1024;
const MAX_EPOCHS = 10_000;
const MAX_DIALOGUE = 1_000;
const MAX_TEXT = 4_096;

export type FormState = "open" | "closed" | "full";
const STATES: readonly FormState[] = ["open", "closed", "full"];

/** One reader, or somebody who signed something: their identity entries, the oldest first. */
export interface Signer {
  readonly user: string;
  readonly entries: readonly Bytes[];
}

/** What a form's page begins with. */
export interface Opening {
  /** The exact bytes that the version's signature speaks of. */
  readonly definition: Bytes;
  readonly version: Bytes;
  /** Epoch records of the form's thread, from the first to the newest. */
  readonly epochs: readonly Bytes[];
  readonly people: readonly Signer[];
  /** Of the newest epoch. */
  readonly formKey: Bytes;
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly state: FormState;
  /** Milliseconds; 0: it stays open. */
  readonly closesAt: number;
}

/** Also what the team's endpoints answer with. Raises WireError. */
export function readOpening(value: Value | undefined): Opening {
  const row = array(value, 9);
  return {
    definition: bytes(row[0], 1, DEFINITION_LIMIT),
    version: bytes(row[1], 1, MAX_SIGNED),
    epochs: array(row[2], 1, MAX_EPOCHS).map((one) => bytes(one, 1, MAX_RECORD)),
    people: array(row[3], 0, MAX_EPOCHS).map(readSigner),
    formKey: bytes(row[4], 1, MAX_SIGNED),
    workspaceId: uuid(row[5]),
    workspaceName: text(row[6], 0, MAX_TEXT),
    state: STATES[uint(row[7], 0, 2)] ?? "closed",
    closesAt: uint(row[8]),
  };
}

function readSigner(value: Value | undefined): Signer {
  const [user, entries] = array(value, 2);
  return { user: uuid(user), entries: array(entries, 0, 1_000).map((one) => bytes(one, 1, MAX_ENTRY)) };
}

/** A file that was sent, and how many bytes it had before it was sealed. */
export interface SentFile {
  readonly blob: string;
  readonly size: number;
}

export function readSentFile(value: Value | undefined): SentFile {
  const [blob, size] = array(value, 2);
  return { blob: uuid(blob), size: uint(size) };
}

/** Room for one file: the token lets whoever holds it put its chunks, and hand it in. */
export interface Upload {
  readonly blob: string;
  readonly token: string;
}

function readUpload(value: Value | undefined): Upload {
  const [blob, token] = array(value, 2);
  return { blob: uuid(blob), token: text(token, 0, 200) };
}

/** A challenge in ALTCHA's shape, as `solveChallenge` of altcha-lib takes it. */
export interface Challenge {
  readonly algorithm: "SHA-256";
  readonly challenge: string;
  readonly maxnumber: number;
  readonly salt: string;
  readonly signature: string;
}

/** What solves a challenge, as JSON text in Base64: ALTCHA's payload. */
export function proofOf(challenge: Challenge, number: number): string {
  const { algorithm, challenge: hash, salt, signature } = challenge;
  return btoa(JSON.stringify({ algorithm, challenge: hash, number, salt, signature }));
}

interface Asked {
  readonly method?: "GET" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Bytes | undefined;
  readonly kind?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Raises ServerError for a refusal, whose sentence is for the person; TypeError without a connection. */
async function ask(address: string, asked: Asked = {}): Promise<Response> {
  const { method = "GET", body, kind = CBOR, signal } = asked;
  // Sentences come back in the language that the page is read in, whatever the browser's own is.
  const language = globalThis.document.documentElement.lang || "en";
  const headers = new Headers({ Accept: kind, "Accept-Language": language, ...asked.headers });
  if (body !== undefined) headers.set("Content-Type", kind);
  const response = await fetch(address, {
    method,
    headers,
    body: body ?? null,
    // Whoever is signed in here too is nobody on these pages.
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
    signal: signal ?? null,
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response: Response): Promise<ServerError> {
  let found: Record<string, unknown> = {};
  if ((response.headers.get("Content-Type") ?? "").includes("json")) {
    found = (await response.json()) as Record<string, unknown>;
  }
  const word = (name: string): string => (typeof found[name] === "string" ? found[name] : "");
  return new ServerError(response.status, word("title"), word("code"), word("field"));
}

async function cbor(response: Response): Promise<Value> {
  return decode(new Uint8Array(await response.arrayBuffer()), ANSWER_LIMIT);
}

async function post(address: string, value: Value, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return ask(address, { method: "POST", body: encode(value), headers });
}

/** Chunks of files under one address, by whoever holds the headers for it. */
class Files {
  constructor(
    private readonly base: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** One sealed chunk; the same bytes again change nothing. */
  async put(blob: string, number: number, sealed: Bytes, signal?: AbortSignal): Promise<void> {
    const address = `${this.base}files/${blob}/${number}`;
    await ask(address, { method: "PUT", body: sealed, kind: OCTETS, headers: this.headers, signal });
  }

  async get(blob: string, number: number, signal?: AbortSignal): Promise<Bytes> {
    const address = `${this.base}files/${blob}/${number}`;
    const response = await ask(address, { kind: OCTETS, headers: this.headers, signal });
    return new Uint8Array(await response.arrayBuffer());
  }
}

/** Everything that is sent of one answered form. */
export interface Sending {
  /** From `proofOf`. */
  readonly proof: string;
  /** 16 bytes of the return code. */
  readonly lookup: Bytes;
  readonly submission: Bytes;
  readonly openAnswers: Bytes;
  readonly files: readonly Upload[];
  readonly language: string;
}

/** `/f/<address>/`: reading a form and answering it. */
export class FormServer {
  constructor(
    readonly address: string,
    private readonly base = `/f/${encodeURIComponent(address)}/`,
  ) {}

  async opening(): Promise<Opening> {
    return readOpening(await cbor(await ask(`${this.base}opening`)));
  }

  async challenge(): Promise<Challenge> {
    return (await (await ask(`${this.base}challenge`, { kind: "application/json" })).json()) as Challenge;
  }

  /** Room for a file of `size` bytes before sealing. Each costs a proof of its own. */
  async openFile(proof: string, size: number): Promise<Upload> {
    return readUpload(await cbor(await post(`${this.base}files`, [proof, size])));
  }

  async putChunk(upload: Upload, number: number, sealed: Bytes, signal?: AbortSignal): Promise<void> {
    await this.filesOf(upload).put(upload.blob, number, sealed, signal);
  }

  async chunk(upload: Upload, number: number, signal?: AbortSignal): Promise<Bytes> {
    return this.filesOf(upload).get(upload.blob, number, signal);
  }

  /**
   * Hands the answers in; the same bytes again are taken again, and count once. Raises ServerError
   * `stale-key`: seal anew to the newest form key (`opening`), the same code and files · `closed`, `full`,
   * `quota` · `proof`: take another challenge · `answers`: an open answer doesn't fit (field: its id) ·
   * `lookup-taken`: draw another code · `file-missing`: a chunk isn't there (field: the blob).
   */
  async send(sending: Sending): Promise<void> {
    const { proof, lookup, submission, openAnswers, language } = sending;
    const files = sending.files.map((one): Value => [fromUuid(one.blob), one.token]);
    await post(`${this.base}send`, [proof, lookup, submission, openAnswers, files, language]);
  }

  private filesOf(upload: Upload): Files {
    return new Files(this.base, { "X-Upload-Token": upload.token });
  }
}

/** What the way back shows once the person has proved that they hold the code. */
export interface Returned {
  readonly submission: Bytes;
  readonly openAnswers: Bytes;
  /** Where the team stands with it. */
  readonly state: CaseState;
  readonly dialogue: readonly Bytes[];
  /** With the definition and the version that were answered, and the newest form key. */
  readonly opening: Opening;
  /** 1 to 5; 0: not rated. */
  readonly rating: number;
  readonly files: readonly SentFile[];
}

export type CaseState = "new" | "triage" | "progress" | "answered" | "closed";
export const CASE_STATES: readonly CaseState[] = ["new", "triage", "progress", "answered", "closed"];

export function readCaseState(value: Value | undefined): CaseState {
  return CASE_STATES[uint(value, 0, CASE_STATES.length - 1)] ?? "new";
}

/** `/r/<slug>/`: coming back with a code. After `enter` the pass goes along in a header. */
export class ReturnServer {
  private pass = "";

  constructor(
    readonly slug: string,
    private readonly base = `/r/${encodeURIComponent(slug)}/`,
  ) {}

  /** A nonce to sign: also for a lookup that there is not. */
  async challenge(lookup: Bytes): Promise<Bytes> {
    const [nonce] = array(await cbor(await post(`${this.base}challenge`, [lookup])), 1);
    return bytes(nonce, 32);
  }

  /** Raises ServerError `wrong-code`, whatever it was that is wrong; `gone` after the answers were erased. */
  async enter(lookup: Bytes, nonce: Bytes, signature: Bytes): Promise<Returned> {
    const answer = await cbor(await post(`${this.base}enter`, [lookup, nonce, signature]));
    const row = array(answer, 8);
    this.pass = text(row[0], 1, 300);
    return {
      submission: bytes(row[1], 1, SUBMISSION_LIMIT),
      openAnswers: bytes(row[2], 0, OPEN_ANSWERS_LIMIT),
      state: readCaseState(row[3]),
      dialogue: readDialogue(row[4]),
      opening: readOpening(row[5]),
      rating: uint(row[6], 0, 5),
      files: array(row[7], 0, 2_000).map(readSentFile),
    };
  }

  async dialogue(): Promise<readonly Bytes[]> {
    return readDialogue(await cbor(await ask(`${this.base}dialogue`, { headers: this.headers })));
  }

  /** Raises ServerError `overtaken` when a reply came in between: read it and sign the next number. */
  async post(dialogue: Bytes): Promise<void> {
    await post(`${this.base}dialogue`, [dialogue], this.headers);
  }

  /** 1 to 5. */
  async rate(rating: number): Promise<void> {
    await post(`${this.base}rating`, [rating], this.headers);
  }

  async openFile(size: number): Promise<string> {
    return readUpload(await cbor(await post(`${this.base}files`, [size], this.headers))).blob;
  }

  async putChunk(blob: string, number: number, sealed: Bytes, signal?: AbortSignal): Promise<void> {
    await new Files(this.base, this.headers).put(blob, number, sealed, signal);
  }

  async chunk(blob: string, number: number, signal?: AbortSignal): Promise<Bytes> {
    return new Files(this.base, this.headers).get(blob, number, signal);
  }

  /** Destroys what was sent, the dialogue and the files, for good. */
  async erase(): Promise<void> {
    await post(`${this.base}erase`, [], this.headers);
    this.pass = "";
  }

  private get headers(): Readonly<Record<string, string>> {
    return { "X-Return-Pass": this.pass };
  }
}

function readDialogue(value: Value | undefined): readonly Bytes[] {
  return array(value, 0, MAX_DIALOGUE).map((one) => bytes(one, 1, DIALOGUE_LIMIT));
}

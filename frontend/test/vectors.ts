/** Reading tests/vectors/*.json, which Python wrote. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { type Bytes, fromHex } from "../src/crypto/bytes";

export interface Vectors {
  cbor: { accepted: { hex: string }[]; refused: { hex: string; why: string }[] };
  padding: {
    padme: [number, number][];
    padded: { data: string; padded: string }[];
    refused: string[];
  };
  seal: Record<"key" | "salt" | "label" | "context" | "plaintext" | "box", string>[];
  keys: Record<
    | "name"
    | "user"
    | "ed25519_seed"
    | "mldsa_seed"
    | "xwing_seed"
    | "ed25519"
    | "mldsa"
    | "xwing"
    | "fingerprint"
    | "label"
    | "message"
    | "ed25519_signature"
    | "mldsa_signature",
    string
  >[];
  wraps: Record<"xwing_seed" | "info" | "secret" | "wrap", string>[];
  identity: {
    entries: {
      entry: string;
      user: string;
      number: number;
      kind: number;
      previous: string;
      fingerprint: string;
      made_at: number;
      hash: string;
      leaf: string;
      leaf_hash: string;
    }[];
    tree_hashes: string[];
  };
  vault: {
    user: string;
    key: string;
    number: number;
    contents: string;
    vault: string;
    wraps: { kind: number; wrap_key: string; wrap: string }[];
  };
  derive: {
    passphrases: {
      passphrase: string;
      memory: number;
      passes: number;
      lanes: number;
      salt: string;
      sign_in_secret: string;
      wrap_key: string;
    }[];
    weak: [number, number, number][];
    beyond: [number, number, number][];
    prf_salt: string;
    prf: { output: string; wrap_key: string };
    recovery: { secret: string; code: string; wrap_key: string };
  };
  thread: {
    thread: string;
    epochs: {
      upload: string;
      record: string;
      key: string;
      hash: string;
      tag: string;
      number: number;
      start_seq: number;
      title: string;
      roster: [string, string, number, number][];
    }[];
    history: { epoch: number; recipient: string; wrap: string };
    refused: { why: string; tbs: string }[];
    envelopes: {
      envelope: string;
      header: string;
      sender: string;
      epoch: number;
      counter: number;
      seen_seq: number;
      text: string;
      reply_to: string | null;
      mentions: string[];
      hash: string;
      seq: number;
      t: string;
    }[];
  };
  bodies: {
    bodies: ({ hex: string; kind: string } & Record<string, unknown>)[];
    refused: { why: string; hex: string }[];
  };
  grant: {
    thread: string;
    member: string;
    fingerprint: string;
    wraps: Record<string, string>;
    grant: string;
  };
  leaving: {
    thread: string;
    member: string;
    made_at: number;
    notice: string;
    records: [string, string];
    hashes: string[];
  };
  safety: { sides: [[string, string], [string, string]]; number: string; code: string }[];
  guests: {
    links: { fragment: string; code: string; seeds: string[]; fingerprint: string }[];
    challenge: string;
    nonce: string;
    origin: string;
    signature: string;
  };
  draft: Record<"xwing_seed" | "key" | "user" | "thread" | "box" | "text", string> & {
    number: number;
    written_at: number;
    reply_to: string | null;
  };
  files: {
    key: string;
    chunks: { index: number; final: boolean; data: string; sealed: string }[];
    full_chunk_of_zeros: { index: number; sha256: string };
  };
  published: {
    sha256: { data: string; hash: string }[];
    hkdf: Record<"key" | "salt" | "info" | "okm", string>[];
    ed25519: Record<"seed" | "public" | "message" | "signature", string>[];
    mldsa_keys: Record<"seed" | "public", string>[];
    mldsa: (Record<"source" | "public" | "message" | "signature", string> & { valid: boolean })[];
    hpke_schedule: (Record<"info" | "shared" | "key" | "nonce", string> &
      Record<"kem" | "kdf" | "aead" | "key_size", number>)[];
    xwing: Record<"seed" | "public" | "enc" | "shared", string>[];
    rfc9162: {
      leaves: string[];
      root: string;
      first_leaf_hash: string;
      roots: string[];
      inclusion: { index: number; size: number; path: string[] }[];
      consistency: { first: number; second: number; proof: string[] }[];
    };
    signed_note: Record<"verifier" | "note", string>;
  };
  tlog: {
    leaves: string[];
    seed: string;
    log: string;
    witness: string;
    witnessed_at: number;
    checkpoints: { size: number; bare: string; cosigned: string }[];
    refused: { note: string; why: string }[];
    inclusion: { index: number; size: number; path: string[] }[];
    consistency: { first: number; second: number; proof: string[] }[];
  };
  forms: {
    thread: string;
    workspace: string;
    epoch: { record: string; key: string };
    form_key: { raw: string; seed: string; xwing: string };
    version: { raw: string; definition: string; signer: string; number: number; made_at: number; hash: string };
    submission: {
      raw: string;
      hash: string;
      open_answers: string;
      plain: string;
      answers: string;
      language: string;
      files: FileVector[];
    };
    dialogue: {
      raw: string;
      hash: string;
      sender: string;
      number: number;
      plain: string;
      text: string;
      made_at: number;
      files: FileVector[];
    }[];
    note: { raw: string; author: string; text: string; made_at: number };
    challenge: { bytes: string; nonce: string; origin: string; signature: string };
    codes: Record<"code" | "shown" | "lookup" | "signing_key" | "reply_key", string>[];
    typed: { typed: string; code: string }[];
    mistyped: string[];
  };
  form_leaks: {
    leaking: { name: string; definition: unknown; leaks: string[][] }[];
    harmless: { name: string; definition: unknown }[];
  };
  form_logic: { definition: unknown; answers: unknown; expected: unknown }[];
}

export type FileVector = Record<"question" | "blob" | "key" | "name" | "kind" | "sha256", string> & { size: number };

export function load<Name extends keyof Vectors>(name: Name): Vectors[Name] {
  const path = fileURLToPath(new URL(`../../tests/vectors/${name}.json`, import.meta.url));
  return JSON.parse(readFileSync(path, "utf8")) as Vectors[Name];
}

export const h: (hex: string) => Bytes = fromHex;

/** Requests of the keys: CBOR in and out, the CSRF token kept fresh, refusals as errors with a sentence. */

import { type Bytes } from "../crypto/bytes";
import { decode, encode, type Value } from "../crypto/cbor";
import { noteDate } from "./clock";

const CBOR = "application/cbor";
const OCTETS = "application/octet-stream";
const ANSWER_LIMIT = 16 * 1024 * 1024;

/** A refusal. `message` is a sentence for the person, in their language, or empty if the server gave none. */
export class ServerError extends Error {
  override readonly name = "ServerError";

  constructor(
    readonly status: number,
    message: string,
    readonly code = "",
    readonly field = "",
  ) {
    super(message);
  }
}

let csrfToken: string | undefined;

/** The token changes with signing in; every answer of the keys brings the one that is valid now. */
function token(): string {
  csrfToken ??= document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  return csrfToken ?? "";
}

let guestPass: string | undefined;

/** A guest has no session: each request says by this pass who asks. */
export function useGuestPass(pass: string): void {
  guestPass = pass;
}

interface Asked {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers: Headers;
  readonly body?: Bytes | URLSearchParams | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The answer never changes: the browser may keep it, and its token may be an old one. */
  readonly mayBeCached?: boolean;
}

/** The only request that is made with keys open: to this origin alone, and nowhere on from there. */
async function request(address: string, asked: Asked): Promise<Response> {
  const { method, headers, body, signal, mayBeCached = false } = asked;
  if (guestPass !== undefined) headers.set("Authorization", `Guest ${guestPass}`);
  const askedAt = Date.now();
  const response = await fetch(address, {
    method,
    headers,
    body: body ?? null,
    credentials: "same-origin",
    cache: mayBeCached ? "default" : "no-store",
    redirect: "error",
    referrerPolicy: "same-origin",
    signal: signal ?? null,
  });
  if (!mayBeCached) {
    csrfToken = response.headers.get("X-CSRFToken") ?? csrfToken;
    noteDate(response.headers.get("Date"), askedAt);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Raises ServerError for a refusal, TypeError when the server can't be reached. */
export async function send(
  method: "GET" | "POST" | "PUT",
  address: string,
  body?: Bytes | URLSearchParams,
  accept = CBOR,
  signal?: AbortSignal,
): Promise<Response> {
  const headers = new Headers({ Accept: accept });
  if (method !== "GET") headers.set("X-CSRFToken", token());
  if (body instanceof Uint8Array) headers.set("Content-Type", CBOR);
  return request(address, { method, headers, body, signal });
}

/** Sends raw bytes, or asks for something to be removed. Raises as `send` does. */
export async function sendOctets(
  method: "PUT" | "DELETE",
  address: string,
  body: Bytes | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const headers = new Headers({ Accept: CBOR, "X-CSRFToken": token() });
  if (body !== undefined) headers.set("Content-Type", OCTETS);
  await request(address, { method, headers, body, signal });
}

/**
 * Bytes that never change, so the browser's cache may answer. The token of such an answer may be old, and
 * is left aside. Raises as `send` does.
 */
export async function getOctets(address: string, signal?: AbortSignal): Promise<Bytes> {
  const headers = new Headers({ Accept: OCTETS });
  const response = await request(address, { method: "GET", headers, signal, mayBeCached: true });
  return new Uint8Array(await response.arrayBuffer());
}

export async function getCbor(address: string, signal?: AbortSignal): Promise<Value> {
  return read(await send("GET", address, undefined, CBOR, signal));
}

export async function postCbor(address: string, value: Value): Promise<Response> {
  return send("POST", address, encode(value));
}

/** The CBOR body of an answer. */
export async function read(response: Response): Promise<Value> {
  return decode(new Uint8Array(await response.arrayBuffer()), ANSWER_LIMIT);
}

/** The JSON body of an answer, whose shape the caller checks. */
export async function readJson(response: Response): Promise<Record<string, unknown>> {
  const found: unknown = await response.json();
  return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
}

async function refusal(response: Response): Promise<ServerError> {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("json")) return new ServerError(response.status, "");
  const found = await readJson(response);
  const text = (name: string): string => (typeof found[name] === "string" ? found[name] : "");
  const sentence = text("title") || sentences(found).join(" ");
  return new ServerError(response.status, sentence, text("code"), text("field"));
}

/** allauth's answer to a form it refuses, or our own list of errors. */
function sentences(found: Record<string, unknown>): string[] {
  const listed: unknown[] = [found["errors"]];
  const form = found["form"] as { errors?: unknown; fields?: Record<string, { errors?: unknown }> } | undefined;
  listed.push(form?.errors, ...Object.values(form?.fields ?? {}).map((field) => field.errors));
  return listed.flatMap((one) => (Array.isArray(one) ? one.map(String) : []));
}

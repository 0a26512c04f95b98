/**
 * Passkeys with the PRF extension: what signs in also gives the key that opens the vault.
 *
 * What is sent to the server is written out field by field, so that the PRF output, which the browser's
 * own `toJSON()` contains, never leaves.
 */

import { type Bytes } from "../crypto/bytes";
import { sha256 } from "../crypto/hash";
import { passkeyWrapKey, prfSalt } from "../crypto/recovery";

export interface PasskeyAnswer {
  /** JSON for the server. */
  readonly credential: string;
  /** SHA-256 of the credential id: the id of its wrap. */
  readonly wrapId: Bytes;
  /** Absent when the passkey can't derive keys. */
  readonly wrapKey: Bytes | undefined;
}

interface Options {
  readonly publicKey: Record<string, unknown>;
}

/** Registers a passkey; asks a second time where a browser gives the PRF output only at use. */
export async function createPasskey(options: unknown): Promise<PasskeyAnswer> {
  const publicKey = fromJson(options, ["challenge"]);
  const user = publicKey["user"] as Record<string, unknown>;
  publicKey["user"] = { ...user, id: bytes(user["id"]) };
  publicKey["excludeCredentials"] = described(publicKey["excludeCredentials"]);
  publicKey["extensions"] = { ...(publicKey["extensions"] ?? {}), ...(await prf()) };
  const made = await navigator.credentials.create({
    publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions,
  });
  const credential = required(made);
  const response = credential.response as AuthenticatorAttestationResponse;
  const results = credential.getClientExtensionResults();
  let output = prfOutput(results);
  if (output === undefined && results.prf?.enabled === true) {
    output = await evaluate(credential.rawId, publicKey["rp"] as { id?: string });
  }
  return {
    credential: JSON.stringify({
      ...head(credential),
      response: {
        clientDataJSON: base64url(response.clientDataJSON),
        attestationObject: base64url(response.attestationObject),
        transports: response.getTransports(),
      },
      clientExtensionResults: results.credProps ? { credProps: results.credProps } : {},
    }),
    wrapId: await sha256(new Uint8Array(credential.rawId)),
    wrapKey: output === undefined ? undefined : await passkeyWrapKey(output),
  };
}

/** Uses a passkey for the server's challenge. */
export async function usePasskey(options: unknown): Promise<PasskeyAnswer> {
  const publicKey = fromJson(options, ["challenge"]);
  publicKey["allowCredentials"] = described(publicKey["allowCredentials"]);
  publicKey["extensions"] = await prf();
  const found = await navigator.credentials.get({
    publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions,
  });
  const credential = required(found);
  const response = credential.response as AuthenticatorAssertionResponse;
  const output = prfOutput(credential.getClientExtensionResults());
  return {
    credential: JSON.stringify({
      ...head(credential),
      response: {
        clientDataJSON: base64url(response.clientDataJSON),
        authenticatorData: base64url(response.authenticatorData),
        signature: base64url(response.signature),
        userHandle: response.userHandle === null ? null : base64url(response.userHandle),
      },
      clientExtensionResults: {},
    }),
    wrapId: await sha256(new Uint8Array(credential.rawId)),
    wrapKey: output === undefined ? undefined : await passkeyWrapKey(output),
  };
}

/** Whether this browser and this address can use passkeys at all. */
export function passkeysWork(): boolean {
  return typeof PublicKeyCredential === "function" && window.isSecureContext;
}

/** Opens the vault without signing in anew: the challenge is never sent, only the PRF output is wanted. */
export async function passkeyWrapKeyFor(): Promise<PasskeyAnswer> {
  return usePasskey({
    publicKey: {
      challenge: base64url(crypto.getRandomValues(new Uint8Array(32)).buffer),
      rpId: window.location.hostname,
      userVerification: "required",
    },
  });
}

async function evaluate(id: ArrayBuffer, party: { id?: string }): Promise<Bytes | undefined> {
  const found = await navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      ...(party.id === undefined ? {} : { rpId: party.id }),
      allowCredentials: [{ type: "public-key", id }],
      userVerification: "required",
      extensions: (await prf()),
    },
  });
  return found instanceof PublicKeyCredential
    ? prfOutput(found.getClientExtensionResults())
    : undefined;
}

async function prf(): Promise<Record<string, unknown>> {
  return { prf: { eval: { first: await prfSalt() } } };
}

function prfOutput(results: AuthenticationExtensionsClientOutputs): Bytes | undefined {
  const first = results.prf?.results?.first;
  if (first === undefined) return undefined;
  return first instanceof ArrayBuffer
    ? new Uint8Array(first.slice(0))
    : new Uint8Array(first.buffer.slice(first.byteOffset, first.byteOffset + first.byteLength));
}

function required(credential: Credential | null): PublicKeyCredential {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("No passkey was chosen.");
  return credential;
}

function head(credential: PublicKeyCredential): Record<string, unknown> {
  return {
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
  };
}

function fromJson(options: unknown, names: readonly string[]): Record<string, unknown> {
  const publicKey = { ...(options as Options).publicKey };
  for (const name of names) publicKey[name] = bytes(publicKey[name]);
  return publicKey;
}

function described(list: unknown): unknown[] {
  return (Array.isArray(list) ? (list as Record<string, unknown>[]) : []).map((one) => ({
    ...one,
    id: bytes(one["id"]),
  }));
}

function bytes(text: unknown): Bytes {
  const binary = atob(String(text).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function base64url(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

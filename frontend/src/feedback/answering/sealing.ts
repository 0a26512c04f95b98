/** Sealing a form's answers. All that is heavy hangs on this module, which is loaded once the first step is shown. */

import { type Bytes, utf8 } from "../../crypto/bytes";
import { type FormKey } from "../../wire/formKey";
import { formatReturnCode, newReturnCode, returnSecrets, type ReturnSecrets } from "../../wire/returnCode";
import { makeSubmission } from "../../wire/submission";
import { followChain } from "../chain";
import { type Answers, isQuestion, itemsOf, type Definition } from "../logic";
import { type Opening } from "../strangers";
import { type ArrivedFile } from "./files";

export { formatReturnCode, newReturnCode };

/** What an opening was found to be, back to the pin of the link. */
export interface Checked {
  readonly formKey: FormKey;
  readonly versionHash: Bytes;
}

/** Raises WireError unless everything hangs together back to the link's pin. */
export async function check(pin: Bytes, opening: Opening): Promise<Checked> {
  const chain = await followChain(pin, opening);
  return { formKey: chain.formKey, versionHash: chain.version.hash };
}

export interface Plan {
  readonly definition: Definition;
  readonly answers: Answers;
  readonly language: string;
  readonly files: readonly ArrivedFile[];
  /** Of the version that was answered. */
  readonly versionHash: Bytes;
  /** Of the newest epoch. */
  readonly formKey: FormKey;
  readonly secrets: ReturnSecrets;
}

export interface Sealed {
  readonly lookup: Bytes;
  readonly submission: Bytes;
  readonly openAnswers: Bytes;
}

/** The keys that belong to a code in this workspace. */
export function secretsOf(code: string, workspaceId: string): Promise<ReturnSecrets> {
  return returnSecrets(code, workspaceId);
}

/** What the server may count as it is, the rest sealed. Raises WireError beyond the limits. */
export async function sealAnswers(plan: Plan): Promise<Sealed> {
  const { definition, answers, secrets, files } = plan;
  const open: Record<string, unknown> = {};
  const sealed: Record<string, unknown> = {};
  const blobs = new Map(files.map((file) => [file.local, file.upload.blob]));
  for (const item of itemsOf(definition).filter(isQuestion)) {
    if (!Object.hasOwn(answers, item.id)) continue;
    const value = answers[item.id];
    if (item.type === "file" && Array.isArray(value)) {
      sealed[item.id] = (value as readonly { readonly blob: string }[]).map((file) => ({ ...file, blob: blobs.get(file.blob) ?? file.blob }));
    } else (item.sealed ? sealed : open)[item.id] = value;
  }
  const openAnswers = utf8(JSON.stringify(open));
  const submission = await makeSubmission({
    formKey: plan.formKey,
    versionHash: plan.versionHash,
    secrets,
    openAnswers,
    answers: {
      answers: JSON.stringify(sealed),
      language: plan.language,
      files: files.map(({ question, upload, key, name, kind, size, sha256 }) => ({ question, blob: upload.blob, key, name, kind, size, sha256 })),
    },
  });
  return { lookup: secrets.lookup, submission: submission.raw, openAnswers };
}

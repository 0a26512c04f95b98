/** Sending what was answered: the same bytes until they arrive, sealed anew only when the readers have changed. */

import { type Bytes, fromHex, toHex } from "../../crypto/bytes";
import { ServerError } from "../../keys/http";
import { Trying } from "../../threads/files/trying";
import { type Filling } from "../fill";
import { isQuestion, itemsOf } from "../logic";
import { type FormServer, type Opening, type Sending, type Upload } from "../strangers";
import { type ArrivedFile, type SealedFiles } from "./files";
import { prove } from "./proof";
import type * as Sealing from "./sealing";

export type SendPhase = "waitingFiles" | "sealing" | "proving" | "sending" | "offline" | "busy";

export interface SendTools {
  readonly server: FormServer;
  readonly filling: Filling;
  readonly files: SealedFiles;
  /** What was published when the person began to answer. */
  readonly answered: Opening;
  readonly pin: Bytes;
  readonly sealing: typeof Sealing;
  readonly phase: (phase: SendPhase) => void;
  /** What was sealed here before, perhaps taken already, its answer lost with the tab. */
  readonly packed: Packed | undefined;
  /** Resolves once it is kept on the device: then it may go out. */
  readonly keepPacked: (packed: Packed) => Promise<unknown>;
}

/** Answers as they were sealed, and the code they were sealed under; bytes as text that JSON can hold. */
export interface Packed {
  /** What they were made of: other answers are sealed anew. */
  readonly of: string;
  readonly code: string;
  readonly lookup: string;
  readonly submission: string;
  readonly openAnswers: string;
  readonly files: readonly Upload[];
  readonly language: string;
}

/** How often it begins again for a reason that is over with a new beginning. */
const ROUNDS = 6;

/**
 * Resolves to the return code once the server has taken the answers. Raises WireError for a chain that isn't true,
 * FileMissingError, and ServerError for what only the person can mend.
 */
export async function sendAnswers(tools: SendTools): Promise<string> {
  const { server, sealing, pin, phase } = tools;
  const never = new AbortController().signal;
  const trying = new Trying(
    never,
    (isBusy) => {
      phase(isBusy ? "busy" : "offline");
    },
    () => {
      phase("sending");
    },
  );
  const { versionHash } = await sealing.check(pin, tools.answered);
  let newest = tools.answered;
  const of = JSON.stringify([tools.filling.evaluation.answers, tools.filling.language]);
  let packed = tools.packed?.of === of ? tools.packed : undefined;
  let code = packed?.code ?? sealing.newReturnCode();
  for (let round = 0; ; round += 1) {
    if (packed === undefined) {
      phase("waitingFiles");
      const files = await filesOf(tools);
      phase("sealing");
      const { formKey } = await sealing.check(pin, newest);
      const secrets = await sealing.secretsOf(code, newest.workspaceId);
      const { definition, evaluation, language } = tools.filling;
      const sealed = await sealing.sealAnswers({ definition, answers: evaluation.answers, language, files, versionHash, formKey, secrets });
      packed = pack(of, code, sealed, { files: files.map((file) => file.upload), language });
      await tools.keepPacked(packed);
    }
    try {
      await sendOnce(tools, trying, unpack(packed));
      return packed.code;
    } catch (error) {
      if (!(error instanceof ServerError) || round >= ROUNDS) throw error;
      if (error.code === "stale-key") newest = await trying.run(() => server.opening());
      else if (error.code === "lookup-taken") code = sealing.newReturnCode();
      else if (error.code === "file-missing") tools.files.sendAgain(error.field);
      else throw error;
      packed = undefined;
    }
  }
}

function pack(of: string, code: string, sealed: Sealing.Sealed, rest: Pick<Packed, "files" | "language">): Packed {
  const { lookup, submission, openAnswers } = sealed;
  return { of, code, lookup: toHex(lookup), submission: toHex(submission), openAnswers: toHex(openAnswers), ...rest };
}

function unpack({ lookup, submission, openAnswers, files, language }: Packed): Omit<Sending, "proof"> {
  return { lookup: fromHex(lookup), submission: fromHex(submission), openAnswers: fromHex(openAnswers), files, language };
}

/** The same bytes again and again; only the proof is a new one when the last was used up or too old. */
async function sendOnce(tools: SendTools, trying: Trying, sending: Omit<Sending, "proof">): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    tools.phase("proving");
    const proof = await trying.run(() => prove(tools.server));
    tools.phase("sending");
    try {
      await trying.run(() => tools.server.send({ ...sending, proof }));
      return;
    } catch (error) {
      if (!(error instanceof ServerError) || error.code !== "proof" || tries >= ROUNDS) throw error;
    }
  }
}

/** Of the file questions that are asked. */
function filesOf({ filling, files }: SendTools): Promise<readonly ArrivedFile[]> {
  const { shown, answers } = filling.evaluation;
  const asked = itemsOf(filling.definition).filter((item) => isQuestion(item) && item.type === "file" && shown.has(item.id));
  return files.arrived(new Set(asked.map((item) => item.id).filter((id) => Object.hasOwn(answers, id))));
}

/** Sending what was answered: the same bytes until they arrive, sealed anew only when the readers have changed. */

import { type Bytes } from "../../crypto/bytes";
import { ServerError } from "../../keys/http";
import { Trying } from "../../threads/files/trying";
import { type Filling } from "../fill";
import { isQuestion, itemsOf } from "../logic";
import { type FormServer, type Opening, type Sending } from "../strangers";
import { type ArrivedFile, type SealedFiles } from "./files";
import { prove } from "./proof";
import type * as Sealing from "./sealing";

export type SendPhase = "waitingFiles" | "sealing" | "proving" | "sending" | "offline";

export interface SendTools {
  readonly server: FormServer;
  readonly filling: Filling;
  readonly files: SealedFiles;
  /** What was published when the person began to answer. */
  readonly answered: Opening;
  readonly pin: Bytes;
  readonly sealing: typeof Sealing;
  readonly phase: (phase: SendPhase) => void;
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
    () => {
      phase("offline");
    },
    () => {
      phase("sending");
    },
  );
  const { versionHash } = await sealing.check(pin, tools.answered);
  let newest = tools.answered;
  let code = sealing.newReturnCode();
  for (let round = 0; ; round += 1) {
    phase("waitingFiles");
    const files = await filesOf(tools);
    phase("sealing");
    const { formKey } = await sealing.check(pin, newest);
    const secrets = await sealing.secretsOf(code, newest.workspaceId);
    const { definition, evaluation, language } = tools.filling;
    const sealed = await sealing.sealAnswers({ definition, answers: evaluation.answers, language, files, versionHash, formKey, secrets });
    const uploads = files.map((file) => file.upload);
    try {
      await sendOnce(tools, trying, { ...sealed, files: uploads, language });
      return code;
    } catch (error) {
      if (!(error instanceof ServerError) || round >= ROUNDS) throw error;
      if (error.code === "stale-key") newest = await trying.run(() => server.opening());
      else if (error.code === "lookup-taken") code = sealing.newReturnCode();
      else if (error.code === "file-missing") tools.files.sendAgain(error.field);
      else throw error;
    }
  }
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

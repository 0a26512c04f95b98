/** Proofs of work: what one visitor hardly notices, and a flood of them can't pay. */

import { workerAddress } from "../../keys/trusted";
import { type Challenge, type FormServer, proofOf } from "../strangers";
import workerFile from "./proof.worker.ts?worker&url";

/** A proof for one request. Raises as the server's `challenge`. */
export async function prove(server: Pick<FormServer, "challenge">): Promise<string> {
  const challenge = await server.challenge();
  return proofOf(challenge, await solve(challenge));
}

function solve(challenge: Challenge): Promise<number> {
  const worker = new Worker(workerAddress(workerFile), { type: "module" });
  return new Promise<number>((resolve, reject) => {
    worker.addEventListener("message", (event: MessageEvent<number>) => {
      if (event.data >= 0) resolve(event.data);
      else reject(new Error("the challenge has no solution"));
    });
    worker.addEventListener("error", () => {
      reject(new Error("the worker stopped"));
    });
    worker.postMessage(challenge);
  }).finally(() => {
    worker.terminate();
  });
}

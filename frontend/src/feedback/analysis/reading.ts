/** What a reader opens sealed answers with: keys of the form's epochs, and its versions, each signed by a reader. */

import { toHex } from "../../crypto/bytes";
import { derive } from "../../crypto/hash";
import { DERIVE_FORM_KEY } from "../../crypto/labels";
import { unlock } from "../../keys";
import { postCbor } from "../../keys/http";
import { Circle } from "../../threads/circle";
import { Server } from "../../threads/server";
import { noticed, Trouble } from "../../threads/trouble";
import { readVersion, verifyVersion } from "../../wire/formVersion";
import { START } from "../../wire/transcript";
import { readDefinition } from "../logic";
import { FeedbackServer } from "../server";
import { type Plan } from "./opening";
import { type Definition, mergeQuestions, type Question, type QuestionWords } from "./questions";

interface Version {
  readonly number: number;
  readonly definition: Definition;
}

/** What is known of a form without its keys: its versions as the server shows them. */
export interface Known {
  readonly questions: readonly Question[];
  readonly sealedOf: (version: number) => ReadonlySet<string>;
}

export class Reading {
  readonly server: FeedbackServer;

  constructor(
    private readonly workspace: string,
    readonly form: string,
    private readonly thread: string,
  ) {
    this.server = new FeedbackServer(workspace);
  }

  /**
   * Opens the vault, checks who reads this form and who published it. Raises LockedError, Trouble, and
   * ServerError 404 for somebody who is no reader.
   */
  async open(language: string, words: QuestionWords): Promise<{ plan: Plan; questions: readonly Question[] }> {
    const unlocked = await unlock();
    const circle = new Circle(this.thread, new Server(this.workspace), unlocked, () => undefined);
    await circle.load();
    const { tbs, hash: epochHash } = circle.epochs.newest.record;
    unlocked.rememberHead({ thread: this.thread, epoch: tbs.number, epochHash, head: START });
    const versions: (Version & { hash: string })[] = [];
    for (const listed of (await this.server.form(this.form)).versions) {
      const { definition, raw } = await this.server.version(this.form, listed.number);
      const statement = await noticed("forged-epoch", readVersion(raw));
      const epoch = circle.epochs.find(statement.epoch.hash);
      const signer = circle.people.keys(statement.signer.member, statement.signer.fingerprint);
      if (epoch === undefined || signer === undefined || statement.number !== listed.number) {
        throw new Trouble("forged-epoch", "a version by somebody who is no reader");
      }
      await noticed("forged-epoch", verifyVersion(statement, epoch.record, signer, definition));
      versions.push({ ...parsed(listed.number, definition), hash: toHex(statement.hash) });
    }
    const seeds: Plan["seeds"][number][] = [];
    for (const { record, key } of circle.epochs.all) {
      if (key === undefined) continue;
      seeds.push({ number: record.tbs.number, hash: record.hash, seed: await derive(key, DERIVE_FORM_KEY) });
    }
    const plan: Plan = {
      thread: this.thread,
      seeds,
      versions: versions.map(({ number, hash, definition }) => ({ number, hash, sealed: sealedIn(definition) })),
    };
    return { plan, questions: mergeQuestions(versions, language, words) };
  }

  /** The versions as the server shows them: what is open is counted by it as well. */
  async known(language: string, words: QuestionWords): Promise<Known> {
    const versions: Version[] = [];
    for (const { number } of (await this.server.form(this.form)).versions) {
      const { definition } = await this.server.version(this.form, number);
      versions.push(parsed(number, definition));
    }
    const sealed = new Map(versions.map(({ number, definition }) => [number, new Set(sealedIn(definition))]));
    return {
      questions: mergeQuestions(versions, language, words),
      sealedOf: (number) => sealed.get(number) ?? new Set(),
    };
  }

  /** Notes an export in the audit trail, before the file is made. */
  async noteExport(address: string, kind: string, format: string, rows: number): Promise<void> {
    await postCbor(address, [kind, format, rows]);
  }
}

function parsed(number: number, definition: Uint8Array): Version {
  return { number, definition: readDefinition(new TextDecoder().decode(definition)) };
}

function sealedIn(definition: Definition): readonly string[] {
  const items = definition.steps.flatMap((step) => step.items);
  return items.filter((item) => item.sealed === true || item.type === "file").map((item) => item.id);
}

/**
 * The files of a form that is being answered: sealed here at once, kept as sealed chunks, sent one after the other.
 *
 * What is kept is what is sent: after a lost connection or a closed tab the same bytes go on from where they stopped.
 */

import { type Bytes, randomBytes, toUuid } from "../../crypto/bytes";
import { chunkCount, chunkSize, CHUNK_SIZE, sealChunk } from "../../crypto/files";
import { sha256 } from "../../crypto/hash";
import { ServerError } from "../../keys/http";
import { mediaType, plainName } from "../../threads/files/kinds";
import { cleaned } from "../../threads/files/photoDetails";
import { Trying } from "../../threads/files/trying";
import { type FileKeeper, type FilePhase, type FileProblem, type Filling, type KeptFile } from "../fill";
import { type FileValue, itemsOf } from "../logic";
import { FILE_LIMIT } from "../sealedFile";
import { type FormServer, type Upload } from "../strangers";
import { type Keeping } from "./keeping";
import { prove } from "./proof";

/** What is kept of a file beside its chunks; bytes as lists of numbers, as JSON has no others. */
export interface FileRecord {
  readonly blob: string;
  readonly question: string;
  readonly name: string;
  readonly kind: string;
  readonly size: number;
  readonly key: readonly number[];
  readonly sha256: readonly number[];
  readonly upload?: Upload | undefined;
  /** Chunks that the server has. */
  readonly sent: number;
}

/** A file that has arrived: what the submission says of it, and what shows that it is ours. */
export interface ArrivedFile {
  readonly local: string;
  readonly question: string;
  readonly upload: Upload;
  readonly key: Bytes;
  readonly name: string;
  readonly kind: string;
  readonly size: number;
  readonly sha256: Bytes;
}

interface Entry {
  record: FileRecord;
  phase: FilePhase;
  problem?: FileProblem | undefined;
  refusal?: string | undefined;
  readonly aborting: AbortController;
}

export class SealedFiles implements FileKeeper {
  private readonly entries = new Map<string, Entry>();
  private readonly watchers = new Set<() => void>();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly server: FormServer,
    private readonly keeping: Keeping,
    /** What is to be kept has changed. */
    private readonly changed: () => void,
    records: readonly FileRecord[] = [],
  ) {
    for (const record of records) {
      const entry: Entry = { record, phase: "waiting", aborting: new AbortController() };
      this.entries.set(record.blob, entry);
      this.enqueue(entry);
    }
  }

  get records(): readonly FileRecord[] {
    // One that is still being sealed can't be taken up again.
    return [...this.entries.values()].filter((one) => one.phase !== "reading" && one.problem === undefined).map((one) => one.record);
  }

  list(question: string): readonly KeptFile[] {
    return [...this.entries.values()]
      .filter((one) => one.record.question === question)
      .map(({ record, phase, problem, refusal }) => ({
        question,
        blob: record.blob,
        name: record.name,
        size: record.size,
        kind: record.kind,
        phase,
        problem,
        refusal,
        done: Math.min(record.size, record.sent * CHUNK_SIZE),
      }));
  }

  add(question: string, files: readonly File[], stripDetails: boolean): void {
    for (const file of files) {
      const blob = freshUuid();
      const record = { blob, question, name: plainName(file.name), kind: mediaType(file), size: file.size, key: [], sha256: [], sent: 0 };
      const entry: Entry = { record, phase: "reading", aborting: new AbortController() };
      this.entries.set(blob, entry);
      void this.take(entry, file, stripDetails);
    }
    this.tell();
  }

  remove(blob: string): void {
    this.entries.get(blob)?.aborting.abort();
    this.entries.delete(blob);
    void this.keeping.dropFile(blob);
    this.tell();
  }

  retry(blob: string): void {
    const entry = this.entries.get(blob);
    if (entry === undefined) return;
    entry.problem = entry.refusal = undefined;
    entry.record = { ...entry.record, upload: undefined, sent: 0 };
    this.enter(entry, "waiting");
    this.enqueue(entry);
  }

  /** Nothing more goes out. */
  stop(): void {
    for (const entry of this.entries.values()) entry.aborting.abort();
    this.entries.clear();
  }

  watch(changed: () => void): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  /** Everything of these questions, once it has arrived. Raises FileMissingError when one has failed. */
  async arrived(questions: ReadonlySet<string>): Promise<readonly ArrivedFile[]> {
    const wanted = (): readonly Entry[] => [...this.entries.values()].filter((one) => questions.has(one.record.question));
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (wanted().some((one) => one.phase !== "done" && one.phase !== "failed")) return;
        stop();
        resolve();
      };
      const stop = this.watch(look);
      look();
    });
    return wanted().map(({ record, phase }) => {
      if (phase !== "done" || record.upload === undefined) throw new FileMissingError(record.question);
      const { blob: local, question, upload, name, kind, size } = record;
      return { local, question, upload, name, kind, size, key: Uint8Array.from(record.key), sha256: Uint8Array.from(record.sha256) };
    });
  }

  /** The server lost a file, or its room was cleared away: it is sent once more. */
  sendAgain(blob: string): void {
    const found = [...this.entries.values()].find((one) => one.record.upload?.blob === blob);
    if (found !== undefined) this.retry(found.record.blob);
  }

  private async take(entry: Entry, file: File, stripDetails: boolean): Promise<void> {
    if (file.size > FILE_LIMIT) {
      this.fail(entry, "tooLarge");
      return;
    }
    try {
      const whole = new Uint8Array(await file.arrayBuffer());
      const data = stripDetails ? cleaned(file, whole) : whole;
      if (data === undefined) {
        this.fail(entry, "details");
        return;
      }
      const key = randomBytes(32);
      const count = chunkCount(data.length);
      for (let at = 0; at < count; at++) {
        const start = at * CHUNK_SIZE;
        const part = data.slice(start, start + chunkSize(data.length, at));
        await this.keeping.putChunk(entry.record.blob, at, await sealChunk(key, at, part, at === count - 1));
      }
      entry.record = { ...entry.record, size: data.length, key: [...key], sha256: [...(await sha256(data))] };
    } catch {
      // Browsers refuse to read what was changed or moved since it was chosen.
      this.fail(entry, "unreadable");
      return;
    }
    if (!this.entries.has(entry.record.blob)) {
      await this.keeping.dropFile(entry.record.blob);
      return;
    }
    this.enter(entry, "waiting");
    this.enqueue(entry);
  }

  /** One file after the other: each is then there as early as it can be. */
  private enqueue(entry: Entry): void {
    this.queue = this.queue.then(() => this.send(entry)).catch(() => undefined);
  }

  private async send(entry: Entry): Promise<void> {
    const { signal } = entry.aborting;
    const lost = (isBusy: boolean): void => {
      this.enter(entry, isBusy ? "busy" : "offline");
    };
    const back = (): void => {
      this.enter(entry, "sending");
    };
    const trying = new Trying(signal, lost, back);
    const isTakenUp = entry.record.upload !== undefined;
    try {
      signal.throwIfAborted();
      this.enter(entry, "sending");
      await this.sendChunks(entry, trying);
      this.enter(entry, "done");
    } catch (error) {
      if (signal.aborted) return;
      // The room that was made for it is gone, as it may be after an hour: the same bytes go into a new one.
      const isGone = error instanceof ServerError && [403, 404, 410].includes(error.status) && (isTakenUp || entry.record.sent > 0);
      if (!isGone) {
        entry.refusal = error instanceof ServerError && error.message !== "" ? error.message : undefined;
        this.fail(entry, "refused");
        return;
      }
      entry.record = { ...entry.record, upload: undefined, sent: 0 };
      await this.send(entry);
    }
  }

  private async sendChunks(entry: Entry, trying: Trying): Promise<void> {
    const { blob, size } = entry.record;
    const { signal } = entry.aborting;
    const upload =
      entry.record.upload ?? (await trying.run(async () => this.server.openFile(await prove(this.server), size)));
    entry.record = { ...entry.record, upload };
    this.tell();
    for (let at = entry.record.sent; at < chunkCount(size); at++) {
      const sealed = await this.keeping.chunk(blob, at);
      if (sealed === undefined) throw new Error("a kept chunk is gone");
      await trying.run(() => this.server.putChunk(upload, at, sealed, signal));
      entry.record = { ...entry.record, sent: at + 1 };
      this.tell();
    }
  }

  private fail(entry: Entry, problem: FileProblem): void {
    entry.problem = problem;
    this.enter(entry, "failed");
  }

  private enter(entry: Entry, phase: FilePhase): void {
    entry.phase = phase;
    this.tell();
  }

  private tell(): void {
    for (const watcher of [...this.watchers]) watcher();
    this.changed();
  }
}

/** A file that was not sealed when the tab was closed is gone: then it is no answer any more. */
export function withoutLost(filling: Filling, files: SealedFiles): void {
  for (const item of itemsOf(filling.definition)) {
    const value = item.type === "file" ? filling.typedOf(item.id) : undefined;
    if (!Array.isArray(value)) continue;
    const here = new Set(files.list(item.id).map((file) => file.blob));
    const left = (value as readonly FileValue[]).filter((file) => here.has(file.blob));
    if (left.length < value.length) filling.type(item.id, left.length === 0 ? undefined : left);
  }
}

/** A file of this question has not arrived, and won't by itself. */
export class FileMissingError extends Error {
  override readonly name = "FileMissingError";

  constructor(readonly question: string) {
    super("a file has not arrived");
  }
}

/** A random UUID, version 4. */
function freshUuid(): string {
  const data = randomBytes(16);
  data[6] = ((data[6] ?? 0) & 0x0f) | 0x40;
  data[8] = ((data[8] ?? 0) & 0x3f) | 0x80;
  return toUuid(data);
}

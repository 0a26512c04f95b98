// @vitest-environment happy-dom
/** A file of a form goes on where it stopped, into a new room where the old one is gone, and says why it doesn't. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type FileRecord, SealedFiles } from "../../src/feedback/answering/files";
import { Keeping } from "../../src/feedback/answering/keeping";
import { type KeptFile } from "../../src/feedback/fill";
import { type FormServer, type Upload } from "../../src/feedback/strangers";
import { ServerError } from "../../src/keys/http";

vi.mock("../../src/feedback/answering/proof", () => ({ prove: (): Promise<string> => Promise.resolve("proof") }));

const BLOB = "01920000-0000-4000-8000-000000000001";
const OLD: Upload = { blob: "01920000-0000-4000-8000-000000000002", token: "old" };
const NEW: Upload = { blob: "01920000-0000-4000-8000-000000000003", token: "new" };

const RECORD: FileRecord = { blob: BLOB, question: "q3", name: "a.pdf", kind: "application/pdf", size: 10, key: [1], sha256: [2], sent: 0 };

let opened = 0;

function serverOf(putChunk: (upload: Upload) => Promise<void>, open: () => Promise<Upload> = () => Promise.resolve(NEW)): FormServer {
  const openFile = (): Promise<Upload> => {
    opened += 1;
    return open();
  };
  return { openFile, putChunk } as unknown as FormServer;
}

async function kept(server: FormServer, record: FileRecord): Promise<SealedFiles> {
  const keeping = await Keeping.open("/f/one/");
  await keeping.putChunk(BLOB, 0, new Uint8Array(26));
  return new SealedFiles(server, keeping, () => undefined, [record]);
}

const only = (files: SealedFiles): KeptFile | undefined => files.list("q3")[0];

beforeEach(() => {
  opened = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("what was announced before the tab was closed, and cleared away since, gets a new room", async () => {
  const put = (upload: Upload): Promise<void> => (upload.token === "old" ? Promise.reject(new ServerError(404, "gone")) : Promise.resolve());
  const server = serverOf(put);
  const files = await kept(server, { ...RECORD, upload: OLD });
  const [arrived] = await files.arrived(new Set(["q3"]));
  expect(arrived?.upload).toEqual(NEW);
  expect(opened).toBe(1);
});

test("a server that knows no room of its own is not asked for ever", async () => {
  const server = serverOf(() => Promise.reject(new ServerError(404, "not here")));
  const files = await kept(server, RECORD);
  await expect(files.arrived(new Set(["q3"]))).rejects.toThrow("has not arrived");
  expect(opened).toBe(1);
});

test("a refusal is said in the server's words, and tried again when the person says so", async () => {
  let isFull = true;
  const open = (): Promise<Upload> => (isFull ? Promise.reject(new ServerError(409, "There is no room.")) : Promise.resolve(NEW));
  const files = await kept(serverOf(() => Promise.resolve(), open), RECORD);
  await vi.waitUntil(() => only(files)?.phase === "failed");
  expect(only(files)).toMatchObject({ problem: "refused", refusal: "There is no room." });
  isFull = false;
  files.retry(BLOB);
  await files.arrived(new Set(["q3"]));
  expect(only(files)).toMatchObject({ phase: "done", refusal: undefined });
});

test("it waits for a busy server and for a lost line, and says for which", async () => {
  const failures = [new ServerError(503, "busy"), new TypeError("no line")];
  const put = (): Promise<void> => {
    const failure = failures.shift();
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
  const files = await kept(serverOf(put), RECORD);
  await vi.waitUntil(() => only(files)?.phase === "busy");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(only(files)?.phase).toBe("offline");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(only(files)?.phase).toBe("done");
});

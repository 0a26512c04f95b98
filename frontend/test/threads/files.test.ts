/** A file goes on where it stopped, under the same key only if it is the same; a lie about it is noticed. */

import { describe, expect, it, test, vi } from "vitest";

import { type Bytes, equal } from "../../src/crypto/bytes";
import { CHUNK_SIZE } from "../../src/crypto/files";
import { sha256 } from "../../src/crypto/hash";
import { ServerError } from "../../src/keys/http";
import { destroyFile } from "../../src/threads/files/blobServer";
import { bodiesOf } from "../../src/threads/files/bodies";
import { Download, type Sink } from "../../src/threads/files/download";
import { ChangedFileError, Opener, Sealer, type Sealing } from "../../src/threads/files/sealing";
import { FILE_LIMIT, type FileBody } from "../../src/wire/body";
import { bodyOf, closeTab, content, type Store, World } from "./filesWorld";

const SIZE = 2 * CHUNK_SIZE + 77;

/** Keeps what it is given only when it is closed. */
class Disk implements Sink {
  saved: Bytes | undefined;
  aborted = false;
  private parts: Bytes[] = [];

  write(data: Bytes): Promise<void> {
    this.parts.push(data);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.saved = new Uint8Array(Buffer.concat(this.parts));
    return Promise.resolve();
  }

  abort(): Promise<void> {
    this.aborted = true;
    return Promise.resolve();
  }
}

async function download(store: Store, body: FileBody): Promise<{ disk: Disk; phase: string }> {
  const disk = new Disk();
  const one = new Download(body, {
    server: store,
    opening: (key, size, digest) => new Opener(key, size, digest),
    changed: () => undefined,
    wait: () => Promise.resolve(),
  });
  const whole = await one.run(disk);
  expect(whole).toBe(one.phase === "done");
  expect(disk.aborted).toBe(!whole);
  expect(disk.saved === undefined).toBe(!whole);
  return { disk, phase: one.phase };
}

async function sent(data: Bytes = content(SIZE)): Promise<{ world: World; body: FileBody; data: Bytes }> {
  const world = new World();
  const upload = world.upload(new Blob([data]));
  await upload.run();
  expect(upload.phase).toBe("done");
  return { world, body: bodyOf(upload), data };
}

test.each([0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, SIZE])(
  "a file of %i bytes arrives as it was",
  async (size) => {
    const { world, body, data } = await sent(content(size));
    expect(body.size).toBe(size);
    expect(equal(body.sha256, await sha256(data))).toBe(true);
    const { disk, phase } = await download(world.store, body);
    expect(phase).toBe("done");
    expect(equal(disk.saved ?? new Uint8Array([0]), data)).toBe(true);
  },
);

test("the server gets nothing but sealed bytes", async () => {
  const { world, data } = await sent();
  for (const [index, chunk] of world.store.only().chunks) {
    const plain = data.subarray(index * CHUNK_SIZE, index * CHUNK_SIZE + 64);
    expect(Buffer.from(chunk).includes(Buffer.from(plain))).toBe(false);
  }
});

test("goes on by itself after a lost connection, with the same bytes", async () => {
  const world = new World();
  let cuts = 0;
  world.store.beforePut = (index) => {
    cuts += 1;
    if (index === 1 && cuts < 6) throw new TypeError("Failed to fetch");
    if (index === 2 && cuts < 9) throw new ServerError(503, "starting again");
  };
  const upload = world.upload(new Blob([content(SIZE)]));
  await upload.run();
  expect(upload.phase).toBe("done");
  expect(world.phases).toContain("waiting");
  expect(upload.done).toBe(SIZE);
});

test("an answer that was lost does not send other bytes", async () => {
  const world = new World();
  const put = world.store.put.bind(world.store);
  let lost = false;
  world.store.put = async (...given) => {
    await put(...given);
    if (lost) return;
    lost = true;
    throw new TypeError("Failed to fetch");
  };
  const upload = world.upload(new Blob([content(SIZE)]));
  await upload.run();
  expect(upload.phase).toBe("done");
});

test("after a closed tab the same file goes on where it stopped, under the same key", async () => {
  const world = new World();
  world.store.beforePut = async (index) => {
    if (index === 0) return;
    // The other lane's chunk has arrived by then, however long it took to seal.
    await vi.waitUntil(() => world.store.only().chunks.has(0), { interval: 1, timeout: 20_000 });
    throw new Error("the tab is closed");
  };
  await world.upload(new Blob([content(SIZE)])).run();
  expect([...world.store.only().chunks.keys()]).toEqual([0]);
  closeTab(world);
  world.store.puts.length = 0;
  world.store.beforePut = () => undefined;
  const again = world.upload(new Blob([content(SIZE)]));
  await again.run();
  expect(again.phase).toBe("done");
  expect(world.store.puts.sort()).toEqual([1, 2]);
  expect((await download(world.store, bodyOf(again))).phase).toBe("done");
});

test("another content of the same size gets another key and another blob", async () => {
  const world = new World();
  world.store.beforePut = async (index) => {
    if (index === 0) return;
    // The other lane's chunk has arrived by then, however long it took to seal.
    await vi.waitUntil(() => world.store.only().chunks.has(0), { interval: 1, timeout: 20_000 });
    throw new Error("the tab is closed");
  };
  await world.upload(new Blob([content(SIZE)])).run();
  const [first] = world.memory.records.values();
  closeTab(world);
  world.store.beforePut = () => undefined;
  const other = world.upload(new Blob([content(SIZE, 2)]));
  await other.run();
  expect(other.uploaded?.blob).not.toBe(first?.one.blob);
  expect(equal(other.uploaded?.key ?? new Uint8Array(), first?.one.key ?? new Uint8Array())).toBe(false);
  expect((await download(world.store, bodyOf(other))).phase).toBe("done");
});

test("an upload that the server has cleared away begins anew, under a new key", async () => {
  const world = new World();
  world.store.beforePut = () => {
    throw new Error("the tab is closed");
  };
  await world.upload(new Blob([content(SIZE)])).run();
  const [first] = world.memory.records.values();
  closeTab(world);
  world.store.blobs.clear();
  world.store.beforePut = () => undefined;
  const again = world.upload(new Blob([content(SIZE)]));
  await again.run();
  expect(again.phase).toBe("done");
  expect(equal(again.uploaded?.key ?? new Uint8Array(), first?.one.key ?? new Uint8Array())).toBe(false);
});

test("the same file twice is two blobs, so that deleting one leaves the other", async () => {
  const world = new World();
  const [left, right] = [world.upload(new Blob([content(9)])), world.upload(new Blob([content(9)]))];
  await Promise.all([left.run(), right.run()]);
  expect(left.uploaded?.blob).not.toBe(right.uploaded?.blob);
  await left.settle();
  const third = world.upload(new Blob([content(9)]));
  await third.run();
  expect(new Set([left, right, third].map((one) => one.uploaded?.blob)).size).toBe(3);
});

test("a chunk that changed since the first reading is never sealed", async () => {
  const key = content(32);
  const versions = [content(SIZE), content(SIZE)];
  versions[1]?.set([99], CHUNK_SIZE + 5);
  let reading = 0;
  const file = {
    size: SIZE,
    slice: (from: number, to: number) => new Blob([(versions[reading] ?? content(1)).slice(from, to)]),
  } as unknown as Blob;
  const sealer = new Sealer(file);
  await sealer.hash(() => undefined);
  reading = 1;
  await sealer.seal(key, 0);
  await expect(sealer.seal(key, 1)).rejects.toThrow(ChangedFileError);
});

test("an upload of a file that changes meanwhile stops, says so, and takes back what was sent", async () => {
  const world = new World();
  const upload = world.upload(new Blob([content(SIZE)]), {
    sealing: (file): Sealing => {
      const sealer = new Sealer(file);
      return {
        hash: (progress) => sealer.hash(progress),
        seal: (key, index) => {
          if (index === 2) throw new ChangedFileError("chunk 2");
          return sealer.seal(key, index);
        },
        close: () => undefined,
      };
    },
  });
  await upload.run();
  expect([upload.phase, upload.problem]).toEqual(["failed", "changed"]);
  expect(world.store.blobs.size).toBe(0);
  expect(world.memory.records.size).toBe(0);
});

test("a cancelled upload stops and takes back what was sent", async () => {
  const world = new World();
  const upload = world.upload(new Blob([content(SIZE)]));
  world.store.beforePut = async (index) => {
    if (index === 1) await upload.cancel();
  };
  await upload.run();
  expect(upload.phase).toBe("cancelled");
  expect(world.store.blobs.size).toBe(0);
  expect(world.memory.records.size).toBe(0);
});

test("a file that is done and removed again is taken back", async () => {
  const world = new World();
  const upload = world.upload(new Blob([content(5)]));
  await upload.run();
  await upload.cancel();
  expect(world.store.blobs.size).toBe(0);
});

test("refuses a file above the limit before reading it", async () => {
  const world = new World();
  const upload = world.upload({ size: FILE_LIMIT + 1 } as Blob);
  await upload.run();
  expect([upload.phase, upload.problem]).toEqual(["failed", "tooLarge"]);
  expect(world.store.blobs.size).toBe(0);
});

test("says what the server said when it has no room", async () => {
  const world = new World();
  world.store.begin = () => Promise.reject(new ServerError(409, "There is no room for this file."));
  const upload = world.upload(new Blob([content(5)]));
  await upload.run();
  expect([upload.phase, upload.refusal]).toEqual(["failed", "There is no room for this file."]);
  expect(world.memory.records.size).toBe(0);
});

test("who is signed out meanwhile goes on after signing in again", async () => {
  const world = new World();
  world.store.beforePut = (index) => {
    if (index === 2) throw new ServerError(401, "signed out");
  };
  await world.upload(new Blob([content(SIZE)])).run();
  closeTab(world);
  world.store.beforePut = () => undefined;
  const again = world.upload(new Blob([content(SIZE)]));
  await again.run();
  expect(again.phase).toBe("done");
  expect(world.store.blobs.size).toBe(1);
});

// A server that lies about a file. Nothing of it reaches the disk.

type Lie = (chunks: Map<number, Bytes>) => void;

const LIES: readonly [string, Lie, string][] = [
  ["one byte changed", (chunks) => chunks.get(1)?.set([7], 900), "damaged"],
  ["two chunks swapped", (chunks) => { swap(chunks, 0, 1); }, "damaged"],
  ["a chunk cut short", (chunks) => chunks.set(0, (chunks.get(0) ?? content(1)).slice(0, 4000)), "damaged"],
  ["the last chunk in the place of the one before", (chunks) => chunks.set(1, chunks.get(2) ?? content(1)), "damaged"],
  ["a chunk that is gone", (chunks) => chunks.delete(2), "gone"],
];

function swap(chunks: Map<number, Bytes>, left: number, right: number): void {
  const [one, other] = [chunks.get(left), chunks.get(right)];
  if (one === undefined || other === undefined) throw new Error("too few chunks");
  chunks.set(left, other).set(right, one);
}

test.each(LIES)("%s is noticed, and nothing is kept", async (_name, lie, phase) => {
  const { world, body } = await sent();
  lie(world.store.only().chunks);
  expect((await download(world.store, body)).phase).toBe(phase);
});

test("a file cut off at a chunk is noticed even if the message's size is cut too", async () => {
  const { world, body } = await sent();
  expect((await download(world.store, { ...body, size: 2 * CHUNK_SIZE })).phase).toBe("damaged");
  expect((await download(world.store, { ...body, size: SIZE - 1 })).phase).toBe("damaged");
});

test("whole chunks of another content under the same key are noticed by the file's hash", async () => {
  const { world, body } = await sent();
  const other = new Sealer(new Blob([content(SIZE, 3)]));
  await other.hash(() => undefined);
  for (const index of [0, 1, 2]) world.store.only().chunks.set(index, await other.seal(body.key, index));
  expect((await download(world.store, body)).phase).toBe("damaged");
});

test("opening goes in order, and ends only when all is there", async () => {
  const { world, body } = await sent();
  const opener = new Opener(body.key, body.size, body.sha256);
  await expect(opener.open(1, await world.store.get(body.blob, 1))).rejects.toThrow("order");
  await opener.open(0, await world.store.get(body.blob, 0));
  await expect(opener.finish()).rejects.toThrow("missing");
});

test("a download goes on by itself after a lost connection, and stops when it is cancelled", async () => {
  const { world, body } = await sent();
  const get = world.store.get.bind(world.store);
  let cuts = 0;
  world.store.get = (...given) => {
    cuts += 1;
    return cuts < 4 ? Promise.reject(new TypeError("Failed to fetch")) : get(...given);
  };
  expect((await download(world.store, body)).phase).toBe("done");

  const disk = new Disk();
  const one: Download = new Download(body, {
    server: world.store,
    opening: (key, size, digest) => new Opener(key, size, digest),
    changed: () => {
      if (one.done > 0) one.cancel();
    },
    wait: () => Promise.resolve(),
  });
  expect(await one.run(disk)).toBe(false);
  expect([one.phase, disk.aborted, disk.saved]).toEqual(["cancelled", true, undefined]);
});

test("words go with the first file, or before it when they are long", () => {
  const [one, two] = ["a", "b"].map((name) => ({ kind: "file", name }) as FileBody);
  if (one === undefined || two === undefined) throw new Error("no files");
  const replyTo = content(32);
  expect(bodiesOf({ text: "" }, [])).toEqual([]);
  expect(bodiesOf({ text: "hello", replyTo }, [])).toEqual([{ kind: "text", text: "hello", replyTo }]);
  expect(bodiesOf({ text: "hello", replyTo }, [one, two])).toEqual([{ ...one, text: "hello", replyTo }, two]);
  expect(bodiesOf({ text: "", replyTo }, [one, two])).toEqual([{ ...one, replyTo }, two]);
  const long = "x".repeat(20_000);
  expect(bodiesOf({ text: long }, [one])).toEqual([{ kind: "text", text: long }, one]);
});

describe("the file of a deleted message", () => {
  const answers = (error?: Error) => ({
    remove: () => (error === undefined ? Promise.resolve() : Promise.reject(error)),
  });

  it("is gone, also when it was gone before or is another's to destroy", async () => {
    await destroyFile(answers(), "blob");
    await destroyFile(answers(new ServerError(404, "")), "blob");
    await destroyFile(answers(new ServerError(403, "")), "blob");
  });

  it("is tried again after a failure, with the deletion that waits for it", async () => {
    for (const error of [new TypeError("no connection"), new ServerError(503, ""), new ServerError(429, "")]) {
      await expect(destroyFile(answers(error), "blob")).rejects.toBe(error);
    }
  });
});

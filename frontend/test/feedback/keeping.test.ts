/** What is typed into a form is kept while the browser's storage works, and nothing hangs on it when it doesn't. */

import "fake-indexeddb/auto";

import { afterEach, expect, test, vi } from "vitest";

import { utf8 } from "../../src/crypto/bytes";
import { Keeping } from "../../src/feedback/answering/keeping";
import { type Opening } from "../../src/feedback/strangers";

const OPENING = { workspaceName: "Mission" } as Opening;
const FILE = "01920000-0000-7000-8000-000000000001";

function breakStorage(method: "get" | "put" | "delete"): void {
  vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(() => {
    throw new DOMException("Internal error.", "UnknownError");
  });
}

afterEach(() => {
  vi.restoreAllMocks();
});

test("what was kept comes back, and is gone once it is forgotten", async () => {
  const keeping = await Keeping.open("/f/one/");
  expect(await keeping.save({ typed: "zyxo" }, OPENING)).toBe(true);
  await keeping.putChunk(FILE, 0, utf8("sealed"));
  const again = await Keeping.open("/f/one/");
  expect(await again.load()).toEqual({ content: { typed: "zyxo" }, opening: OPENING });
  expect(await again.chunk(FILE, 0)).toEqual(utf8("sealed"));
  expect(await (await Keeping.open("/f/other/")).load()).toBeUndefined();
  expect(await again.forget()).toBe(true);
  expect(await again.load()).toBeUndefined();
  expect(await again.chunk(FILE, 0)).toBeUndefined();
});

test("a broken storage says that nothing is kept, and stops neither the form nor its files", async () => {
  const keeping = await Keeping.open("/f/two/");
  breakStorage("put");
  expect(await keeping.save({ typed: "zyxo" }, OPENING)).toBe(false);
  await keeping.putChunk(FILE, 0, utf8("sealed"));
  vi.restoreAllMocks();
  expect(await keeping.chunk(FILE, 0)).toEqual(utf8("sealed"));
  // With room again, what was typed since is kept.
  expect(await keeping.save({ typed: "more" }, OPENING)).toBe(true);
  breakStorage("get");
  expect(await keeping.load()).toBeUndefined();
});

test("what can't be destroyed is said, and raises nothing: a return code waits to be shown", async () => {
  const keeping = await Keeping.open("/f/three/");
  expect(await keeping.save({ typed: "zyxo" }, OPENING)).toBe(true);
  breakStorage("delete");
  expect(await keeping.forget()).toBe(false);
  vi.restoreAllMocks();
  expect(await keeping.forget()).toBe(true);
});

test("without any storage the form works, and says that nothing is kept", async () => {
  vi.spyOn(indexedDB, "open").mockImplementation(() => {
    throw new DOMException("Not allowed here.", "SecurityError");
  });
  const keeping = await Keeping.open("/f/four/");
  expect(keeping.isAble).toBe(false);
  expect(await keeping.save({}, OPENING)).toBe(false);
  await keeping.putChunk(FILE, 0, utf8("sealed"));
  expect(await keeping.chunk(FILE, 0)).toEqual(utf8("sealed"));
  expect(await keeping.forget()).toBe(true);
});

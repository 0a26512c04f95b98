/**
 * The first load of a signed-in page stays under 200 kB gzipped, fonts deferred (they swap in), and
 * the built sheet asks no other origin for anything.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { beforeAll, expect, test } from "vitest";

interface Chunk {
  readonly file: string;
  readonly name?: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const files = new Map<string, Buffer>();
const chunks = new Map<string, Chunk>();

// What is served, which scripts/bootstrap.sh has built of this source: another build would say the same later.
beforeAll(() => {
  if (!existsSync(`${dist}manifest.json`)) throw new Error("Nothing is built: run scripts/bootstrap.sh check first.");
  const manifest = JSON.parse(readFileSync(`${dist}manifest.json`, "utf8")) as Record<string, Chunk>;
  for (const [key, chunk] of Object.entries(manifest)) {
    if (chunk.file.endsWith(".js")) chunks.set(key, chunk);
  }
  for (const name of readdirSync(`${dist}assets`)) files.set(`assets/${name}`, readFileSync(`${dist}assets/${name}`));
});

function named(start: string, end: string): Buffer {
  const found = [...files].filter(([name]) => name.startsWith(`assets/${start}-`) && name.endsWith(end));
  expect(found, `${start}${end}`).toHaveLength(1);
  return found[0]?.[1] ?? Buffer.alloc(0);
}

const kilobytes = (bytes: Buffer): number => gzipSync(bytes, { level: 6 }).length / 1000;

test.each(["ltr", "rtl"])("the first load (%s) is at most 200 kB, and it is far less", (direction) => {
  const page = 12; // a long table of our own, gzipped
  const total =
    page +
    kilobytes(named(direction, ".css")) +
    kilobytes(named("shell", ".js")) +
    kilobytes(named("htmx", ".js")) +
    kilobytes(named("icons", ".svg")) +
    kilobytes(named("mark", ".svg"));
  console.info(`first load, ${direction}: ${total.toFixed(1)} kB gzipped`);
  expect(total).toBeLessThanOrEqual(110);
});

test.each(["ltr", "rtl"])("the %s sheet loads nothing from elsewhere and no font as data:", (direction) => {
  const sheet = named(direction, ".css").toString();
  const addresses = [...sheet.matchAll(/url\(["']?([^"')]+)/g)].map((match) => match[1] ?? "");
  expect(addresses.length).toBeGreaterThan(0);
  for (const address of addresses) {
    expect(address).toMatch(/^(\/static\/assets\/[\w.-]+\.woff2$|data:image\/svg\+xml)/);
  }
  expect(sheet).not.toContain("@import");
  expect(sheet.match(/@font-face/g)?.length).toBe(sheet.match(/font-display:\s*swap/g)?.length);
});

test("the two sheets differ where the kit has a left and a right", () => {
  expect(named("rtl", ".css").equals(named("ltr", ".css"))).toBe(false);
});

function weigh(key: string): number {
  const content = files.get(chunks.get(key)?.file ?? "");
  if (content === undefined) throw new Error(`${key} is not built`);
  return kilobytes(content);
}

/** A chunk and all that it imports before it runs. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const next of chunks.get(name)?.imports ?? []) withImports(next, seen);
  return seen;
}

test("what judges passphrases comes with the first key press in a new one, and with no page", () => {
  const judge = [...chunks].filter(([, { file }]) => file.startsWith("assets/strength-")).map(([key]) => key);
  expect(judge).toHaveLength(1);
  const pages = [...chunks].filter(([, chunk]) => chunk.isEntry === true);
  expect(pages.length).toBeGreaterThan(10);
  for (const [key, page] of pages) {
    const loaded = [...withImports(key)];
    expect(loaded, page.name).not.toContain(judge[0]);
    const weight = loaded.reduce((sum, name) => sum + weigh(name), 0);
    expect(weight, page.name).toBeLessThanOrEqual(100);
  }
  // Only the script of the fields for a new passphrase asks for it, and only when it is called.
  const asking = [...chunks.values()].filter((chunk) => (chunk.dynamicImports ?? []).includes(judge[0] ?? ""));
  expect(asking.map((chunk) => chunk.name)).toEqual(["passphrase"]);
});

test.each([
  ["src/pages/threads.ts", "src/threads/open.ts"],
  ["src/pages/guest.ts", "src/threads/guests/room.ts"],
])("a conversation on %s weighs at most 300 kB with what it asks for when it opens", (page, opened) => {
  const loaded = withImports(opened, withImports(page));
  expect(loaded).toContain(opened);
  expect([...loaded].reduce((sum, key) => sum + weigh(key), 0)).toBeLessThanOrEqual(300);
});

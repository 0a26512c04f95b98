/**
 * The first load of a signed-in page stays under 200 kB gzipped, fonts deferred (they swap in), and
 * the built sheet asks no other origin for anything.
 */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build, type Rolldown } from "vite";
import { beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = new Map<string, Buffer>();
const chunks = new Map<string, Rolldown.OutputChunk>();

beforeAll(async () => {
  const output = (await build({
    configFile: `${root}/vite.config.ts`,
    logLevel: "error",
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  for (const file of output.output) {
    if (file.type === "chunk") chunks.set(file.fileName, file);
    files.set(file.fileName, Buffer.from(file.type === "chunk" ? file.code : file.source));
  }
}, 240_000);

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

/** A chunk and all that it imports before it runs. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const next of chunks.get(name)?.imports ?? []) withImports(next, seen);
  return seen;
}

test("what judges passphrases comes with the first key press in a new one, and with no page", () => {
  const judge = [...chunks.keys()].filter((name) => name.startsWith("assets/strength-"));
  expect(judge).toHaveLength(1);
  const pages = [...chunks.values()].filter((chunk) => chunk.isEntry);
  expect(pages.length).toBeGreaterThan(10);
  for (const page of pages) {
    const loaded = [...withImports(page.fileName)];
    expect(loaded, page.name).not.toContain(judge[0]);
    const weight = loaded.reduce((sum, name) => sum + kilobytes(files.get(name) ?? Buffer.alloc(0)), 0);
    // The conversation brings its Markdown along; its own figure is the design's.
    const holdsConversation = page.name === "threads" || page.name === "guest";
    expect(weight, page.name).toBeLessThanOrEqual(holdsConversation ? 300 : 100);
  }
  // Only the script of the fields for a new passphrase asks for it, and only when it is called.
  const asking = [...chunks.values()].filter((chunk) => chunk.dynamicImports.includes(judge[0] ?? ""));
  expect(asking.map((chunk) => chunk.name)).toEqual(["passphrase"]);
});

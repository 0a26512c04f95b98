// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { offerPalette, readPlaces, step } from "../../src/pages/shell/palette";
import { forget, recall, remember } from "../../src/pages/shell/recent";

const place = (label: string, url = `/w/mission/${label}/`) => ({
  label,
  note: "",
  icon: "user",
  url,
  group: "Pages",
});

const WORDS = { title: "Go to", field: "Where", recent: "Lately", none: "Nothing", found: "Found: {count}", failed: "Broken", signedOut: "Out" };

beforeEach(() => {
  sessionStorage.clear();
  document.body.innerHTML = `<a href="/w/mission/palette/" data-palette>Go to… <kbd></kbd></a>
    <form data-sign-out></form>
    <script type="application/json" id="palette-words">${JSON.stringify(WORDS)}</script>`;
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("the arrows go around the ends", () => {
  expect(step(0, 3, "ArrowUp")).toBe(2);
  expect(step(2, 3, "ArrowDown")).toBe(0);
  expect(step(1, 3, "Home")).toBe(0);
  expect(step(1, 3, "End")).toBe(2);
  expect(step(1, 3, "x")).toBe(1);
  expect(step(-1, 0, "ArrowDown")).toBe(-1);
});

test("refuses places that lead off this origin", () => {
  const bad = ["https://example.org/", "//example.org/", "javascript:alert(1)"].map((url) => place("x", url));
  expect(readPlaces({ places: [place("ok"), ...bad, { label: "half" }, null] })).toEqual([place("ok")]);
});

test("refuses an answer of another shape", () => {
  expect(() => readPlaces("<html>")).toThrow();
  expect(() => readPlaces({ places: {} })).toThrow();
});

test("keeps the five latest places, the newest first, each once", () => {
  for (const label of ["a", "b", "c", "d", "e", "f", "c"]) {
    remember("/w/mission/palette/", place(label));
  }
  expect(recall("/w/mission/palette/").map((known) => known.label)).toEqual(["c", "f", "e", "d", "b"]);
  expect(recall("/w/other/palette/")).toEqual([]);
  forget();
  expect(recall("/w/mission/palette/")).toEqual([]);
});

async function openWith(answer: Response | Promise<Response>): Promise<HTMLElement> {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(answer)));
  offerPalette(document);
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
  const dialog = await vi.waitFor(() => {
    const found = document.querySelector<HTMLElement>("dialog.palette");
    if (!found?.querySelector(".palette-status")?.textContent) {
      throw new Error("not answered yet");
    }
    return found;
  }, { timeout: 20_000 });
  return dialog;
}

test("Ctrl-K asks the server and offers what it answers", async () => {
  const dialog = await openWith(Response.json({ places: [place("Threads"), place("سفارة")] }));
  const input = dialog.querySelector("input");
  expect([...dialog.querySelectorAll(".palette-label")].map((label) => label.textContent)).toEqual(["Threads", "سفارة"]);
  expect(dialog.querySelector(".palette-status")?.textContent).toBe("Found: 2");
  expect(input?.getAttribute("aria-activedescendant")).toBe("palette-option-0");
  input?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  expect(dialog.querySelector('[aria-selected="true"]')?.textContent).toContain("سفارة");
});

test("Escape closes it at once, also with words in the field", async () => {
  const dialog = await openWith(Response.json({ places: [place("Threads")] }));
  const input = dialog.querySelector("input");
  if (input !== null) input.value = "thr";
  input?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  expect(dialog.hasAttribute("open")).toBe(false);
});

test("says when the server does not answer", async () => {
  const dialog = await openWith(new Response("", { status: 500 }));
  expect(dialog.querySelector(".palette-status")?.textContent).toBe("Broken");
  expect(dialog.querySelectorAll('[role="option"]')).toHaveLength(0);
});

test("does nothing on a page without a workspace", () => {
  document.body.innerHTML = "";
  offerPalette(document);
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
  expect(document.querySelector("dialog")).toBeNull();
});

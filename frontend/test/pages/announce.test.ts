// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";

import { announce } from "../../src/pages/shell/announce";

beforeEach(() => {
  document.head.innerHTML = '<meta name="icon-sprite" content="/static/icons.svg">';
  document.body.innerHTML = '<div id="announcements" role="status"></div>';
});

test("shows the text as text, with the icon of its tone", () => {
  announce("good", "<b>Saved</b>");
  const note = document.querySelector(".note-good");
  expect(note?.textContent).toBe("<b>Saved</b>");
  expect(note?.querySelector("use")?.getAttribute("href")).toBe("/static/icons.svg#circle-check");
  expect(note?.hasAttribute("role")).toBe(false);
});

test("interrupts for an error, and keeps only the newest", () => {
  announce("info", "one");
  announce("bad", "two");
  expect(document.querySelectorAll(".note")).toHaveLength(1);
  expect(document.querySelector('[role="alert"]')?.textContent).toBe("two");
});

test("says which region is missing", () => {
  document.body.innerHTML = "";
  expect(() => {
    announce("good", "x");
  }).toThrow(/announcements/);
});

// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";

import { closeMenusPolitely } from "../../src/pages/shell/menus";

let menu: HTMLDetailsElement;

beforeEach(() => {
  document.body.innerHTML =
    '<details data-menu open><summary>Menu</summary><a href="/x">X</a></details><a id="other" href="/y">Y</a>';
  const found = document.querySelector("details");
  if (found === null) {
    throw new Error("no menu");
  }
  menu = found;
});

closeMenusPolitely(document);

test("Escape closes the menu and gives the focus back to its button", () => {
  menu.querySelector("a")?.focus();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  expect(menu.open).toBe(false);
  expect(document.activeElement).toBe(menu.querySelector("summary"));
});

test("a click elsewhere closes it, a click inside doesn't", () => {
  menu.querySelector("a")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  expect(menu.open).toBe(true);
  document.body.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(menu.open).toBe(false);
});

test("another key leaves it open", () => {
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
  expect(menu.open).toBe(true);
});

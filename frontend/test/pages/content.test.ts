// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { guardUnsavedWords } from "../../src/pages/content/guard";
import { previewWhileWriting } from "../../src/pages/content/preview";
import { insertVariables } from "../../src/pages/content/variables";

beforeEach(() => {
  document.body.innerHTML = `
    <form id="writing" method="post" data-guard><input name="subject"><textarea name="body">Dear </textarea>
    <button id="save">Save</button></form>
    <code data-insert="{{ name }}">name</code>
    <section data-preview><select></select>
    <button form="writing" formtarget="draft-mail" data-preview-button>Show</button>
    <iframe name="draft-mail" src="/saved"></iframe></section>`;
});

function body(): HTMLTextAreaElement {
  const found = document.querySelector("textarea");
  if (found === null) {
    throw new Error("no text");
  }
  return found;
}

function isStopped(): boolean {
  const leaving = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(leaving);
  return leaving.defaultPrevented;
}

test("unsaved words hold the page, saving lets it go", () => {
  guardUnsavedWords(document);
  expect(isStopped()).toBe(false);
  body().value = "Dear all";
  expect(isStopped()).toBe(true);
  const submitter = document.querySelector<HTMLElement>("#save");
  document
    .querySelector("form")
    ?.dispatchEvent(new SubmitEvent("submit", { bubbles: true, submitter }));
  expect(isStopped()).toBe(false);
});

test("a preview does not count as saving", () => {
  guardUnsavedWords(document);
  body().value = "Dear all";
  const submitter = document.querySelector<HTMLElement>("[data-preview-button]");
  document
    .querySelector("form")
    ?.dispatchEvent(new SubmitEvent("submit", { bubbles: true, submitter }));
  expect(isStopped()).toBe(true);
});

test("a variable is written where the cursor is, by mouse and by key", () => {
  insertVariables(document);
  const name = document.querySelector<HTMLElement>("[data-insert]");
  body().setSelectionRange(5, 5);
  name?.click();
  expect(body().value).toBe("Dear {{ name }}");
  name?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  expect(body().value).toBe("Dear {{ name }}{{ name }}");
});

test("the mail is shown once, after a pause, in a fresh frame", () => {
  vi.useFakeTimers();
  const form = document.querySelector("form");
  const asked = vi.fn();
  if (form !== null) {
    form.requestSubmit = asked;
  }
  const before = document.querySelector("iframe");
  previewWhileWriting(document);
  for (let key = 0; key < 10; key += 1) {
    body().dispatchEvent(new Event("input", { bubbles: true }));
  }
  expect(asked).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(asked).toHaveBeenCalledTimes(1);
  const after = document.querySelector("iframe");
  expect(after).not.toBe(before);
  expect(after?.getAttribute("name")).toBe("draft-mail");
  expect(after?.hasAttribute("src")).toBe(false);
  vi.useRealTimers();
});

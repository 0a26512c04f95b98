// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";

import { focusErrorSummary, sendOnce } from "../../src/pages/shell/forms";

sendOnce(document);

beforeEach(() => {
  document.body.innerHTML =
    '<div data-error-summary tabindex="-1"></div><form method="post"><button>Send</button></form><form id="find" method="get"></form>';
});

function send(form: Element | null): boolean {
  return form?.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true })) ?? false;
}

test("a form is sent once", () => {
  const form = document.querySelector('form[method="post"]');
  expect(send(form)).toBe(true);
  expect(send(form)).toBe(false);
});

test("a search may be sent again and again", () => {
  const form = document.querySelector("#find");
  expect(send(form)).toBe(true);
  expect(send(form)).toBe(true);
});

test("a form of a page that comes back may be sent again", () => {
  const form = document.querySelector('form[method="post"]');
  send(form);
  window.dispatchEvent(new Event("pageshow"));
  expect(send(form)).toBe(true);
});

test("the summary of errors gets the focus", () => {
  focusErrorSummary(document);
  expect(document.activeElement).toBe(document.querySelector("[data-error-summary]"));
});

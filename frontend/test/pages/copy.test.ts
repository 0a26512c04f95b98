// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";

import { offerCopies } from "../../src/pages/shell/copy";

test("the button copies the whole text and says so", async () => {
  const written = vi.fn(() => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { writeText: written } });
  document.body.innerHTML =
    '<input id="token" readonly value="entente_x"><button data-copy="token" data-copied="Copied." hidden><span data-copy-words aria-live="polite">Copy</span></button>';
  offerCopies(document);
  const button = document.querySelector("button");
  expect(button?.hidden).toBe(false);
  button?.click();
  await Promise.resolve();
  expect(written).toHaveBeenCalledWith("entente_x");
  expect(button?.textContent).toBe("Copied.");
});

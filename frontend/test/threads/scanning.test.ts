/** A camera that is refused, missing or busy is told apart, each with its sentence and a way on without it. */

import { readFileSync } from "node:fs";

import { expect, test, vi } from "vitest";

import { CameraError, type CameraTrouble, scan } from "../../src/threads/scanning";

class Detector {
  detect(): Promise<readonly { rawValue: string }[]> {
    return Promise.resolve([{ rawValue: "read" }]);
  }
}

/** A page whose camera answers so; undefined for a page that has none. */
function page(asked: (() => Promise<MediaStream>) | undefined): void {
  vi.stubGlobal("window", { BarcodeDetector: Detector });
  vi.stubGlobal("navigator", { mediaDevices: asked && { getUserMedia: asked } });
}

const refusing = (name: string) => () => Promise.reject(new DOMException("no", name));

function video(): HTMLVideoElement {
  return { hidden: true, srcObject: null, play: () => Promise.resolve() } as unknown as HTMLVideoElement;
}

const CASES: readonly (readonly [string, CameraTrouble, () => void])[] = [
  ["the person refuses it", "refused", () => { page(refusing("NotAllowedError")); }],
  ["a policy refuses it", "refused", () => { page(refusing("SecurityError")); }],
  ["there is none", "none", () => { page(refusing("NotFoundError")); }],
  ["the page has no devices", "none", () => { page(undefined); }],
  ["another program uses it", "busy", () => { page(refusing("NotReadableError")); }],
  ["the browser reads no codes", "unsupported", () => { vi.stubGlobal("window", {}); }],
];

test.each(CASES)("says why where %s, and shows no picture", async (_when, why, prepare) => {
  prepare();
  const shown = video();
  const refusal: unknown = await scan(shown).found.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CameraError);
  expect(refusal).toMatchObject({ why });
  expect(shown.hidden).toBe(true);
});

test("every sentence says how to go on without the camera", () => {
  const text = readFileSync(new URL("../../../templates/threads/_membership_words.html", import.meta.url), "utf8");
  for (const name of ["w_camera_refused", "w_camera_none", "w_camera_busy"]) {
    const sentence = new RegExp(`translate "([^"]*)" as ${name} `).exec(text)?.[1];
    expect(sentence, name).toMatch(/ompare the numbers instead\.$/);
  }
  expect(text).toContain("The browser does not let this page use the camera.");
});

test("a camera that is let go of shows nothing any more", async () => {
  const stopped = vi.fn();
  page(() => Promise.resolve({ getTracks: () => [{ stop: stopped }] } as unknown as MediaStream));
  const shown = video();
  const scanning = scan(shown);
  expect(await scanning.found).toBe("read");
  expect(shown.hidden).toBe(false);
  scanning.stop();
  expect(stopped).toHaveBeenCalledOnce();
  expect([shown.hidden, shown.srcObject]).toEqual([true, null]);
});

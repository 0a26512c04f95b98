// @vitest-environment happy-dom
/** What a notification says, when there is one, and when there is none. */

import { beforeAll, beforeEach, expect, it, vi } from "vitest";

import { type Bytes, randomBytes } from "../../src/crypto/bytes";
import { generateSeeds, Identity } from "../../src/crypto/identity";
import { type Event } from "../../src/threads/socketMessages";
import { Telling } from "../../src/threads/telling";
import { makeEnvelope } from "../../src/wire/envelope";
import { START } from "../../src/wire/transcript";

const WORDS = {
  waits: "Something waits in Entente.",
  tellHere: "Tell me",
  tellOn: "On",
  tellOff: "Off",
  tellBlocked: "Blocked",
  tellFailed: "Failed",
};

interface Shown {
  readonly title: string;
  readonly options: NotificationOptions | undefined;
}

const THREAD = "3e00309e-70f3-49cb-ab5b-e742a8c734a3";
const ANNA = "01a203b8-2e07-75e8-8c5b-c7b464d24375";
const BORIS = "01a203b8-2f32-715a-9b5a-9ff2bded8361";
let identity: Identity;
let raw: Bytes;
let place: HTMLElement;
let shown: Shown[];
let permission: NotificationPermission;
let focused: boolean;
const closed = vi.fn();
const muted: string[] = [];

/** A message of this person's, as the socket brings it. */
function seal(sender: string): Promise<Bytes> {
  const header = {
    thread: THREAD,
    epoch: new Uint8Array(32),
    sender,
    client: randomBytes(16),
    counter: 1,
    class: "stored",
    writtenAt: 1_795_339_200_000,
    seen: START,
  } as const;
  return makeEnvelope(header, { kind: "text", text: "secret" }, randomBytes(32), identity);
}

beforeAll(async () => {
  identity = await Identity.fromSeeds(generateSeeds());
  raw = await seal(BORIS);
});

beforeEach(() => {
  window.localStorage.clear();
  muted.length = 0;
  shown = [];
  closed.mockClear();
  permission = "default";
  focused = false;
  place = document.createElement("div");
  vi.spyOn(document, "hasFocus").mockImplementation(() => focused);
  const Fake = class {
    static get permission(): NotificationPermission {
      return permission;
    }
    static requestPermission(): Promise<NotificationPermission> {
      permission = "granted";
      return Promise.resolve(permission);
    }
    readonly close = closed;
    readonly addEventListener = vi.fn();
    constructor(title: string, options?: NotificationOptions) {
      shown.push({ title, options });
    }
  };
  vi.stubGlobal("Notification", Fake);
});

async function telling(): Promise<Telling> {
  const made = new Telling(
    place,
    {
      muted: () => Promise.resolve(muted),
      mute: () => Promise.resolve(),
    },
    WORDS,
    ANNA,
  );
  await made.load();
  return made;
}

function envelope(of: Bytes = raw): Event {
  return { kind: "envelope", thread: THREAD, head: { seq: 1, t: new Uint8Array(32) }, raw: of };
}

async function turnOn(): Promise<Telling> {
  const made = await telling();
  place.querySelector("button")?.click();
  await vi.waitFor(() => {
    expect(place.textContent).toContain("On");
  }, { timeout: 20_000 });
  return made;
}

it("asks for nothing before the button is pressed, and tells nothing", async () => {
  const made = await telling();
  await made.note(envelope());
  expect(permission).toBe("default");
  expect(shown).toEqual([]);
});

it("tells once that something waits, and nothing else, until somebody looks", async () => {
  const made = await turnOn();
  await made.note(envelope());
  await made.note(envelope(await seal(BORIS)));
  expect(shown).toHaveLength(1);
  const [{ title, options } = { title: "", options: undefined }] = shown;
  expect(title).toBe("Entente");
  expect(Object.keys(options ?? {}).toSorted()).toEqual(["body", "lang", "tag"]);
  expect(options?.body).toBe(WORDS.waits);
  expect(options?.tag).toBe("entente.waiting");
  focused = true;
  window.dispatchEvent(new window.Event("focus"));
  expect(closed).toHaveBeenCalledOnce();
  await made.note(envelope());
  expect(shown).toHaveLength(1);
  focused = false;
  await made.note(envelope());
  expect(shown).toHaveLength(2);
});

it("tells nothing of one's own messages, of muted conversations, of other news, or of what is no envelope", async () => {
  const made = await turnOn();
  await made.note(envelope(await seal(ANNA)));
  await made.note({ kind: "epoch", thread: THREAD });
  await made.note(envelope(new Uint8Array([0xf6])));
  await made.mute(THREAD, true);
  await made.note(envelope());
  expect(shown).toEqual([]);
  await made.mute(THREAD, false);
  await made.note(envelope());
  expect(shown).toHaveLength(1);
});

it("can be stopped, and stays stopped in this browser", async () => {
  document.body.append(place);
  const made = await turnOn();
  place.querySelector("button")?.click();
  expect(place.textContent).toBe("Tell me");
  await made.note(envelope());
  await (await telling()).note(envelope());
  expect(shown).toEqual([]);
});

it("says when this browser refuses or can't", async () => {
  permission = "denied";
  await telling();
  expect(place.textContent).toBe("Blocked");
  permission = "default";
  const made = await turnOn();
  const refuses = (): never => {
    throw new TypeError("Illegal constructor");
  };
  vi.stubGlobal("Notification", Object.assign(refuses, { permission: "granted" }));
  await made.note(envelope());
  expect(place.textContent).toBe("Failed");
});

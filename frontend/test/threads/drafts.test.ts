/** Drafts follow a person, and nothing that was written is overwritten unseen. */

import { beforeAll, beforeEach, expect, it, vi } from "vitest";

import { type Bytes, toHex } from "../../src/crypto/bytes";
import { ServerError } from "../../src/keys/http";
import { Drafts, NOTHING, type Theirs, UNREADABLE, type Written } from "../../src/threads/drafts";
import { type ListedDraft } from "../../src/threads/server";
import { newUuid, type Person, person } from "../people";

/** Keeps one draft, as the real one does. */
class Shelf {
  kept: ListedDraft | undefined;
  broken = false;

  draft(): Promise<ListedDraft | undefined> {
    if (this.broken) return Promise.reject(new TypeError("no connection"));
    return Promise.resolve(this.kept);
  }

  saveDraft(_thread: string, number: number, fingerprint: Bytes, box: Bytes): Promise<void> {
    if (this.broken) return Promise.reject(new TypeError("no connection"));
    if (number !== (this.kept?.number ?? 0) + 1) {
      return Promise.reject(new ServerError(409, "", "overtaken"));
    }
    this.kept = { number, fingerprint, box };
    return Promise.resolve();
  }
}

class Browser {
  text: Written = NOTHING;
  other: Theirs | undefined;
  readonly drafts: Drafts;

  /** `disk` is what another page of the same browser left. */
  constructor(
    shelf: Shelf,
    me: Person,
    oldXwing: { fingerprint: Bytes; seed: Bytes }[] = [],
    readonly disk: { kept?: ListedDraft } = {},
  ) {
    const keys = { userId: me.id, seeds: me.seeds, identity: me.identity, oldXwing };
    const view = {
      current: () => this.text,
      fill: (written: Written) => { this.text = written; },
      differs: (theirs: Theirs | undefined) => { this.other = theirs; },
    };
    this.drafts = new Drafts(thread, shelf, keys, view, {
      put: (draft) => {
        disk.kept = draft;
        return Promise.resolve();
      },
      find: () => Promise.resolve(disk.kept),
      drop: () => {
        delete disk.kept;
        return Promise.resolve();
      },
    });
  }

  /** The page is gone, and comes again. */
  reloaded(shelf: Shelf, me: Person): Browser {
    return new Browser(shelf, me, [], this.disk);
  }

  async write(text: string): Promise<void> {
    this.text = { text };
    await this.drafts.save();
  }
}

const thread = newUuid();
let me: Person;
let shelf: Shelf;

beforeAll(async () => {
  vi.stubGlobal("window", globalThis);
  me = await person();
});

beforeEach(() => {
  shelf = new Shelf();
});

it("come along to another browser, sealed on the way", async () => {
  const [laptop, phone] = [new Browser(shelf, me), new Browser(shelf, me)];
  await laptop.drafts.load();
  const replyTo = "ab".repeat(32);
  laptop.text = { text: "half a thought", replyTo };
  await laptop.drafts.save();
  expect(toHex(shelf.kept?.box ?? new Uint8Array())).not.toContain(toHex(new TextEncoder().encode("half a thought")));
  await phone.drafts.load();
  expect(phone.text).toEqual({ text: "half a thought", replyTo, edits: undefined });
  await phone.write("half a thought, and more");
  await laptop.drafts.load(2);
  expect(laptop.text.text).toBe("half a thought, and more");
});

it("are cleared everywhere once sent", async () => {
  const [laptop, phone] = [new Browser(shelf, me), new Browser(shelf, me)];
  await laptop.write("going");
  await phone.drafts.load();
  await laptop.write("");
  expect(shelf.kept?.box).toHaveLength(0);
  await phone.drafts.load(2);
  expect(phone.text).toEqual(NOTHING);
});

it("that differ are shown, and the person chooses", async () => {
  const [laptop, phone] = [new Browser(shelf, me), new Browser(shelf, me)];
  await laptop.write("from the laptop");
  await phone.write("from the phone");
  expect(phone.text.text).toBe("from the phone");
  expect(phone.other).toMatchObject({ text: "from the laptop" });
  await phone.write("from the phone, more");
  expect(shelf.kept?.number).toBe(1);
  await phone.drafts.keepMine();
  expect(phone.other).toBeUndefined();
  expect(shelf.kept?.number).toBe(2);
  laptop.text = { text: "laptop goes on" };
  await laptop.drafts.load(2);
  expect(laptop.other).toMatchObject({ text: "from the phone, more" });
  laptop.drafts.takeTheirs();
  expect(laptop.text.text).toBe("from the phone, more");
});

it("without a connection stay where they are, and are saved later", async () => {
  vi.useFakeTimers();
  const laptop = new Browser(shelf, me);
  shelf.broken = true;
  await laptop.write("kept");
  expect(shelf.kept).toBeUndefined();
  shelf.broken = false;
  await vi.advanceTimersByTimeAsync(6_000);
  vi.useRealTimers();
  await laptop.drafts.load();
  expect(shelf.kept?.number).toBe(1);
  expect(laptop.text.text).toBe("kept");
});

it("sealed under earlier keys open with the old seed, and by another's keys never", async () => {
  const laptop = new Browser(shelf, me);
  await laptop.write("before the new keys");
  const next = await person(me.id);
  const old = { fingerprint: me.identity.publicKeys.fingerprint, seed: me.seeds.xwing };
  const later = new Browser(shelf, next, [old]);
  await later.drafts.load();
  expect(later.text.text).toBe("before the new keys");
  const stranger = new Browser(shelf, await person());
  await stranger.drafts.load();
  expect(stranger.text).toEqual(NOTHING);
  expect(stranger.other).toBe(UNREADABLE);
});

it("that can't be opened are kept, and said so, until the person decides", async () => {
  const laptop = new Browser(shelf, me);
  await laptop.write("under keys that are gone");
  const kept = shelf.kept;
  const later = new Browser(shelf, await person(me.id));
  await later.drafts.load();
  expect(later.other).toBe(UNREADABLE);
  await later.write("something new");
  expect(shelf.kept).toBe(kept);
  later.drafts.takeTheirs();
  expect(later.text.text).toBe("something new");
  await later.drafts.load();
  await later.drafts.keepMine();
  expect(shelf.kept?.number).toBe(2);
  expect(later.other).toBeUndefined();
});

it("that can't be opened can be given up with nothing in their place", async () => {
  await new Browser(shelf, me).write("gone");
  const later = new Browser(shelf, await person(me.id));
  await later.drafts.load();
  await later.drafts.keepMine();
  expect(shelf.kept).toMatchObject({ number: 2, box: new Uint8Array() });
});

it("that the server moved from elsewhere are never shown as one's own", async () => {
  const laptop = new Browser(shelf, me);
  await laptop.write("first");
  if (shelf.kept !== undefined) shelf.kept = { ...shelf.kept, number: 7 };
  const phone = new Browser(shelf, me);
  await phone.drafts.load();
  expect(phone.text).toEqual(NOTHING);
  expect(phone.other).toBe(UNREADABLE);
});

it("stay sealed in the browser when the line or the session is gone, and come back", async () => {
  const laptop = new Browser(shelf, me);
  await laptop.write("saved");
  shelf.broken = true;
  await laptop.write("saved, and more");
  expect(toHex(laptop.disk.kept?.box ?? new Uint8Array())).not.toContain(toHex(new TextEncoder().encode("more")));
  shelf.broken = false;
  const again = laptop.reloaded(shelf, me);
  await again.drafts.load();
  expect(again.text.text).toBe("saved, and more");
  expect(again.other).toBeUndefined();
  await again.drafts.save();
  expect(again.disk.kept).toBeUndefined();
  const phone = new Browser(shelf, me);
  await phone.drafts.load();
  expect(phone.text.text).toBe("saved, and more");
});

it("left behind in one browser, and others written meanwhile: the person chooses", async () => {
  const laptop = new Browser(shelf, me);
  await laptop.write("here");
  shelf.broken = true;
  await laptop.write("here without a line");
  shelf.broken = false;
  const phone = new Browser(shelf, me);
  await phone.drafts.load();
  await phone.write("there");
  const again = laptop.reloaded(shelf, me);
  await again.drafts.load();
  expect(again.text.text).toBe("here without a line");
  expect(again.other).toEqual({ text: "there" });
  // Whoever goes away before choosing finds both again.
  await again.drafts.save();
  expect(again.disk.kept).toBeDefined();
  const third = again.reloaded(shelf, me);
  await third.drafts.load();
  expect([third.text.text, third.other]).toEqual(["here without a line", { text: "there" }]);
  third.drafts.takeTheirs();
  expect(third.text.text).toBe("there");
  await third.drafts.save();
  expect(third.disk.kept).toBeUndefined();
});

it("written when the session ends ask the server nothing more", async () => {
  const laptop = new Browser(shelf, me);
  const asked = vi.spyOn(shelf, "saveDraft");
  laptop.text = { text: "the last words" };
  await laptop.drafts.end();
  expect(asked).not.toHaveBeenCalled();
  const again = laptop.reloaded(shelf, me);
  await again.drafts.load();
  expect(again.text.text).toBe("the last words");
});

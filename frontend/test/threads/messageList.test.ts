// @vitest-environment happy-dom
/** Where a reader begins who has more unread than one page, and that they get from there to everything before. */

import { expect, it, vi } from "vitest";

import { type Conversation } from "../../src/threads/conversation";
import { MessageList } from "../../src/threads/messageList";
import { type MessageView } from "../../src/threads/messageView";
import { type Item } from "../../src/threads/talk";
import { type TalkWords } from "../../src/threads/talkWords";

const PAGE = 200;
const ME = "me";

let items: Item[];
let asked: number;
let list: HTMLElement;
let shown: MessageList;

function item(seq: number): Item {
  return { id: String(seq), seq, at: seq, sender: "boris", kind: "text", text: "", mentions: [], versions: [] } as unknown as Item;
}

function page(from: number, to: number): Item[] {
  return Array.from({ length: to - from + 1 }, (_, at) => item(from + at));
}

/** A conversation of which `readBefore` were read, and the newest page is here. */
function begin(length: number, readBefore: number): void {
  items = page(Math.max(1, length - PAGE + 1), length);
  asked = 0;
  const talk = { get items() { return items; }, find: () => undefined };
  const now = {
    talk, readBefore, readUpTo: readBefore, stage: "open", start: 0, silence: "", pins: [], roster: [],
    passing: { read: new Map() },
    get hasEarlier() { return (items[0]?.seq ?? 1) > 1; },
    loadEarlier: () => {
      asked += 1;
      const first = items[0]?.seq ?? 1;
      items = [...page(Math.max(1, first - PAGE), first - 1), ...items];
      return Promise.resolve();
    },
  } as unknown as Conversation;
  const views = {
    name: () => "",
    draw: ({ id, seq }: Item) => {
      const made = document.createElement("li");
      Object.assign(made.dataset, { id, seq });
      return made;
    },
  } as unknown as MessageView;
  const words = { newMessages: "New", beginning: "The beginning.", joinedHere: "", nothingWritten: "" } as unknown as TalkWords;
  const scroll = document.createElement("div");
  list = document.createElement("ol");
  scroll.append(list);
  document.body.replaceChildren(scroll);
  shown = new MessageList(scroll, list, views, words, ME, () => now, () => [], () => undefined);
}

/** The number of the message below the divider. */
function divided(): string | undefined {
  const after = list.querySelector(".talk-unread")?.nextElementSibling;
  return after instanceof HTMLElement ? after.dataset["seq"] : undefined;
}

it("begins at the divider and asks for what is before it: at the very top nobody can scroll up", async () => {
  begin(1000, 300);
  shown.show();
  expect(divided()).toBe("801");
  // Nothing was scrolled, so no event came; happy-dom's boxes have no height, as at the very top.
  await vi.waitFor(() => {
    expect(asked).toBeGreaterThan(0);
  }, { timeout: 20_000 });
});

it("moves the divider to the first unread message of all as earlier pages come", async () => {
  begin(1000, 300);
  shown.show();
  for (let page = 0; page < 5; page += 1) await shown.earlier();
  await vi.waitFor(() => {
    expect(divided()).toBe("301");
  }, { timeout: 20_000 });
});

it("takes a reader who has not scrolled along to the first unread message of the page before", async () => {
  begin(500, 150);
  shown.show();
  await vi.waitFor(() => {
    expect(divided()).toBe("151");
  }, { timeout: 20_000 });
  expect(asked).toBeLessThan(3);
});

it("leaves the divider alone that was drawn for what came later", async () => {
  begin(1000, 1000);
  shown.show();
  items = [...items, item(1001)];
  shown.markUnread(1001);
  shown.show();
  await shown.earlier();
  shown.show();
  expect(divided()).toBe("1001");
});

// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { LivePart } from "../../src/pages/campaigns/live-part";
import { listen } from "../../src/pages/campaigns/socket";

const WORDS = { live: "Live", polling: "Reconnecting" };

function part(moving = true): HTMLElement {
  document.body.innerHTML = `<div id="live" data-part="/part"${moving ? " data-moving" : ""}><span data-live-link></span><p>old</p></div>`;
  const found = document.getElementById("live");
  if (found === null) {
    throw new Error("no part");
  }
  return found;
}

function serve(...bodies: string[]): ReturnType<typeof vi.fn> {
  const answers = [...bodies];
  const fetched = vi.fn(() => {
    const body = answers.length > 1 ? answers.shift() : answers[0];
    return body === undefined
      ? Promise.reject(new TypeError("network"))
      : Promise.resolve(new Response(body, { status: 200 }));
  });
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a moving edition is asked for without a socket", async () => {
  const fetched = serve("<span data-live-link></span><p>new</p>");
  const live = part();
  new LivePart(live, WORDS);
  await vi.advanceTimersByTimeAsync(4000);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(live.textContent).toContain("new");
  expect(live.textContent).toContain("Reconnecting");
});

test("an edition that has ended is left alone", async () => {
  const fetched = serve("<p>new</p>");
  new LivePart(part(false), WORDS);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetched).not.toHaveBeenCalled();
});

test("many events at once are one question, and the last is not lost", async () => {
  const fetched = serve("<p>1</p>", "<p>2</p>");
  const page = new LivePart(part(), WORDS);
  for (let event = 0; event < 50; event += 1) {
    page.renew();
  }
  await vi.advanceTimersByTimeAsync(1500);
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("what somebody is about to press stays in place", async () => {
  const fetched = serve("<p>new</p>");
  const live = part();
  live.insertAdjacentHTML("beforeend", "<button>Pause</button>");
  live.querySelector("button")?.focus();
  new LivePart(live, WORDS).renew();
  await vi.advanceTimersByTimeAsync(1000);
  expect(fetched).not.toHaveBeenCalled();
  live.querySelector("button")?.blur();
  await vi.advanceTimersByTimeAsync(4000);
  expect(live.textContent).toBe("new");
});

test("what somebody ticks while the answer is on its way stays ticked", async () => {
  let arrive: (answer: Response) => void = () => undefined;
  vi.stubGlobal(
    "fetch",
    vi.fn(() => new Promise<Response>((resolve) => (arrive = resolve))),
  );
  const live = part();
  live.insertAdjacentHTML("beforeend", '<input type="checkbox" name="delivery">');
  new LivePart(live, WORDS).renew();
  await vi.advanceTimersByTimeAsync(10);
  const box = live.querySelector("input");
  if (box !== null) {
    box.checked = true;
  }
  arrive(new Response('<p>new</p><input type="checkbox">', { status: 200 }));
  await vi.advanceTimersByTimeAsync(10);
  expect(live.querySelector("input")?.checked).toBe(true);
  expect(live.textContent).toContain("old");
});

test("what the rest of the page says follows another state, once", async () => {
  const live = part();
  live.insertAdjacentHTML("beforeend", '<i data-state="sending"></i>');
  document.body.insertAdjacentHTML(
    "beforeend",
    '<div id="announcements">Released.</div><p data-follows="lead">To 30.</p>',
  );
  const ended = '<i data-state="cancelled"></i><b data-live-link></b>';
  const page = `<p data-follows="lead">Cancelled.</p><div id="live">${ended}</div>`;
  const fetched = serve(ended, page, ended);
  new LivePart(live, WORDS).renew();
  await vi.advanceTimersByTimeAsync(1000);
  expect(document.querySelector("[data-follows]")?.textContent).toBe("Cancelled.");
  expect(document.getElementById("announcements")?.textContent).toBe("");
  expect(live.querySelector("[data-live-link]")?.textContent).toBe("");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("a network that fails leaves the page as it was and is tried again", async () => {
  vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new TypeError("network"))));
  const live = part();
  new LivePart(live, WORDS).renew();
  await vi.advanceTimersByTimeAsync(1000);
  expect(live.textContent).toContain("old");
  serve("<p>back</p>");
  await vi.advanceTimersByTimeAsync(4000);
  expect(live.textContent).toBe("back");
});

function listened(): { sockets: EventTarget[]; heard: string[] } {
  const sockets: EventTarget[] = [];
  class Socket extends EventTarget {
    constructor(readonly address: string) {
      super();
      sockets.push(this);
    }
  }
  vi.stubGlobal("WebSocket", Socket);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const heard: string[] = [];
  listen("/ws/one/", {
    changed: () => heard.push("changed"),
    open: () => heard.push("open"),
    closed: () => heard.push("closed"),
    ended: () => heard.push("ended"),
  });
  return { sockets, heard };
}

test.each([4401, 4404])("whoever may not look any more doesn't ask again (%i)", (code) => {
  const { sockets, heard } = listened();
  sockets[0]?.dispatchEvent(new Event("open"));
  sockets[0]?.dispatchEvent(new CloseEvent("close", { code }));
  vi.advanceTimersByTime(120_000);
  expect(heard).toEqual(["open", "ended"]);
  expect(sockets).toHaveLength(1);
});

test("a socket that breaks is opened again, each time after a longer pause", () => {
  const { sockets, heard } = listened();
  sockets[0]?.dispatchEvent(new Event("open"));
  sockets[0]?.dispatchEvent(new Event("message"));
  sockets[0]?.dispatchEvent(new Event("close"));
  expect(heard).toEqual(["open", "changed", "closed"]);
  vi.advanceTimersByTime(1000);
  expect(sockets).toHaveLength(2);
  sockets[1]?.dispatchEvent(new Event("close"));
  vi.advanceTimersByTime(1000);
  expect(sockets).toHaveLength(2);
  vi.advanceTimersByTime(1000);
  expect(sockets).toHaveLength(3);
});

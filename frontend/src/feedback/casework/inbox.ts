/** The inbox, made quicker: ticking, the keyboard, and a quiet bar when something came in. Without it everything works. */

import { listen } from "./socket";

/** Several changes within so many milliseconds are looked at once. */
const LOOK_MS = 700;

export interface InboxWords {
  readonly fresh: string;
  readonly changed: string;
  readonly noneTicked: string;
  readonly ticked: string;
}

export const INBOX_NAMES = ["fresh", "changed", "noneTicked", "ticked"] as const;

/** Puts the page together; htmx may replace the list at any time, so nothing of it is held on to. */
export function startInbox(root: Document, words: InboxWords): void {
  tick(root, words);
  root.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.type !== "checkbox") return;
    if (event.target.matches("[data-tick-all]")) {
      for (const box of boxes(root)) box.checked = event.target.checked;
    }
    tick(root, words);
  });
  root.addEventListener("htmx:afterSettle", () => {
    tick(root, words);
  });
  root.addEventListener("keydown", (event) => {
    press(root, words, event);
  });
  follow(root, words);
}

function boxes(root: ParentNode): HTMLInputElement[] {
  return [...root.querySelectorAll<HTMLInputElement>('[data-cases] input[name="ids"]')];
}

/** Says how many are ticked, and lets the acts wait until one is. */
function tick(root: Document, words: InboxWords): void {
  const hint = root.querySelector<HTMLElement>("[data-keys]");
  if (hint !== null) hint.hidden = false;
  const all = root.querySelector<HTMLInputElement>("[data-tick-all]");
  const found = boxes(root);
  const ticked = found.filter((box) => box.checked).length;
  for (const box of found) box.closest("tr")?.classList.toggle("is-ticked", box.checked);
  if (all !== null) {
    all.hidden = false;
    all.checked = ticked > 0 && ticked === found.length;
    all.indeterminate = ticked > 0 && ticked < found.length;
  }
  const apply = root.querySelector<HTMLButtonElement>("[data-apply]");
  if (apply !== null) apply.disabled = ticked === 0;
  root.querySelector("[data-bulk]")?.classList.toggle("is-ready", ticked > 0);
  const count = root.querySelector<HTMLElement>("[data-ticked]");
  if (count !== null) {
    const number = new Intl.NumberFormat(root.documentElement.lang || "en").format(ticked);
    count.textContent = ticked === 0 ? words.noneTicked : words.ticked.replace("{count}", number);
  }
}

/** J and K go through the cases, X ticks one, C takes it, Enter opens it (as on any link). */
function press(root: Document, words: InboxWords, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const rows = [...root.querySelectorAll<HTMLElement>("[data-cases] [data-row]")];
  const here = rows.findIndex((row) => row.contains(root.activeElement));
  const row = rows[here];
  switch (event.key.toLowerCase()) {
    case "j":
      go(rows[Math.min(here + 1, rows.length - 1)]);
      break;
    case "k":
      go(rows[Math.max(here - 1, 0)]);
      break;
    case "x": {
      const box = row?.querySelector<HTMLInputElement>('input[name="ids"]');
      if (box === undefined || box === null) return;
      box.checked = !box.checked;
      tick(root, words);
      break;
    }
    case "c":
      row?.querySelector<HTMLButtonElement>("[data-claim]")?.click();
      break;
    default:
      return;
  }
  event.preventDefault();
}

function go(row: HTMLElement | undefined): void {
  const link = row?.querySelector<HTMLElement>("[data-open]");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target.matches("textarea, select, [contenteditable]") || target.closest("dialog") !== null;
}

/** What came in since is offered, never put under somebody's pointer by itself. */
function follow(root: Document, words: InboxWords): void {
  const bar = root.querySelector<HTMLElement>("[data-live-bar]");
  const path = bar?.dataset["socket"] ?? "";
  if (bar === null || path === "") return;
  let timer: number | undefined;
  const look = (): void => {
    timer ??= window.setTimeout(() => {
      timer = undefined;
      void offer(root, words, bar);
    }, LOOK_MS);
  };
  listen(path, {
    heard: ({ type }) => {
      if (type === "case.changed") look();
    },
    back: look,
    ended: () => {
      window.location.reload();
    },
  });
}

/** Asks for the list as it is now, and says in a line what is new in it. */
async function offer(root: Document, words: InboxWords, bar: HTMLElement): Promise<void> {
  const address = new URL(window.location.href);
  let html: string;
  try {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "error", cache: "no-store" });
    if (!answer.ok) return;
    html = await answer.text();
  } catch {
    // The connection is gone; when it is back, the socket says so.
    return;
  }
  const now = new DOMParser().parseFromString(html, "text/html");
  const fresh = count(now) - count(root);
  if (fresh <= 0 && lines(now) === lines(root)) {
    bar.replaceChildren();
    return;
  }
  // From the top, where what is new stands, with the same filters.
  address.searchParams.delete("cursor");
  const link = root.createElement("a");
  link.className = "btn btn-sm live-bar-link";
  link.href = address.toString();
  const number = new Intl.NumberFormat(root.documentElement.lang || "en").format(fresh);
  link.textContent = fresh > 0 ? words.fresh.replace("{count}", number) : words.changed;
  bar.replaceChildren(link);
}

/** How many cases are new, as the page says it. */
function count(page: Document): number {
  return Number(page.querySelector<HTMLElement>("[data-new]")?.dataset["new"] ?? 0);
}

/** What the lines of the list say, without distances in time, which change by themselves. */
function lines(page: Document): string {
  const rows = [...page.querySelectorAll<HTMLElement>("[data-cases] [data-row]")];
  return rows.map((row) => row.dataset["row"] ?? "").join("\n");
}

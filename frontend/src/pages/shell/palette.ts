/**
 * "Go to…": a dialog over the page that a plain link opens without a script.
 *
 * A combobox after the ARIA pattern: the focus stays in the field, the arrows move through the
 * options, Enter goes there. Asks the server for what the person may see; what they chose lately is
 * kept for this tab only and forgotten on signing out.
 */

import { icon } from "../../theme/icon";
import { forget, recall, remember, type Place } from "./recent";
import { fill, words } from "./words";

const WAIT_MS = 120;
const NAMES = ["title", "field", "recent", "none", "found", "failed", "signedOut"] as const;

type Words = Readonly<Record<(typeof NAMES)[number], string>>;

/** Move through `count` options from `at` (-1: none), around the ends. */
export function step(at: number, count: number, key: string): number {
  if (count === 0) {
    return -1;
  }
  switch (key) {
    case "ArrowDown":
      return at + 1 >= count ? 0 : at + 1;
    case "ArrowUp":
      return at <= 0 ? count - 1 : at - 1;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return at;
  }
}

/** Read the server's answer, refusing anything that is not a place on this origin. */
export function readPlaces(answer: unknown): Place[] {
  if (typeof answer !== "object" || answer === null || !("places" in answer)) {
    throw new Error("The answer holds no places.");
  }
  const { places } = answer;
  if (!Array.isArray(places)) {
    throw new Error("The places are no list.");
  }
  return places.filter(
    (place: unknown): place is Place =>
      typeof place === "object" &&
      place !== null &&
      ["label", "note", "icon", "url", "group"].every(
        (name) => typeof (place as Record<string, unknown>)[name] === "string",
      ) &&
      /^\/(?!\/)/.test((place as Place).url),
  );
}

class Palette {
  private readonly dialog = document.createElement("dialog");
  private readonly input = document.createElement("input");
  private readonly list = document.createElement("div");
  private readonly status = document.createElement("p");
  private places: Place[] = [];
  private at = -1;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private question: AbortController | undefined;

  constructor(
    private readonly address: string,
    private readonly words: Words,
  ) {
    this.dialog.className = "palette";
    this.dialog.setAttribute("aria-label", words.title);
    const field = document.createElement("div");
    field.className = "palette-field";
    Object.assign(this.input, { type: "search", autocomplete: "off", spellcheck: false, maxLength: 100 });
    this.input.dir = "auto";
    this.input.placeholder = words.field;
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-label": words.field,
      "aria-expanded": "true",
      "aria-controls": "palette-list",
      "aria-autocomplete": "list",
    })) {
      this.input.setAttribute(name, value);
    }
    field.append(icon("search"), this.input);
    this.list.id = "palette-list";
    this.list.className = "palette-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", words.title);
    this.status.className = "palette-status";
    this.status.setAttribute("role", "status");
    this.dialog.append(field, this.list, this.status);
    document.body.append(this.dialog);

    this.input.addEventListener("input", () => {
      this.askSoon();
    });
    this.input.addEventListener("keydown", (event) => {
      this.press(event);
    });
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) {
        this.dialog.close();
      }
    });
    this.dialog.addEventListener("close", () => {
      clearTimeout(this.timer);
      this.question?.abort();
    });
  }

  open(): void {
    if (this.dialog.open) {
      return;
    }
    this.input.value = "";
    this.show([], "");
    this.dialog.showModal();
    this.input.focus();
    void this.ask();
  }

  private askSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), WAIT_MS);
  }

  private async ask(): Promise<void> {
    this.question?.abort();
    const question = new AbortController();
    this.question = question;
    const text = this.input.value.trim();
    try {
      const answer = await fetch(`${this.address}?${new URLSearchParams({ q: text }).toString()}`, {
        headers: { Accept: "application/json" },
        redirect: "manual",
        signal: question.signal,
      });
      if (answer.type === "opaqueredirect") {
        this.show([], this.words.signedOut);
        return;
      }
      if (!answer.ok) {
        throw new Error(`The server answered ${answer.status}.`);
      }
      const found = readPlaces(await answer.json());
      const lately = text === "" ? recall(this.address) : [];
      const known = new Set(lately.map((place) => place.url));
      this.show(
        [
          ...lately.map((place) => ({ ...place, group: this.words.recent })),
          ...found.filter((place) => !known.has(place.url)),
        ],
        found.length === 0 && text !== "" ? this.words.none : "",
      );
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) {
        this.show([], this.words.failed);
      }
    }
  }

  private show(places: Place[], sentence: string): void {
    this.places = places;
    this.list.replaceChildren();
    let group = "";
    let box: HTMLElement = this.list;
    places.forEach((place, index) => {
      if (place.group !== group) {
        group = place.group;
        box = document.createElement("div");
        box.setAttribute("role", "group");
        const heading = document.createElement("div");
        heading.id = `palette-group-${index}`;
        heading.className = "palette-group";
        heading.textContent = group;
        box.setAttribute("aria-labelledby", heading.id);
        box.append(heading);
        this.list.append(box);
      }
      box.append(this.option(place, index));
    });
    this.list.hidden = places.length === 0;
    this.input.setAttribute("aria-expanded", String(places.length > 0));
    this.status.textContent =
      sentence !== "" || places.length === 0
        ? sentence
        : fill(this.words.found, { count: places.length });
    this.status.classList.toggle("visually-hidden", sentence === "");
    this.select(places.length > 0 ? 0 : -1);
  }

  private option(place: Place, index: number): HTMLElement {
    const option = document.createElement("div");
    option.id = `palette-option-${index}`;
    option.className = "palette-option";
    option.setAttribute("role", "option");
    const label = document.createElement("span");
    label.dir = "auto";
    label.className = "palette-label";
    label.textContent = place.label;
    const note = document.createElement("span");
    note.dir = "auto";
    note.className = "palette-note";
    note.textContent = place.note;
    option.append(icon(place.icon), label, note);
    option.addEventListener("pointermove", () => {
      this.select(index);
    });
    option.addEventListener("click", () => {
      this.go(place);
    });
    return option;
  }

  private select(index: number): void {
    this.at = index;
    this.list.querySelectorAll('[role="option"]').forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === index));
    });
    const chosen = document.getElementById(`palette-option-${index}`);
    if (chosen === null) {
      this.input.removeAttribute("aria-activedescendant");
    } else {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    }
  }

  private press(event: KeyboardEvent): void {
    if (event.isComposing) {
      return;
    }
    if (event.key === "Escape") {
      // A search field would only empty itself, and the dialog stay.
      event.preventDefault();
      this.dialog.close();
      return;
    }
    if (event.key === "Enter") {
      event.preventDefault();
      const place = this.places[this.at];
      if (place !== undefined) {
        this.go(place);
      }
      return;
    }
    const next = step(this.at, this.places.length, event.key);
    if (next !== this.at) {
      event.preventDefault();
      this.select(next);
    }
  }

  private go(place: Place): void {
    remember(this.address, place);
    this.dialog.close();
    location.assign(place.url);
  }
}

/** Let Ctrl-K, Cmd-K and every `[data-palette]` link open the palette; without one, do nothing. */
export function offerPalette(root: Document): void {
  root.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLElement && event.target.matches("[data-sign-out]")) {
      forget();
    }
  });
  const links = root.querySelectorAll<HTMLAnchorElement>("a[data-palette]");
  const [first] = links;
  if (first === undefined) {
    return;
  }
  let palette: Palette | undefined;
  const open = (): void => {
    palette ??= new Palette(first.pathname, words("palette-words", NAMES));
    palette.open();
  };
  const mac = navigator.userAgent.includes("Mac");
  root.querySelectorAll("a[data-palette] kbd").forEach((key) => {
    key.textContent = mac ? "⌘ K" : "Ctrl K";
  });
  links.forEach((link) => {
    link.addEventListener("click", (event) => {
      if (!(event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0)) {
        event.preventDefault();
        open();
      }
    });
  });
  root.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
}

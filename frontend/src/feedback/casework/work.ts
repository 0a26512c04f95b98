/** The work beside a case: what is chosen is saved at once, and what changed elsewhere is shown. */

import { icon } from "../../theme/icon";
import { readJson, send } from "../../keys/http";
import { element, part, written } from "../../threads/dom";
import { sentence } from "./composer";
import { type CaseWords } from "./words";

/** What the server says of the work as it is now. Every text is in the page's language. */
interface Work {
  readonly badges: readonly Badge[];
  readonly fields: Readonly<Record<string, string>>;
  /** How far off, in words; `dueShown` is the moment. Each may be empty. */
  readonly due: string;
  readonly dueShown: string;
  readonly isLate: boolean;
  readonly history: readonly { readonly at: string; readonly shown: string; readonly who: string; readonly what: string }[];
  readonly said: string;
}

interface Badge {
  readonly kind: "state" | "urgency";
  readonly tone: string;
  readonly icon: string;
  readonly level: number;
  readonly label: string;
}

export type Announce = (tone: "good" | "bad", text: string) => void;

export class WorkPanel {
  private readonly form: HTMLFormElement | undefined;
  private readonly address: string;

  constructor(
    private readonly root: ParentNode,
    private readonly words: CaseWords,
    private readonly announce: Announce,
  ) {
    const form = root.querySelector("form[data-work]");
    this.form = form instanceof HTMLFormElement ? form : undefined;
    this.address = part(root, "[data-panel]", HTMLElement).dataset["panel"] ?? "";
    if (this.form === undefined) return;
    part(this.form, "[data-save]", HTMLElement).hidden = true;
    this.form.addEventListener("change", () => void this.save());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
  }

  /** Shows the work as the server has it now. Raises ServerError, TypeError without a connection. */
  async refresh(): Promise<void> {
    this.show(readWork(await readJson(await send("GET", this.address, undefined, "application/json"))));
  }

  private async save(): Promise<void> {
    const { form } = this;
    if (form === undefined) return;
    const given = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") given.append(name, value);
    form.setAttribute("aria-busy", "true");
    try {
      const work = readWork(await readJson(await send("POST", form.action, given, "application/json")));
      this.show(work);
      this.announce("good", work.said);
    } catch (error) {
      this.announce("bad", sentence(this.words, error));
      await this.refresh().catch(() => undefined);
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  private show(work: Work): void {
    this.root.querySelector("[data-badges]")?.replaceChildren(...work.badges.map(drawBadge));
    for (const [name, value] of Object.entries(work.fields)) {
      const field = this.form?.elements.namedItem(name);
      const before = this.form?.elements.namedItem(`initial-${name}`);
      if (field instanceof HTMLSelectElement || field instanceof HTMLInputElement) field.value = value;
      // With it the server tells what was changed here from what somebody else has changed.
      if (before instanceof HTMLInputElement) before.value = value;
    }
    this.root.querySelector("[data-due]")?.replaceChildren(drawDue(work));
    this.root.querySelector("[data-history]")?.replaceChildren(
      ...work.history.map((act) => {
        const at = element("time", "", act.shown);
        at.dateTime = act.at;
        const who = act.who === "" ? element("strong", "", this.words.system) : element("strong", "", written("bdi", "", act.who));
        return element("li", "", element("span", "timeline-when", at), element("span", "timeline-what", who, " ", act.what));
      }),
    );
  }
}

function drawDue({ due, dueShown, isLate }: Work): HTMLElement {
  const drawn = element("span", isLate ? "due due-late" : "due");
  if (due !== "") drawn.append(element("span", "", ...(isLate ? [icon("alert-triangle")] : []), due));
  if (dueShown !== "") drawn.append(element("small", "", dueShown));
  return drawn;
}

function drawBadge(badge: Badge): HTMLElement {
  if (badge.kind === "state") {
    return element("span", `state state-${badge.tone}`, icon(badge.icon), element("span", "", badge.label));
  }
  const bars = element("span", "urgency-bars");
  bars.setAttribute("aria-hidden", "true");
  for (let level = 1; level <= 4; level++) bars.append(element("i", level <= 5 - badge.level ? "is-on" : ""));
  return element("span", `urgency urgency-${badge.level}`, bars, badge.label);
}

/** The server's words are its own; only their shape matters here. */
function readWork(found: Record<string, unknown>): Work {
  const work = found as Partial<Work>;
  return {
    badges: Array.isArray(work.badges) ? work.badges : [],
    fields: typeof work.fields === "object" ? work.fields : {},
    due: work.due ?? "",
    dueShown: work.dueShown ?? "",
    isLate: work.isLate === true,
    history: Array.isArray(work.history) ? work.history : [],
    said: work.said ?? "",
  };
}

/**
 * What a person wrote, as nodes.
 *
 * The parser gives tokens; only those known here become elements, made one by one, so no text ever
 * becomes markup. Nothing is loaded: a picture is shown as the link to it. A link says where it leads.
 */

import MarkdownIt, { type Token } from "markdown-it";

import { directionOf, unforced } from "./bidi";
import { element } from "./dom";

const parser = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false });
// "example.com" may be the end of a sentence; only what is written as an address becomes a link.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });

const BLOCKS = new Set([
  "p", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6",
  "table", "thead", "tbody", "tr", "th", "td",
]);
/** Where their marks, lines and columns stand depends on their direction, which their parts share. */
const GROUPS = new Set(["ul", "ol", "blockquote", "table"]);
const INLINE = new Set(["em", "strong", "s"]);
const SAFE = new Set(["http:", "https:", "mailto:", "tel:"]);

export interface Mention {
  readonly name: string;
  readonly isMe: boolean;
}

/** The nodes of `text`; where it names somebody of `mentions` with an @ before, that stands out. */
export function render(text: string, mentions: readonly Mention[] = []): DocumentFragment {
  const page = document.createDocumentFragment();
  const marker = new Marker(mentions);
  drawBlocks(page, parser.parse(text, {}), marker);
  return page;
}

/** The words alone, in one line, for a quote or a note. */
export function plain(text: string, limit = 140): string {
  const words: string[] = [];
  const collect = (tokens: readonly Token[]): void => {
    for (const token of tokens) {
      if (token.children !== null) collect(token.children);
      else if (token.content !== "") words.push(token.content);
      else if (token.type.endsWith("break") || token.nesting === -1) words.push(" ");
    }
  };
  collect(parser.parse(text.slice(0, 8 * limit), {}));
  const line = unforced(words.join("")).replace(/\s+/gu, " ").trim();
  const letters = Array.from(line);
  return letters.length > limit ? `${letters.slice(0, limit - 1).join("")}…` : line;
}

function drawBlocks(page: Node, tokens: readonly Token[], marker: Marker): void {
  const open: Node[] = [page];
  const here = (): Node => open.at(-1) ?? page;
  for (const [at, token] of tokens.entries()) {
    if (token.type === "inline") {
      drawInline(here(), token.children ?? [], marker);
    } else if (token.nesting === 1) {
      const made = token.hidden ? here() : block(token, () => wordsOf(tokens, at));
      if (made !== here()) here().appendChild(made);
      open.push(made);
    } else if (token.nesting === -1) {
      open.pop();
    } else if (token.type === "fence" || token.type === "code_block") {
      const code = element("pre", "", element("code", "", unforced(token.content)));
      code.dir = "auto";
      code.tabIndex = 0;
      here().appendChild(code);
    } else if (token.type === "hr") {
      here().appendChild(element("hr", ""));
    } else {
      here().appendChild(document.createTextNode(token.content));
    }
  }
}

/** The words of what opens at `at`. */
function wordsOf(tokens: readonly Token[], at: number): string {
  const level = tokens[at]?.level ?? 0;
  const words: string[] = [];
  for (const token of tokens.slice(at + 1)) {
    if (token.level <= level) break;
    if (token.content !== "") words.push(token.content);
  }
  return words.join(" ");
}

function block(token: Token, words: () => string): HTMLElement {
  const tag = BLOCKS.has(token.tag) ? token.tag : "div";
  // Headings of a message are no headings of the page.
  const isHeading = /^h[1-6]$/.test(tag);
  const made = document.createElement(isHeading ? "p" : tag);
  if (isHeading) made.className = "said-heading";
  if (tag === "p" || tag === "td" || tag === "th" || isHeading) made.dir = "auto";
  if (GROUPS.has(tag)) made.dir = directionOf(words()) ?? "";
  const start = Number(token.attrGet("start"));
  if (made instanceof HTMLOListElement && Number.isSafeInteger(start) && start > 1) made.start = start;
  return made;
}

function drawInline(into: Node, tokens: readonly Token[], marker: Marker): void {
  const open: Node[] = [into];
  const here = (): Node => open.at(-1) ?? into;
  for (const token of tokens) {
    if (token.nesting === 1) {
      const made = inline(token);
      here().appendChild(made);
      open.push(made);
    } else if (token.nesting === -1) {
      const closed = open.pop();
      if (token.type === "link_close" && closed instanceof HTMLAnchorElement) showAddress(closed);
    } else if (token.type === "code_inline") {
      here().appendChild(element("code", "", unforced(token.content)));
    } else if (token.type === "hardbreak" || token.type === "softbreak") {
      here().appendChild(document.createElement("br"));
    } else if (token.type === "image") {
      here().appendChild(picture(token));
    } else {
      marker.write(here(), token.content);
    }
  }
}

function inline(token: Token): HTMLElement {
  if (token.type === "link_open") return link(String(token.attrGet("href") ?? ""));
  return document.createElement(INLINE.has(token.tag) ? token.tag : "span");
}

/** A link for addresses that a browser opens; anything else stays text. */
function link(address: string): HTMLElement {
  let found: URL;
  try {
    found = new URL(address);
  } catch {
    return document.createElement("span");
  }
  if (!SAFE.has(found.protocol)) return document.createElement("span");
  const made = document.createElement("a");
  made.href = found.href;
  made.rel = "noopener noreferrer";
  made.target = "_blank";
  made.title = found.href;
  return made;
}

/** Words that hide another address get it written behind them. */
function showAddress(made: HTMLAnchorElement): void {
  const shown = made.textContent.trim();
  const real = made.href;
  const same = [real, real.replace(/\/$/, ""), real.replace(/^(mailto|tel):/, "")];
  if (same.some((one) => one === shown || decoded(one) === decoded(shown))) return;
  const behind = element("span", "said-address", ` (${real})`);
  behind.dir = "ltr";
  made.append(behind);
}

function decoded(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}

/** Pictures from elsewhere would tell that server who reads this, and when. */
function picture(token: Token): HTMLElement {
  const address = String(token.attrGet("src") ?? "");
  const made = link(address);
  made.append(unforced(token.content === "" ? address : token.content));
  if (made instanceof HTMLAnchorElement) showAddress(made);
  return made;
}

/** Writes text, with the names after an @ in elements of their own. */
class Marker {
  private readonly known: readonly Mention[];

  constructor(mentions: readonly Mention[]) {
    // The longest first: "@Anna Berg" is not "@Anna" and " Berg".
    this.known = mentions
      .filter(({ name }) => name !== "")
      .toSorted((left, right) => right.name.length - left.name.length);
  }

  write(into: Node, text: string): void {
    let rest = unforced(text);
    for (;;) {
      const at = this.next(rest);
      if (at === undefined) break;
      into.appendChild(document.createTextNode(rest.slice(0, at.start)));
      const { name, isMe } = at.mention;
      const made = element("span", isMe ? "mention is-me" : "mention", `@${name}`);
      made.dir = "auto";
      into.appendChild(made);
      rest = rest.slice(at.start + 1 + name.length);
    }
    if (rest !== "") into.appendChild(document.createTextNode(rest));
  }

  private next(text: string): { start: number; mention: Mention } | undefined {
    let best: { start: number; mention: Mention } | undefined;
    for (const mention of this.known) {
      const start = text.indexOf(`@${mention.name}`);
      if (start >= 0 && (best === undefined || start < best.start)) best = { start, mention };
    }
    return best;
  }
}

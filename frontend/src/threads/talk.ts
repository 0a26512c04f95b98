/**
 * What a conversation shows: verified messages, and what later ones did to them.
 *
 * The outcome depends on which messages are here and on their places, never on the order in which pages
 * arrived. Acts that nobody may do are ignored: an edit by another than the author, a deletion by a
 * stranger, anything about a message that is not here or that comes after the act.
 */

import { type Bytes, toHex } from "../crypto/bytes";
import { type FileBody } from "../wire/body";
import { type Role } from "../wire/roster";
import { isEmoji } from "./emoji";
import { type Message, type Missing } from "./timeline";

export interface Reaction {
  readonly emoji: string;
  /** Who has set it, the first first. */
  readonly people: readonly string[];
}

/** Words that an edit replaced; `at` in milliseconds by the author's clock. */
export interface Version {
  readonly text: string;
  readonly at: number;
}

export interface Item {
  /** The envelope's hash in hex, which acts refer to. */
  readonly id: string;
  readonly hash: Bytes;
  readonly seq: number;
  /** Milliseconds by the sender's clock. */
  readonly at: number;
  /** Undefined once destroyed. */
  readonly sender: string | undefined;
  /** Client and counter, by which the sender's outbox knows it. */
  readonly key: string;
  readonly kind: "text" | "file" | "introduction" | "deleted" | Missing;
  /** The newest words: Markdown; a guest's name for an introduction. */
  readonly text: string;
  readonly mentions: readonly string[];
  /** What the words were before, oldest first; empty if never edited. */
  readonly versions: readonly Version[];
  readonly editedAt: number | undefined;
  readonly file: FileBody | undefined;
  readonly replyTo: string | undefined;
  readonly deletedBy: string | undefined;
  readonly reactions: readonly Reaction[];
}

/** Where an epoch began, and what was pinned then. */
export interface PinsBefore {
  readonly seq: number;
  readonly pins: readonly string[];
}

const PINS_LIMIT = 100;

type Act = Message & { readonly sender: string; readonly role: Role };

export class Talk {
  private readonly said = new Map<string, Message>();
  private readonly acts = new Map<string, Act[]>();
  private readonly built = new Map<string, Item>();
  private readonly pinning: Act[] = [];
  private readonly names = new Map<string, { name: string; seq: number }>();
  private order: Message[] = [];
  private list: readonly Item[] | undefined;

  /** Takes messages in, in any order; one that is here already changes nothing. */
  add(messages: readonly Message[]): void {
    for (const message of messages) this.take(message);
    this.list = undefined;
  }

  /** Everything that has a place of its own, in order. What did not change is the same object as before. */
  get items(): readonly Item[] {
    this.list ??= this.order.map((message) => this.item(message));
    return this.list;
  }

  find(id: string): Item | undefined {
    const message = this.said.get(id);
    return message && this.item(message);
  }

  /** The name that a guest has given. */
  introduced(sender: string): string | undefined {
    return this.names.get(sender)?.name;
  }

  /** What is pinned now: what the epoch carries, and what was done since it began. */
  pins(before: PinsBefore): readonly string[] {
    const pins = new Set(before.pins);
    for (const { body, seq } of this.pinning) {
      if (body?.kind !== "pin" || seq <= before.seq) continue;
      const target = toHex(body.target);
      pins.delete(target);
      if (body.isSet) pins.add(target);
    }
    return [...pins].filter((id) => this.find(id)?.kind !== "deleted").slice(-PINS_LIMIT);
  }

  private take(message: Message): void {
    const { body, sender, role } = message;
    switch (body?.kind) {
      case "edit":
      case "deletion":
      case "reaction": {
        if (sender === undefined || role === undefined) return;
        const target = toHex(body.target);
        const acts = this.acts.get(target) ?? [];
        this.acts.set(target, acts);
        place(acts, { ...message, sender, role });
        this.built.delete(target);
        return;
      }
      case "pin":
        if (sender !== undefined && role !== undefined) place(this.pinning, { ...message, sender, role });
        return;
      case "receipt":
      case "typing":
        return;
      case "introduction": {
        // Members have their names from the workspace; only a guest gives one.
        if (sender === undefined || role !== "guest") return;
        const known = this.names.get(sender)?.seq ?? 0;
        if (known < message.seq) this.names.set(sender, { name: body.name, seq: message.seq });
        break;
      }
      case "text":
      case "file":
      case undefined:
    }
    const id = toHex(message.hash);
    if (this.said.has(id)) return;
    this.said.set(id, message);
    place(this.order, message);
  }

  private item(message: Message): Item {
    const id = toHex(message.hash);
    const found = this.built.get(id) ?? build(id, message, this.acts.get(id) ?? []);
    this.built.set(id, found);
    return found;
  }
}

/** Into its place by seq; twice the same place is once. */
function place<T extends { readonly seq: number }>(list: T[], one: T): void {
  let at = list.length;
  while (at > 0 && (list[at - 1]?.seq ?? 0) > one.seq) at -= 1;
  if (list[at - 1]?.seq !== one.seq) list.splice(at, 0, one);
}

function build(id: string, message: Message, acts: readonly Act[]): Item {
  const { hash, seq, at, sender, key, body, missing } = message;
  const later = acts.filter((act) => act.seq > seq);
  const base: Item = {
    id, hash, seq, at, sender, key,
    kind: missing ?? "newer",
    text: "",
    mentions: [],
    versions: [],
    editedAt: undefined,
    file: undefined,
    replyTo: undefined,
    deletedBy: undefined,
    reactions: [],
  };
  const deletion = later.find(
    (act) => act.body?.kind === "deletion" && (act.sender === sender || act.role === "owner"),
  );
  if (deletion !== undefined && missing !== "destroyed") {
    return { ...base, kind: "deleted", deletedBy: deletion.sender };
  }
  if (body?.kind === "introduction") return { ...base, kind: "introduction", text: body.name };
  if (body?.kind !== "text" && body?.kind !== "file") return base;
  return {
    ...base,
    kind: body.kind,
    file: body.kind === "file" ? body : undefined,
    replyTo: body.replyTo && toHex(body.replyTo),
    reactions: reactionsOf(later),
    ...wordsOf(message, body.text ?? "", body.mentions ?? [], later),
  };
}

function wordsOf(
  message: Message,
  text: string,
  mentions: readonly string[],
  later: readonly Act[],
): Pick<Item, "text" | "mentions" | "versions" | "editedAt"> {
  const versions: Version[] = [];
  let now = { text, mentions, at: message.at };
  for (const { body, sender, at } of later) {
    if (body?.kind !== "edit" || sender !== message.sender) continue;
    versions.push({ text: now.text, at: now.at });
    now = { text: body.text, mentions: body.mentions ?? [], at };
  }
  const editedAt = versions.length === 0 ? undefined : now.at;
  return { text: now.text, mentions: now.mentions, versions, editedAt };
}

/** Each person sets an emoji once; their last word on it counts. */
function reactionsOf(later: readonly Act[]): readonly Reaction[] {
  const set = new Map<string, Set<string>>();
  for (const { body, sender } of later) {
    if (body?.kind !== "reaction" || !isEmoji(body.emoji)) continue;
    const people = set.get(body.emoji) ?? new Set();
    if (!body.isSet) people.delete(sender);
    else people.add(sender);
    if (people.size === 0) set.delete(body.emoji);
    else set.set(body.emoji, people);
  }
  return [...set].map(([emoji, people]) => ({ emoji, people: [...people] }));
}

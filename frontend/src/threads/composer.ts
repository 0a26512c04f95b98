/** Where a person writes: a message, an answer, other words for an earlier one; with preview and names. */

import { fromHex } from "../crypto/bytes";
import { TEXT_LIMIT } from "../wire/body";
import { type Conversation } from "./conversation";
import { button, element, part, written } from "./dom";
import { type Drafts, NOTHING, type Written } from "./drafts";
import { type Attaching, bodiesOf, NO_FILES } from "./files";
import { Mentions } from "./mentions";
import { mentionsIn, type Person } from "./mentionText";
import { type MessageView } from "./messageView";
import { type Item } from "./talk";
import { type TalkWords } from "./talkWords";
import { Typing } from "./typing";
import { fill, isolated } from "./words";

export interface ComposerActs {
  /** Something goes out now. */
  readonly sent: () => void;
  /** This browser has no room to keep what was written: it stands in the field again. */
  readonly refused: (error: unknown) => void;
  /** What stands in the field is over the limit of a message, of which so much fits; undefined: not any more. */
  readonly tooLong: (size: { readonly length: number; readonly fits: number } | undefined) => void;
  readonly jump: (id: string) => void;
  /** Out of the composer, into the list. */
  readonly leave: () => void;
}

export class Composer {
  private readonly form: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
  private readonly context: HTMLElement;
  private readonly preview: HTMLElement;
  private readonly previewButton: HTMLButtonElement;
  private readonly mentions: Mentions;
  private replyTo: string | undefined;
  private edits: string | undefined;
  /** What was being written before an edit began; it comes back afterwards. */
  private before: Written = NOTHING;
  private drafts: Drafts | undefined;
  private readonly typing: Typing;
  private isTooLong = false;

  constructor(
    root: HTMLElement,
    private readonly words: TalkWords,
    private readonly me: string,
    private readonly views: MessageView,
    private readonly conversation: () => Conversation,
    private readonly attaching: Attaching,
    private readonly acts: ComposerActs,
  ) {
    this.typing = new Typing((isTyping) => void conversation().noteWriting(isTyping));
    this.form = part(root, "[data-composer]", HTMLFormElement);
    this.text = part(root, "#composer-text", HTMLTextAreaElement);
    this.context = part(root, "[data-context]", HTMLElement);
    this.preview = part(root, "[data-preview]", HTMLElement);
    this.previewButton = part(root, "[data-preview-toggle]", HTMLButtonElement);
    const list = part(root, "#mention-list", HTMLElement);
    const status = part(root, "[data-said]", HTMLElement);
    this.mentions = new Mentions(this.text, list, status, words, () => this.people());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.text.addEventListener("keydown", (event) => {
      this.key(event);
    });
    this.text.addEventListener("input", () => {
      this.mentions.look();
      this.changed();
      this.typing.note(this.text.value.trim() !== "");
    });
    this.previewButton.addEventListener("click", () => {
      this.togglePreview();
    });
    window.addEventListener("pagehide", () => void this.drafts?.save());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") void this.drafts?.save();
    });
  }

  /** Drafts that follow the person; `differs` shows what another browser holds. */
  useDrafts(make: (current: () => Written, put: (written: Written) => void) => Drafts): Drafts {
    this.drafts = make(
      () => this.written,
      (written) => {
        this.put(written);
      },
    );
    return this.drafts;
  }

  get written(): Written {
    return { text: this.text.value, replyTo: this.replyTo, edits: this.edits };
  }

  /** As if Send had been pressed. */
  send(): void {
    void this.submit();
  }

  /** Files go with new messages; other words for an earlier one take none. */
  mayAttach(): boolean {
    const { stage, silence } = this.conversation();
    return stage === "open" && silence === undefined && this.edits === undefined;
  }

  focus(): void {
    this.text.focus();
  }

  reply(item: Item): void {
    if (this.edits !== undefined) this.cancel();
    this.replyTo = item.id;
    this.changed();
    this.focus();
  }

  edit(item: Item): void {
    if (this.edits === undefined) this.before = this.written;
    this.edits = item.id;
    this.replyTo = undefined;
    this.text.value = item.text;
    this.changed();
    this.focus();
    this.text.setSelectionRange(item.text.length, item.text.length);
  }

  /** Leaves the edit or the answer; what was written before an edit comes back. */
  cancel(): void {
    if (this.edits !== undefined) this.put(this.before);
    else this.put({ text: this.text.value });
    this.before = NOTHING;
    this.drafts?.changed();
    this.focus();
  }

  /** Shows what is answered or edited, whose words may have changed. */
  show(): void {
    const id = this.edits ?? this.replyTo;
    this.context.hidden = id === undefined;
    if (id === undefined) {
      this.context.replaceChildren();
      return;
    }
    const target = this.conversation().talk.find(id);
    const name = isolated(this.views.name(target?.sender));
    const label =
      this.edits === undefined ? fill(this.words.replyingTo, { name }) : this.words.editing;
    const line = target === undefined ? "" : this.views.line(target);
    const to = element("button", "composer-target", element("strong", "", label), " ");
    to.append(written("span", "", line));
    to.type = "button";
    to.addEventListener("click", () => {
      this.acts.jump(id);
    });
    const away = button(this.form.dataset["cancel"] ?? "", () => {
      this.cancel();
    });
    this.context.replaceChildren(to, away);
  }

  private put(written: Written): void {
    this.text.value = written.text;
    this.measure();
    this.replyTo = written.replyTo;
    this.edits = written.edits;
    this.hidePreview();
    this.show();
    this.fit();
  }

  private changed(): void {
    this.measure();
    this.show();
    this.fit();
    this.drafts?.changed();
  }

  /** Says when what is written is too long, as soon as it is; whether it fits. */
  private measure(): boolean {
    const text = this.text.value.trim();
    // No letter takes more than three bytes for each unit of its length.
    const size = 3 * text.length <= TEXT_LIMIT ? 0 : new TextEncoder().encode(text).length;
    const fits = size <= TEXT_LIMIT;
    if (!fits) {
      this.acts.tooLong({ length: text.length, fits: Math.floor((text.length * TEXT_LIMIT) / size) });
    } else if (this.isTooLong) this.acts.tooLong(undefined);
    this.isTooLong = !fits;
    return fits;
  }

  /** As high as what is written; the stylesheet says where that ends. */
  private fit(): void {
    const lines = this.text.value.split("\n").length;
    this.text.rows = Math.min(Math.max(lines, 1), 12);
  }

  private people(): readonly Person[] {
    const now = this.conversation();
    return now.roster
      .filter((row) => row.member !== this.me)
      .map((row) => ({ member: row.member, name: now.name(row.member) }))
      .filter(({ name }) => name !== "");
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || this.mentions.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void this.submit();
    } else if (event.key === "ArrowUp" && this.text.value === "") {
      event.preventDefault();
      if (event.altKey) this.acts.leave();
      else this.editLast();
    } else if (event.key === "ArrowUp" && event.altKey) {
      event.preventDefault();
      this.acts.leave();
    } else if (event.key === "Escape" && (this.edits ?? this.replyTo) !== undefined) {
      event.preventDefault();
      this.cancel();
    } else if (event.altKey && event.code === "KeyP") {
      event.preventDefault();
      this.togglePreview();
    }
  }

  private editLast(): void {
    const last = this.conversation().talk.items.findLast(
      (item) => item.sender === this.me && item.kind === "text",
    );
    if (last !== undefined) this.edit(last);
  }

  private async submit(): Promise<void> {
    const text = this.text.value.trim();
    const now = this.conversation();
    const state = this.written;
    if (now.silence !== undefined || (text === "" && this.attaching.isEmpty)) return;
    if (!this.measure()) return;
    // Words wait for their files where they stand; they come back here by `send`.
    const files = this.edits === undefined ? this.attaching.take() : NO_FILES;
    if (files === undefined || (text === "" && files.bodies.length === 0)) return;
    const mentions = mentionsIn(text, this.people());
    const rest = this.edits === undefined ? NOTHING : this.before;
    const old = this.edits === undefined ? undefined : now.talk.find(this.edits);
    // The message itself ends the writing for the others.
    this.typing.forget();
    this.before = NOTHING;
    this.put(rest);
    this.drafts?.changed();
    if (old?.text === text) return;
    this.acts.sent();
    try {
      if (state.edits !== undefined) {
        await now.send({ kind: "edit", target: fromHex(state.edits), text, mentions });
      } else {
        const replyTo = state.replyTo === undefined ? {} : { replyTo: fromHex(state.replyTo) };
        const bodies = bodiesOf({ text, mentions, ...replyTo }, files.bodies);
        await Promise.all(bodies.map((body) => now.send(body)));
        await files.settle();
      }
    } catch (error) {
      // Nothing typed is lost: it goes back where it was written.
      this.before = rest;
      this.put(state);
      files.giveBack();
      this.drafts?.changed();
      this.acts.refused(error);
    }
  }

  private togglePreview(): void {
    if (!this.preview.hidden) {
      this.hidePreview();
      this.focus();
      return;
    }
    const text = this.text.value.trim();
    const people = this.people().map(({ member }) => member);
    this.preview.replaceChildren(
      text === ""
        ? element("p", "row-note", this.words.nothingYet)
        : this.views.text(text, people),
    );
    this.preview.hidden = false;
    this.text.hidden = true;
    this.previewButton.setAttribute("aria-pressed", "true");
    this.previewButton.focus();
  }

  private hidePreview(): void {
    this.preview.hidden = true;
    this.text.hidden = false;
    this.previewButton.setAttribute("aria-pressed", "false");
  }
}

/** Keeping the draft at the server, a moment after each change, and never over somebody else's. */

import { utf8 } from "../../crypto/bytes";
import { ServerError } from "../../keys";
import { type Definition } from "../logic";
import { type FeedbackServer } from "../server";

/** Milliseconds after the last change. */
const QUIET = 800;
const AGAIN = 5_000;

export type SaveState = "saved" | "unsaved" | "saving" | "offline" | "signedOut" | "conflict" | "failed";

export class Saving {
  state: SaveState = "saved";
  private timer: number | undefined;
  private running: Promise<void> | undefined;
  private wanted: Definition | undefined;

  constructor(
    private readonly server: Pick<FeedbackServer, "saveDraft">,
    private readonly form: string,
    private revision: number,
    private readonly changed: (state: SaveState) => void,
  ) {}

  /** This is what stands now; it is saved soon. */
  want(draft: Definition): void {
    this.wanted = draft;
    if (this.state === "conflict") return;
    this.to("unsaved");
    this.later(QUIET);
  }

  /** Saves what is not saved yet; whether everything is. */
  async flush(): Promise<boolean> {
    window.clearTimeout(this.timer);
    await this.running;
    if (this.wanted !== undefined && this.state !== "conflict") await this.save();
    return this.wanted === undefined;
  }

  /** Goes on from what somebody else saved: ours is written over theirs, which the person was told. */
  overwrite(revision: number): Promise<boolean> {
    this.revision = revision;
    this.to("unsaved");
    return this.flush();
  }

  private later(millis: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), millis);
  }

  private save(): Promise<void> {
    this.running = this.saveNow().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async saveNow(): Promise<void> {
    const draft = this.wanted;
    if (draft === undefined) return;
    this.to("saving");
    try {
      this.revision = await this.server.saveDraft(this.form, this.revision, utf8(JSON.stringify(draft)));
    } catch (error) {
      this.to(this.stateAfter(error));
      if (this.state === "offline" || this.state === "signedOut") this.later(AGAIN);
      return;
    }
    // Something may have been typed meanwhile.
    if (this.wanted === draft) {
      this.wanted = undefined;
      this.to("saved");
    } else this.later(QUIET);
  }

  /** What becomes of it by itself is tried again; what the person must mend is not. */
  private stateAfter(error: unknown): SaveState {
    if (!(error instanceof ServerError)) return "offline";
    if (error.code === "overtaken") return "conflict";
    // Busy, or being restarted.
    if (error.status >= 500 || error.status === 429 || error.status === 408) return "offline";
    // Without a code, the page's token is an old one: whoever has signed in again is let in with the one that came along.
    const isAway = error.status === 401 || (error.status === 403 && error.code === "");
    return isAway ? "signedOut" : "failed";
  }

  private to(state: SaveState): void {
    this.state = state;
    this.changed(state);
  }
}

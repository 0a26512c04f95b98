/** What the page asks the server for. Every answer is checked for its shape; nothing of it is trusted yet. */

import { type Bytes } from "../crypto/bytes";
import { isArray, type Value } from "../crypto/cbor";
import { getCbor, postCbor, read, send } from "../keys/http";
import { type Member, readMembers } from "../keys";
import { array, bytes, text, uint, uuid } from "../wire/fields";
import { type NewEpoch } from "../wire/epochMaking";
import { type LeaveNotice, NOTICE_LIMIT, readLeaveNotice } from "../wire/leaving";
import { type Head, readHead } from "../wire/transcript";
import { decodeEvent, type Event, MAX_ENVELOPE, MAX_EVENT, openMessage, readEvent } from "./socketMessages";

const MAX_RECORD = 96 * 1024;
const MAX_WRAP = 2048;
const MAX_DRAFT = 66 * 1024;
const MAX_LABEL = 1024;
const PAGE = 200;
const DROPPED = 202;
const RECEIPTS = 500;
const EVENTS = 1_000;

export interface ListedThread {
  readonly id: string;
  readonly record: Bytes;
  readonly wrap: Bytes;
  readonly head: Head;
  readonly readUpTo: number;
  /** Milliseconds. */
  readonly activityAt: number;
}

export interface ListedEpoch {
  readonly record: Bytes;
  /** Empty if this person has no key of that epoch. */
  readonly wrap: Bytes;
  /** Of the keys that open a wrap given for history; empty for the keys that the roster names. */
  readonly historyFingerprint: Bytes;
}

export interface ListedEnvelope {
  readonly hash: Bytes;
  /** Empty if it was destroyed. */
  readonly raw: Bytes;
}

/** A person's own draft in one thread. */
export interface ListedDraft {
  readonly number: number;
  /** Of the keys that open it. */
  readonly fingerprint: Bytes;
  /** Empty once it was sent or emptied. */
  readonly box: Bytes;
}

/** Envelopes that follow `start` without a gap. */
export interface Page {
  readonly start: Head;
  readonly items: readonly ListedEnvelope[];
  /** Where the thread stands now. */
  readonly head: Head;
  readonly readUpTo: number;
}

/** A guest of the thread, as the server knows them: times in milliseconds, 0 if it has not come. */
export interface ListedGuest {
  readonly id: string;
  readonly expiresAt: number;
  readonly withCode: boolean;
  readonly openedAt: number;
  readonly endedAt: number;
  /** The epoch whose key opens what the link is called. */
  readonly labelEpoch: number;
  readonly label: Bytes;
}

/** A link for a guest, without its secret. */
export interface NewGuest {
  readonly entry: Bytes;
  readonly expiresAt: number;
  readonly withCode: boolean;
  readonly labelEpoch: number;
  readonly label: Bytes;
}

export class Server {
  protected readonly base: string;
  /** Where the socket is. */
  readonly socketPath: string = "/ws/threads/";

  constructor(
    readonly workspace: string,
    base = `/w/${encodeURIComponent(workspace)}/threads/`,
  ) {
    this.base = base;
  }

  /** What a browser says first on its socket. */
  openMessage(): Bytes {
    return openMessage(this.workspace);
  }

  /** Where waiting requests go. */
  protected pollAddress(since: string): string {
    const query = new URLSearchParams({ workspace: this.workspace, since }).toString();
    return `/ws/threads/poll/?${query}`;
  }

  address(thread = ""): string {
    return thread === "" ? this.base : `${this.base}${thread}/`;
  }

  async index(cursor = ""): Promise<{ threads: readonly ListedThread[]; next: string }> {
    const query = cursor === "" ? "" : `?${new URLSearchParams({ cursor }).toString()}`;
    const [rows, next] = array(await getCbor(`${this.base}index${query}`), 2);
    return { threads: array(rows, 0, 50).map(readThread), next: text(next, 0, 200) };
  }

  async open(upload: Bytes): Promise<void> {
    await send("POST", `${this.base}new`, upload);
  }

  async epochs(thread: string, after = 0): Promise<readonly ListedEpoch[]> {
    const found: ListedEpoch[] = [];
    for (;;) {
      const query = `?after=${after + found.length}`;
      const rows = array(await getCbor(`${this.address(thread)}epochs${query}`), 0, PAGE);
      found.push(...rows.map(readEpoch));
      if (rows.length < PAGE) return found;
    }
  }

  async publish(thread: string, made: Pick<NewEpoch, "upload" | "record" | "key">): Promise<void> {
    await send("POST", `${this.address(thread)}epochs`, made.upload);
  }

  /** Notices of whoever has left since the newest epoch. Raises WireError. */
  async leaves(thread: string): Promise<readonly LeaveNotice[]> {
    const rows = array(await getCbor(`${this.address(thread)}leaves`), 0, 500);
    return rows.map((row) => readLeaveNotice(bytes(row, 1, NOTICE_LIMIT)));
  }

  /** Who is no member of the workspace any more, but still in the newest epoch. Only the server's word. */
  async putOut(thread: string): Promise<readonly string[]> {
    return array(await getCbor(`${this.address(thread)}put-out`), 0, 500).map(uuid);
  }

  /** Ends this person's seat. */
  async leave(thread: string, notice: Bytes): Promise<void> {
    await send("POST", `${this.address(thread)}leaves`, notice);
  }

  async grantHistory(thread: string, grant: Bytes): Promise<void> {
    await send("POST", `${this.address(thread)}history`, grant);
  }

  async people(thread: string): Promise<readonly Member[]> {
    return readMembers(await getCbor(`${this.address(thread)}people`));
  }

  async guests(thread: string): Promise<readonly ListedGuest[]> {
    return array(await getCbor(`${this.address(thread)}guests`), 0, PAGE).map(readGuest);
  }

  /** Registers a link; the epoch that lets the guest in follows. */
  async makeGuest(thread: string, made: NewGuest): Promise<void> {
    const { entry, expiresAt, withCode, labelEpoch, label } = made;
    const row = [entry, expiresAt, withCode ? 1 : 0, labelEpoch, label];
    await postCbor(`${this.address(thread)}guests`, row);
  }

  /** The last page, or the one that follows `after`, or the one below `before`. */
  async page(thread: string, part: { after?: number; before?: number } = {}): Promise<Page> {
    const query = new URLSearchParams(
      Object.entries(part).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    const answer = await getCbor(`${this.address(thread)}envelopes${query === "" ? "" : `?${query}`}`);
    const [start, items, head, readUpTo] = array(answer, 4);
    return {
      start: readHead(array(start, 2)),
      items: array(items, 0, PAGE).map(readItem),
      head: readHead(array(head, 2)),
      readUpTo: uint(readUpTo),
    };
  }

  /** A quicker way to post, which may know no answer. */
  quick: ((thread: string, envelope: Bytes) => Promise<number | undefined>) | undefined;

  /** Where the envelope stands; the same bytes again give the same answer. */
  async post(thread: string, envelope: Bytes): Promise<number> {
    const seq = await this.quick?.(thread, envelope);
    if (seq !== undefined) return seq;
    const answer = await read(await send("POST", `${this.address(thread)}envelopes`, envelope));
    return uint(isArray(answer) ? answer[0] : undefined, 1);
  }

  /** The conversations of which this person wants nothing told outside of their pages. */
  async muted(): Promise<readonly string[]> {
    return array(await getCbor(`${this.base}muted`), 0, 1_000).map(uuid);
  }

  async mute(thread: string, wanted: boolean): Promise<void> {
    await postCbor(`${this.address(thread)}mute`, [wanted ? 1 : 0]);
  }

  async markRead(thread: string, seq: number): Promise<void> {
    await postCbor(`${this.address(thread)}read`, [seq]);
  }

  /** A note that is passed on and kept nowhere. */
  async passOn(thread: string, envelope: Bytes): Promise<void> {
    await send("POST", `${this.address(thread)}ephemeral`, envelope);
  }

  /** Whether it was taken: not if there is a newer key. */
  async postReceipt(thread: string, envelope: Bytes): Promise<boolean> {
    const answer = await send("POST", `${this.address(thread)}receipts`, envelope);
    return answer.status !== DROPPED;
  }

  /** The newest receipt of each member. */
  async receipts(thread: string): Promise<readonly Bytes[]> {
    const rows = array(await getCbor(`${this.address(thread)}receipts`), 0, RECEIPTS);
    return rows.map((row) => bytes(row, 1, MAX_ENVELOPE));
  }

  async draft(thread: string): Promise<ListedDraft | undefined> {
    const answer = await getCbor(`${this.address(thread)}draft`);
    if (isArray(answer) && answer.length === 0) return undefined;
    const [, number, fingerprint, box] = array(answer, 4);
    return {
      number: uint(number, 1),
      fingerprint: bytes(fingerprint, 32),
      box: bytes(box, 0, MAX_DRAFT),
    };
  }

  /** Raises ServerError "overtaken" unless `number` follows the draft there is. */
  async saveDraft(thread: string, number: number, fingerprint: Bytes, box: Bytes): Promise<void> {
    await postCbor(`${this.address(thread)}draft`, [number, fingerprint, box]);
  }

  /**
   * What happened since the answer that `since` names, as the socket would say it; waits up to half a
   * minute for something. Then what to name next time.
   */
  async poll(since: string, signal: AbortSignal): Promise<{ events: readonly Event[]; since: string }> {
    const [rows, next] = array(await getCbor(this.pollAddress(since), signal), 2);
    const events = array(rows, 0, EVENTS)
      .map((row) => readEvent(decodeEvent(bytes(row, 1, MAX_EVENT))))
      .filter((event) => event !== undefined);
    return { events, since: text(next, 64, 64) };
  }
}

function readThread(row: Value): ListedThread {
  const [id, record, wrap, seq, t, readUpTo, activityAt] = array(row, 7);
  return {
    id: uuid(id),
    record: bytes(record, 1, MAX_RECORD),
    wrap: bytes(wrap, 0, MAX_WRAP),
    head: { seq: uint(seq), t: bytes(t, 32) },
    readUpTo: uint(readUpTo),
    activityAt: uint(activityAt),
  };
}

function readEpoch(row: Value): ListedEpoch {
  const [record, wrap, fingerprint] = array(row, 3);
  return {
    record: bytes(record, 1, MAX_RECORD),
    wrap: bytes(wrap, 0, MAX_WRAP),
    historyFingerprint: bytes(fingerprint, 0, 32),
  };
}

function readGuest(row: Value): ListedGuest {
  const [id, expiresAt, withCode, openedAt, endedAt, labelEpoch, label] = array(row, 7);
  return {
    id: uuid(id),
    expiresAt: uint(expiresAt),
    withCode: uint(withCode, 0, 1) === 1,
    openedAt: uint(openedAt),
    endedAt: uint(endedAt),
    labelEpoch: uint(labelEpoch, 1),
    label: bytes(label, 1, MAX_LABEL),
  };
}

function readItem(row: Value): ListedEnvelope {
  const [hash, raw] = array(row, 2);
  return { hash: bytes(hash, 32), raw: bytes(raw, 0, MAX_ENVELOPE) };
}

/** What the team's pages of feedback ask the server for. Answers are checked for their shape, not yet trusted. */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { type Value } from "../crypto/cbor";
import { getCbor, getOctets, postCbor, read, sendOctets } from "../keys/http";
import { array, bytes, text, uint, uuid } from "../wire/fields";
import {
  type CaseState,
  DEFINITION_LIMIT,
  DIALOGUE_LIMIT,
  OPEN_ANSWERS_LIMIT,
  type Opening,
  readCaseState,
  readOpening,
  readSentFile,
  type SentFile,
  SUBMISSION_LIMIT,
} from "./strangers";

const MAX_TEXT = 64 * 1024;
const MAX_SIGNED = 64 * 1024;
const MANY = 10_000;

/** `draft`: never published. `archived`: closed for good, out of the lists. */
export type FormStatus = "draft" | "open" | "closed" | "full" | "archived";
const FORM_STATUSES: readonly FormStatus[] = ["draft", "open", "closed", "full", "archived"];

export interface ListedForm {
  readonly id: string;
  /** The thread whose members read what is sealed. */
  readonly thread: string;
  /** Of the draft, in its first language. */
  readonly title: string;
  /** Its public link is /f/<address>/#<pin>. */
  readonly address: string;
  readonly status: FormStatus;
  /** Of the draft; grows by one with every save. */
  readonly revision: number;
  /** How many versions were published. */
  readonly versions: number;
  readonly submissions: number;
  /** Cases that are not closed. */
  readonly openCases: number;
  /** Milliseconds; 0: it stays open. */
  readonly closesAt: number;
  /** 0: no limit. */
  readonly maxSubmissions: number;
  /** In how many hours people get an answer; 0: no promise. */
  readonly replyHours: number;
  readonly updatedAt: number;
}

export interface PublishedVersion {
  readonly number: number;
  readonly publishedAt: number;
  readonly submissions: number;
  /** FORM_VERSION. */
  readonly raw: Bytes;
}

export interface FormDetail {
  readonly form: ListedForm;
  /** JSON text of the draft, byte for byte as it was saved. */
  readonly draft: Bytes;
  /** The oldest first. */
  readonly versions: readonly PublishedVersion[];
}

/** From `openForm` of threads: what makes a form's own thread. */
export interface FormKeys {
  /** Epoch upload of its first epoch. */
  readonly upload: Bytes;
  /** FORM_KEY of that epoch. */
  readonly formKey: Bytes;
}

export interface FormSettings {
  readonly closesAt: number;
  readonly maxSubmissions: number;
  readonly replyHours: number;
  /** 4 to 60 of a-z, 0-9 and hyphens; "" keeps it. An older address goes on leading here. */
  readonly address: string;
}

export type FormAct = "close" | "reopen" | "archive" | "restore";

/** 1 is the most urgent. */
export type Urgency = 1 | 2 | 3 | 4;

export interface ListedCase {
  /** Of the case and of its submission. */
  readonly id: string;
  readonly form: string;
  readonly formTitle: string;
  readonly state: CaseState;
  readonly urgency: Urgency;
  /** "" without one. */
  readonly category: string;
  /** A member; "" if nobody has claimed it. */
  readonly owner: string;
  readonly ownerName: string;
  /** Milliseconds; 0: no promise. */
  readonly dueAt: number;
  readonly isOverdue: boolean;
  /** YYYY-MM-DD: the hour is kept nowhere. */
  readonly receivedOn: string;
  /** Messages of the person that nobody of the team has seen. */
  readonly unread: number;
  /** Of the directory; "" without one. */
  readonly stakeholder: string;
  readonly stakeholderName: string;
  /** 1 to 5, 0: not rated. */
  readonly rating: number;
  readonly language: string;
  /** The person destroyed what they sent: nothing but the case's course is left. */
  readonly isErased: boolean;
}

export interface CaseFilter {
  readonly state?: CaseState | "";
  readonly form?: string;
  /** A member, "me" or "none". */
  readonly owner?: string;
  readonly category?: string;
  readonly overdue?: boolean;
  readonly cursor?: string;
}

export interface CasePage {
  /** The most urgent first, then what is due first, then the oldest day. At most 100. */
  readonly cases: readonly ListedCase[];
  /** "" at the end. */
  readonly next: string;
  /** How many there are in each state, by the same filter without its state. */
  readonly counts: Readonly<Record<CaseState, number>>;
  readonly overdue: number;
}

export interface DialogueItem {
  readonly number: number;
  readonly raw: Bytes;
  readonly fromPerson: boolean;
  /** YYYY-MM-DD. */
  readonly receivedOn: string;
}

export interface CaseNote {
  readonly id: string;
  readonly raw: Bytes;
}

export interface CaseDetail {
  readonly row: ListedCase;
  /** Empty after the person erased it, and for whoever is no reader of the form. */
  readonly submission: Bytes;
  readonly openAnswers: Bytes;
  readonly versionNumber: number;
  readonly definition: Bytes;
  readonly version: Bytes;
  /** The form's thread: its readers open what is sealed. */
  readonly thread: string;
  readonly dialogue: readonly DialogueItem[];
  readonly notes: readonly CaseNote[];
  readonly files: readonly SentFile[];
  /** Whether this person is in the form's thread now; nobody else is given what is sealed. */
  readonly isReader: boolean;
}

export interface ReplyTemplate {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly text: string;
}

/** One entry of the codebook. */
export interface Category {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** Cases with it. */
  readonly cases: number;
}

export interface Colleague {
  readonly user: string;
  readonly name: string;
}

export interface ListedSubmission {
  readonly id: string;
  readonly versionNumber: number;
  /** Empty for whoever is no reader of the form. */
  readonly raw: Bytes;
  readonly openAnswers: Bytes;
  readonly receivedOn: string;
  readonly language: string;
  readonly state: CaseState;
  readonly urgency: Urgency;
  readonly category: string;
  readonly rating: number;
}

/** What to count of a form's submissions. */
export interface Counting {
  /** An open question's id (`q1`, or `q1.row` of a Likert matrix); "" counts submissions. */
  readonly of: string;
  /** What to set against it: another open question, or `day`, `week`, `month`, `language`, `version`, `state`, `category`. */
  readonly by?: string;
  /** YYYY-MM-DD, both included. */
  readonly since?: string;
  readonly until?: string;
  /** Only submissions with these answers to open questions. */
  readonly where?: readonly { readonly question: string; readonly value: string }[];
}

export interface Count {
  /** The value as text: a choice's id, `other`, a number, a date, `true`, …; "" when counting submissions. */
  readonly value: string;
  readonly by: string;
  readonly count: number;
}

/** How a case is changed: one thing at a time, each an act of its own in the audit trail. */
export type CaseChange =
  | { readonly what: "claim" }
  | { readonly what: "owner"; readonly user: string }
  | { readonly what: "urgency"; readonly urgency: Urgency }
  | { readonly what: "category"; readonly category: string }
  | { readonly what: "due"; readonly dueAt: number }
  | { readonly what: "state"; readonly state: CaseState }
  | { readonly what: "stakeholder"; readonly stakeholder: string };

export class FeedbackServer {
  private readonly base: string;

  constructor(readonly workspace: string) {
    this.base = `/w/${encodeURIComponent(workspace)}/feedback/data/`;
  }

  /** Where the socket is: it says `{"type": "case.changed" | "form.changed", "id"}` after each change. */
  get socketPath(): string {
    return `/ws/w/${encodeURIComponent(this.workspace)}/feedback/`;
  }

  // Forms

  async forms(archived = false): Promise<readonly ListedForm[]> {
    return array(await getCbor(`${this.base}forms${archived ? "?archived=1" : ""}`), 0, MANY).map(readForm);
  }

  /** `id`: a UUIDv4 that the page draws. The same again changes nothing. */
  async createForm(id: string, definition: Bytes, keys: FormKeys): Promise<ListedForm> {
    const row = [fromUuid(id), definition, keys.upload, keys.formKey];
    return readForm(await read(await postCbor(`${this.base}forms`, row)));
  }

  /** A new form with the same draft, and with readers of its own. */
  async duplicateForm(from: string, id: string, keys: FormKeys): Promise<ListedForm> {
    const row = [fromUuid(id), keys.upload, keys.formKey];
    return readForm(await read(await postCbor(`${this.base}forms/${from}/duplicate`, row)));
  }

  async form(id: string): Promise<FormDetail> {
    const [row, draft, versions] = array(await getCbor(`${this.base}forms/${id}`), 3);
    return {
      form: readForm(row),
      draft: bytes(draft, 1, DEFINITION_LIMIT),
      versions: array(versions, 0, MANY).map(readVersion),
    };
  }

  /** The new revision. Raises ServerError `overtaken` unless `revision` is that of the draft there is. */
  async saveDraft(id: string, revision: number, definition: Bytes): Promise<number> {
    const answer = await read(await postCbor(`${this.base}forms/${id}/draft`, [revision, definition]));
    return uint(array(answer, 1)[0], 1);
  }

  /**
   * Freezes `definition` as the next version; its number. Raises ServerError `unreadable`, `leak` (field:
   * the open question), `overtaken` (somebody published), `stale-key` (the readers changed), `invalid`.
   */
  async publish(id: string, definition: Bytes, version: Bytes): Promise<number> {
    const answer = await read(await postCbor(`${this.base}forms/${id}/publish`, [definition, version]));
    return uint(array(answer, 1)[0], 1);
  }

  /** A published version's definition, exactly as it was signed, and its FORM_VERSION. */
  async version(id: string, number: number): Promise<{ definition: Bytes; raw: Bytes }> {
    const answer = await getCbor(`${this.base}forms/${id}/versions/${number}`);
    const [definition, raw] = array(answer, 2);
    return { definition: bytes(definition, 1, DEFINITION_LIMIT), raw: bytes(raw, 1, MAX_SIGNED) };
  }

  async changeSettings(id: string, settings: FormSettings): Promise<ListedForm> {
    const { closesAt, maxSubmissions, replyHours, address } = settings;
    const row = [closesAt, maxSubmissions, replyHours, address];
    return readForm(await read(await postCbor(`${this.base}forms/${id}/settings`, row)));
  }

  async changeForm(id: string, act: FormAct): Promise<ListedForm> {
    return readForm(await read(await postCbor(`${this.base}forms/${id}/state`, [act])));
  }

  /** As partners get it: every epoch of the form's thread, its signers, the newest key and version. */
  async opening(id: string): Promise<Opening> {
    return readOpening(await getCbor(`${this.base}forms/${id}/opening`));
  }

  // Analysis

  /** At most 500 submissions a page, in no order that tells of time; then where the next page begins, "" at the end. */
  async submissions(
    form: string,
    cursor = "",
    signal?: AbortSignal,
  ): Promise<{ rows: readonly ListedSubmission[]; next: string }> {
    const query = cursor === "" ? "" : `?${new URLSearchParams({ cursor }).toString()}`;
    const [rows, next] = array(await getCbor(`${this.base}forms/${form}/submissions${query}`, signal), 2);
    return { rows: array(rows, 0, 500).map(readSubmission), next: text(next, 0, 200) };
  }

  /** Counted by the server, of open answers alone. Of an erased submission nothing is counted. */
  async counts(form: string, counting: Counting): Promise<readonly Count[]> {
    const query = new URLSearchParams({ of: counting.of });
    if (counting.by) query.set("by", counting.by);
    if (counting.since) query.set("since", counting.since);
    if (counting.until) query.set("until", counting.until);
    for (const { question, value } of counting.where ?? []) query.append("where", `${question}:${value}`);
    const rows = array(await getCbor(`${this.base}forms/${form}/counts?${query.toString()}`), 0, MANY);
    return rows.map((row) => {
      const [value, by, count] = array(row, 3);
      return { value: text(value, 0, MAX_TEXT), by: text(by, 0, MAX_TEXT), count: uint(count) };
    });
  }

  /** Notes in the audit trail that this person opened sealed submissions; at most 500 at once. */
  async opened(ids: readonly string[]): Promise<void> {
    await postCbor(`${this.base}opened`, [ids.map((id) => fromUuid(id))]);
  }

  // Cases

  async cases(filter: CaseFilter = {}): Promise<CasePage> {
    const query = new URLSearchParams();
    for (const name of ["state", "form", "owner", "category", "cursor"] as const) {
      if (filter[name]) query.set(name, filter[name]);
    }
    if (filter.overdue === true) query.set("overdue", "1");
    const [rows, next, counts, overdue] = array(await getCbor(`${this.base}cases?${query.toString()}`), 4);
    const [fresh, triage, progress, answered, closed] = array(counts, 5).map((one) => uint(one));
    return {
      cases: array(rows, 0, 100).map(readCase),
      next: text(next, 0, 200),
      counts: {
        new: fresh ?? 0,
        triage: triage ?? 0,
        progress: progress ?? 0,
        answered: answered ?? 0,
        closed: closed ?? 0,
      },
      overdue: uint(overdue),
    };
  }

  async case(id: string): Promise<CaseDetail> {
    const row = array(await getCbor(`${this.base}cases/${id}`), 11);
    return {
      row: readCase(row[0]),
      submission: bytes(row[1], 0, SUBMISSION_LIMIT),
      openAnswers: bytes(row[2], 0, OPEN_ANSWERS_LIMIT),
      versionNumber: uint(row[3], 1),
      definition: bytes(row[4], 1, DEFINITION_LIMIT),
      version: bytes(row[5], 1, MAX_SIGNED),
      thread: uuid(row[6]),
      dialogue: array(row[7], 0, MANY).map(readDialogueItem),
      notes: array(row[8], 0, MANY).map(readNote),
      files: array(row[9], 0, MANY).map(readSentFile),
      isReader: uint(row[10], 0, 1) === 1,
    };
  }

  /** Raises ServerError `taken` when somebody else claimed it first. */
  async change(id: string, change: CaseChange): Promise<ListedCase> {
    const answer = await postCbor(`${this.base}cases/${id}/change`, [change.what, changed(change)]);
    return readCase(await read(answer));
  }

  /** A reply, sealed and signed; its number. Raises ServerError `overtaken`, `stale-key`, `gone`. */
  async reply(id: string, dialogue: Bytes): Promise<number> {
    const answer = await read(await postCbor(`${this.base}cases/${id}/dialogue`, [dialogue]));
    return uint(array(answer, 1)[0], 1);
  }

  async addNote(id: string, note: Bytes): Promise<void> {
    await postCbor(`${this.base}cases/${id}/notes`, [note]);
  }

  /** The team has seen the dialogue up to this number. */
  async markRead(id: string, number: number): Promise<void> {
    await postCbor(`${this.base}cases/${id}/read`, [number]);
  }

  /** Room for a file of a reply; the blob's id. */
  async openFile(id: string, size: number): Promise<string> {
    const answer = await read(await postCbor(`${this.base}cases/${id}/files`, [size]));
    return uuid(array(answer, 2)[0]);
  }

  async putChunk(id: string, blob: string, number: number, sealed: Bytes, signal?: AbortSignal): Promise<void> {
    await sendOctets("PUT", `${this.base}cases/${id}/files/${blob}/${number}`, sealed, signal);
  }

  async chunk(id: string, blob: string, number: number, signal?: AbortSignal): Promise<Bytes> {
    return getOctets(`${this.base}cases/${id}/files/${blob}/${number}`, signal);
  }

  // Codebook, templates, colleagues

  async categories(): Promise<readonly Category[]> {
    return array(await getCbor(`${this.base}categories`), 0, MANY).map(readCategory);
  }

  /** `id` "" adds one. Raises ServerError `taken` for a code that there is. */
  async saveCategory(id: string, code: string, name: string): Promise<Category> {
    const row = [id === "" ? new Uint8Array() : fromUuid(id), code, name];
    return readCategory(await read(await postCbor(`${this.base}categories`, row)));
  }

  /** Cases with it have none then. */
  async removeCategory(id: string): Promise<void> {
    await postCbor(`${this.base}categories/${id}/remove`, []);
  }

  async templates(): Promise<readonly ReplyTemplate[]> {
    return array(await getCbor(`${this.base}templates`), 0, MANY).map(readTemplate);
  }

  /** `id` "" adds one. */
  async saveTemplate(template: ReplyTemplate): Promise<ReplyTemplate> {
    const { id, name, language, text: words } = template;
    const row = [id === "" ? new Uint8Array() : fromUuid(id), name, language, words];
    return readTemplate(await read(await postCbor(`${this.base}templates`, row)));
  }

  async removeTemplate(id: string): Promise<void> {
    await postCbor(`${this.base}templates/${id}/remove`, []);
  }

  /** Who may be given a case. */
  async colleagues(): Promise<readonly Colleague[]> {
    return array(await getCbor(`${this.base}colleagues`), 0, MANY).map((row) => {
      const [user, name] = array(row, 2);
      return { user: uuid(user), name: text(name, 0, MAX_TEXT) };
    });
  }
}

function changed(change: CaseChange): Value {
  switch (change.what) {
    case "claim":
      return 0;
    case "owner":
      return optional(change.user);
    case "urgency":
      return change.urgency;
    case "category":
      return optional(change.category);
    case "due":
      return change.dueAt;
    case "state":
      return change.state;
    case "stakeholder":
      return optional(change.stakeholder);
  }
}

function optional(id: string): Bytes {
  return id === "" ? new Uint8Array() : fromUuid(id);
}

/** A UUID, or "" for no bytes. */
function maybe(value: Value | undefined): string {
  return bytes(value, 0, 16).length === 0 ? "" : uuid(value);
}

function readForm(value: Value | undefined): ListedForm {
  const row = array(value, 13);
  return {
    id: uuid(row[0]),
    thread: uuid(row[1]),
    title: text(row[2], 0, MAX_TEXT),
    address: text(row[3], 1, 100),
    status: FORM_STATUSES[uint(row[4], 0, 4)] ?? "closed",
    revision: uint(row[5], 1),
    versions: uint(row[6]),
    submissions: uint(row[7]),
    openCases: uint(row[8]),
    closesAt: uint(row[9]),
    maxSubmissions: uint(row[10]),
    replyHours: uint(row[11]),
    updatedAt: uint(row[12]),
  };
}

function readVersion(value: Value | undefined): PublishedVersion {
  const [number, publishedAt, submissions, raw] = array(value, 4);
  return {
    number: uint(number, 1),
    publishedAt: uint(publishedAt),
    submissions: uint(submissions),
    raw: bytes(raw, 1, MAX_SIGNED),
  };
}

function readUrgency(value: Value | undefined): Urgency {
  return uint(value, 1, 4) as Urgency;
}

function readCase(value: Value | undefined): ListedCase {
  const row = array(value, 17);
  return {
    id: uuid(row[0]),
    form: uuid(row[1]),
    formTitle: text(row[2], 0, MAX_TEXT),
    state: readCaseState(row[3]),
    urgency: readUrgency(row[4]),
    category: maybe(row[5]),
    owner: maybe(row[6]),
    ownerName: text(row[7], 0, MAX_TEXT),
    dueAt: uint(row[8]),
    isOverdue: uint(row[9], 0, 1) === 1,
    receivedOn: text(row[10], 10, 10),
    unread: uint(row[11]),
    stakeholder: maybe(row[12]),
    stakeholderName: text(row[13], 0, MAX_TEXT),
    rating: uint(row[14], 0, 5),
    language: text(row[15], 0, 40),
    isErased: uint(row[16], 0, 1) === 1,
  };
}

function readDialogueItem(value: Value | undefined): DialogueItem {
  const [number, raw, fromPerson, receivedOn] = array(value, 4);
  return {
    number: uint(number, 1),
    raw: bytes(raw, 1, DIALOGUE_LIMIT),
    fromPerson: uint(fromPerson, 0, 1) === 1,
    receivedOn: text(receivedOn, 10, 10),
  };
}

function readNote(value: Value | undefined): CaseNote {
  const [id, raw] = array(value, 2);
  return { id: uuid(id), raw: bytes(raw, 1, DIALOGUE_LIMIT) };
}

function readSubmission(value: Value | undefined): ListedSubmission {
  const row = array(value, 10);
  return {
    id: uuid(row[0]),
    versionNumber: uint(row[1], 1),
    raw: bytes(row[2], 0, SUBMISSION_LIMIT),
    openAnswers: bytes(row[3], 0, OPEN_ANSWERS_LIMIT),
    receivedOn: text(row[4], 10, 10),
    language: text(row[5], 0, 40),
    state: readCaseState(row[6]),
    urgency: readUrgency(row[7]),
    category: maybe(row[8]),
    rating: uint(row[9], 0, 5),
  };
}

function readCategory(value: Value | undefined): Category {
  const [id, code, name, cases] = array(value, 4);
  return {
    id: uuid(id),
    code: text(code, 1, MAX_TEXT),
    name: text(name, 1, MAX_TEXT),
    cases: uint(cases),
  };
}

function readTemplate(value: Value | undefined): ReplyTemplate {
  const [id, name, language, words] = array(value, 4);
  return {
    id: uuid(id),
    name: text(name, 1, MAX_TEXT),
    language: text(language, 0, 40),
    text: text(words, 0, MAX_TEXT),
  };
}

/** Beginning a conversation: its first epoch, with everyone chosen as a member and this person as owner. */

import { type Bytes } from "../crypto/bytes";
import { clockAhead, ClockError, type Unlocked } from "../keys";
import { type EpochPlan, makeEpoch, type NewEpoch } from "../wire/epochMaking";
import { makeFormKey } from "../wire/formKey";
import { OPEN_POLICY, type Role, type RosterRow } from "../wire/roster";
import { START } from "../wire/transcript";
import { type People } from "./people";
import { type Server } from "./server";
import { logged, Trouble } from "./trouble";

/** Of a conversation that continues another one. */
export interface Continuing {
  readonly role: (member: string) => Role;
  readonly continues: NonNullable<EpochPlan["continues"]>;
}

/** The new conversation's id. Raises Trouble for changed keys, ClockError, WireError for a title too long, ServerError. */
export async function openConversation(
  server: Server,
  unlocked: Unlocked,
  people: People,
  title: string,
  chosen: readonly string[],
  continuing?: Continuing,
): Promise<string> {
  const thread = crypto.randomUUID();
  const { upload } = await makeFirst(thread, unlocked, people, title, chosen, continuing);
  await server.open(upload);
  return thread;
}

/** What a form begins with: nothing of it is at the server yet. `pin` goes into the form's link. */
export interface NewForm {
  readonly thread: string;
  readonly upload: Bytes;
  readonly formKey: Bytes;
  readonly pin: Bytes;
}

/** The keys of a new form, with these readers and this person as its owner. Raises as `openConversation` does. */
export async function openForm(
  unlocked: Unlocked,
  people: People,
  title: string,
  readers: readonly string[],
  continuing?: Continuing,
): Promise<NewForm> {
  const thread = crypto.randomUUID();
  const { upload, record, key } = await makeFirst(thread, unlocked, people, title, readers, continuing);
  return { thread, upload, formKey: await makeFormKey(record, key, unlocked.identity), pin: record.hash };
}

async function makeFirst(
  thread: string,
  unlocked: Unlocked,
  people: People,
  title: string,
  chosen: readonly string[],
  continuing: Continuing | undefined,
): Promise<NewEpoch> {
  const members = [...new Set([unlocked.userId, ...chosen])];
  const now = Date.now();
  if (clockAhead() !== 0) throw new ClockError();
  await people.trust(members, now);
  const log = await logged(unlocked.log());
  const everyone = people.everyone();
  await logged(log.members(() => Promise.resolve(everyone.filter((one) => members.includes(one.userId)))));
  const keys = new Map(
    members.map((member) => {
      const found = people.newest(member)?.keys;
      if (found === undefined) throw new Trouble("forged-epoch", `no keys of ${member}`, member);
      return [member, found] as const;
    }),
  );
  const roster = [...keys].map(
    ([member, { fingerprint }]): RosterRow => ({
      member,
      fingerprint,
      role: member === unlocked.userId ? "owner" : (continuing?.role(member) ?? "member"),
      expires: 0,
    }),
  );
  return makeEpoch({
    thread,
    before: undefined,
    author: unlocked.userId,
    identity: unlocked.identity,
    roster,
    keys,
    policy: OPEN_POLICY,
    about: { title, pins: [] },
    start: START,
    madeAt: now,
    checkpoint: log.note,
    ...(continuing === undefined ? {} : { continues: continuing.continues }),
  });
}

/** Beginning a conversation: its first epoch, with everyone chosen as a member and this person as owner. */

import { clockAhead, ClockError, type Unlocked } from "../keys";
import { type EpochPlan, makeEpoch } from "../wire/epochMaking";
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
  const members = [...new Set([unlocked.userId, ...chosen])];
  const now = Date.now();
  if (clockAhead() !== 0) throw new ClockError();
  await people.trust(members, now);
  const log = await logged(unlocked.log());
  const everyone = people.everyone();
  await logged(log.members(() => Promise.resolve(everyone.filter((one) => members.includes(one.userId)))));
  const thread = crypto.randomUUID();
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
  const { upload } = await makeEpoch({
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
  await server.open(upload);
  return thread;
}

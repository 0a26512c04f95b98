/** Who is in an epoch, and the policy that they agreed on. */

import { compare, type Bytes, fromUuid } from "../crypto/bytes";
import { type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { array, bytes, uint, uuid } from "./fields";

export const ROSTER_LIMIT = 500;

export type Role = "owner" | "member" | "observer" | "guest";
const ROLES: readonly Role[] = ["owner", "member", "observer", "guest"];

/** One member with the keys they use; `expires` in milliseconds, 0 for never. */
export interface RosterRow {
  readonly member: string;
  readonly fingerprint: Bytes;
  readonly role: Role;
  readonly expires: number;
}

export interface Policy {
  readonly mayAdd: "owners" | "owners and members";
  /** Seconds; 0 to keep. */
  readonly retention: number;
  /** Whether joiners read what was written before them. */
  readonly history: boolean;
  /** Whether a message needs an approver. */
  readonly approval: boolean;
}

export const OPEN_POLICY: Policy = { mayAdd: "owners", retention: 0, history: true, approval: false };

export function expired(row: RosterRow, now: number): boolean {
  return row.expires > 0 && row.expires <= now;
}

export function mayPost(row: RosterRow, now: number): boolean {
  return row.role !== "observer" && !expired(row, now);
}

export function findRow(rows: readonly RosterRow[], member: string): RosterRow | undefined {
  return rows.find((row) => row.member === member);
}

export function sortRoster(rows: readonly RosterRow[]): readonly RosterRow[] {
  return [...rows].sort((left, right) => compare(fromUuid(left.member), fromUuid(right.member)));
}

export function rowValue(row: RosterRow): Value {
  return [fromUuid(row.member), row.fingerprint, ROLES.indexOf(row.role) + 1, row.expires];
}

export function policyValue(policy: Policy): Value {
  return [
    policy.mayAdd === "owners" ? 1 : 2,
    policy.retention,
    policy.history ? 1 : 0,
    policy.approval ? 1 : 0,
  ];
}

export function samePolicy(left: Policy, right: Policy): boolean {
  return (
    left.mayAdd === right.mayAdd &&
    left.retention === right.retention &&
    left.history === right.history &&
    left.approval === right.approval
  );
}

export function readPolicy(value: Value): Policy {
  const [mayAdd, retention, history, approval] = array(value, 4);
  return {
    mayAdd: uint(mayAdd, 1, 2) === 1 ? "owners" : "owners and members",
    retention: uint(retention, 0, 0xffff_ffff),
    history: uint(history, 0, 1) === 1,
    approval: uint(approval, 0, 1) === 1,
  };
}

/** Raises WireError unless the rows ascend by member and one of them is an owner. */
export function readRoster(value: Value): readonly RosterRow[] {
  const rows = array(value, 1, ROSTER_LIMIT).map(readRow);
  let last: Bytes | undefined;
  for (const row of rows) {
    const member = fromUuid(row.member);
    if (last !== undefined && compare(last, member) >= 0) {
      throw new WireError("malformed", "roster out of order, or a member twice");
    }
    last = member;
  }
  if (!rows.some((row) => row.role === "owner")) {
    throw new WireError("malformed", "a thread without an owner");
  }
  return rows;
}

function readRow(value: Value): RosterRow {
  const [member, fingerprint, role, expires] = array(value, 4);
  return {
    member: uuid(member),
    fingerprint: bytes(fingerprint, 32),
    role: ROLES[uint(role, 1, ROLES.length) - 1] ?? "observer",
    expires: uint(expires),
  };
}

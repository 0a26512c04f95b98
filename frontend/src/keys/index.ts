/**
 * A person's keys in this browser.
 *
 * `unlock()` gives the open vault and asks for the passphrase only if it has to. A page that calls it
 * includes `accounts/_unlock.html`, loads no htmx, and calls `reloadWhenLocked` or `watchLock` once.
 */

export { type Account, loadAccount, RollbackError, wrapsOf } from "./account";
export { clockAhead, ClockError } from "./clock";
export { LockedError } from "./dialog";
export { ServerError } from "./http";
export { lock, reloadOthers, reloadWhenLocked, watchLock } from "./lock";
export { IdentityLog, type LogAlarm, type LogOwner, LogTrouble } from "./log";
export { fetchMembers, type Member, readMembers } from "./members";
export { ifThereIsRoom, isStorageFull } from "./room";
export { type Seen, seen } from "./seen";
export { forgetOpen, unlock, unlockQuietly } from "./unlock";
export { type Change, type Holder, Unlocked } from "./unlocked";

/** Days and times of messages, in the reader's own zone. */

import { language, zone } from "./words";

/** The day that a moment falls on, as YYYY-MM-DD in the reader's zone; empty beyond the calendar. */
export function dayOf(millis: number): string {
  const at = new Date(millis);
  if (Number.isNaN(at.getTime())) return "";
  // Sweden writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    timeZone: zone(),
  }).format(at);
}

/** "Today", "Yesterday", or the date with its weekday. */
export function dayName(millis: number, now = Date.now()): string {
  const at = new Date(millis);
  if (Number.isNaN(at.getTime())) return "";
  const days = Math.round((Date.parse(dayOf(millis)) - Date.parse(dayOf(now))) / 86_400_000);
  if (days === 0 || days === -1) {
    const name = new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(days, "day");
    return name.charAt(0).toLocaleUpperCase(language()) + name.slice(1);
  }
  return new Intl.DateTimeFormat(language(), { dateStyle: "full", timeZone: zone() }).format(at);
}

/** The time of day alone: its day stands above it, its zone in the tooltip. */
export function clock(millis: number): string {
  const at = new Date(millis);
  if (Number.isNaN(at.getTime())) return "";
  return new Intl.DateTimeFormat(language(), {
    timeStyle: "short",
    hourCycle: "h23",
    timeZone: zone(),
  }).format(at);
}

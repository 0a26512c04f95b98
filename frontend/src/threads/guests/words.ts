/** The sentences about guests: for whoever makes a link (templates/threads/_guest_link.html), and for them. */

export const GUEST_LINK_NAMES = [
  "until",
  "copied",
  "copyByHand",
  "stopped",
  "offline",
  "failed",
] as const;

export type GuestLinkWords = Readonly<Record<(typeof GUEST_LINK_NAMES)[number], string>>;

/** On the guest's own page (templates/threads/guest.html). */
export const GUEST_NAMES = [
  "incomplete",
  "otherBrowser",
  "noStorage",
  "storageFull",
  "offline",
  "failed",
  "left",
  "nameMissing",
  "stopped",
] as const;

export type GuestWords = Readonly<Record<(typeof GUEST_NAMES)[number], string>>;

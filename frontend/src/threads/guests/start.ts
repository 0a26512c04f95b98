/** The page behind a guest's link: the link is opened, a name is given, the first message is written. */

import { WireError } from "../../crypto/error";
import { isStorageFull, LogTrouble, ServerError } from "../../keys";
import { type GuestLink, readFragment } from "../../wire/guest";
import { part } from "../dom";
import { DoorForm } from "./doorForm";
import { comeBack, comeIn } from "./entering";
import { GuestHolder } from "./holder";
import { type Door, GuestServer } from "./server";
import { type GuestState, GuestStore } from "./store";
// Its types alone: any other import would bring the whole part at first.
import type { GuestPageWords } from "./room";
import { type GuestWords } from "./words";

/** What stops a guest at the door, as a sentence. */
class Stop extends Error {}

export async function start(words: GuestPageWords): Promise<void> {
  const root = part(document, "[data-guest]", HTMLElement);
  const guest = root.dataset["guest"] ?? "";
  const server = new GuestServer(root.dataset["workspace"] ?? "", guest);
  const form = new DoorForm(root, words.guest);
  // On its way while somebody gives a name.
  const page = import("./room");
  try {
    const store = await GuestStore.open(guest).catch(() => {
      throw new Stop(words.guest.noStorage);
    });
    const state = await enter(server, guest, store, form, words.guest);
    // The secret has done its work: out of the address bar and the history.
    history.replaceState(null, "", window.location.pathname);
    const holder = await GuestHolder.of(guest, state, store);
    const { room } = await page;
    await room(root, words, server, holder, state.thread, () => {
      void store.forget();
      part(root, "[data-room]", HTMLElement).hidden = true;
      form.stop(words.guest.left);
    });
    form.leave();
  } catch (error) {
    form.stop(error instanceof Stop ? error.message : sentence(words.guest, error));
  }
}

async function enter(
  server: GuestServer,
  guest: string,
  store: GuestStore,
  form: DoorForm,
  words: GuestWords,
): Promise<GuestState> {
  const door = await server.knock();
  const state = await store.load();
  if (door.isOpened) {
    if (state === undefined) throw new Stop(words.otherBrowser);
    await comeBack(server, guest, door, state);
    return state;
  }
  const link = linkOf(words);
  let next: Door | undefined = door;
  return form.ask(door.withCode, async (given) => {
    // A challenge holds for one try.
    const asked = next ?? (await server.knock());
    next = undefined;
    return comeIn(server, guest, asked, link, given, store);
  });
}

function linkOf(words: GuestWords): GuestLink {
  try {
    return readFragment(window.location.hash.slice(1));
  } catch (error) {
    if (error instanceof WireError) throw new Stop(words.incomplete);
    throw error;
  }
}

function sentence(words: GuestWords, error: unknown): string {
  if (error instanceof ServerError && error.message !== "") return error.message;
  if (error instanceof TypeError) return words.offline;
  if (isStorageFull(error)) return words.storageFull;
  if (error instanceof WireError || error instanceof LogTrouble) return words.failed;
  return words.failed;
}

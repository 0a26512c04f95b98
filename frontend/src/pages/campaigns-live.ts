/** Keeps the page of a running edition true: told by a WebSocket, else by asking every few seconds. */

import { LivePart } from "./campaigns/live-part";
import { listen } from "./campaigns/socket";
import { words } from "./shell/words";

const RELOAD_MS = 5000;

const part = document.querySelector<HTMLElement>("[data-live]");
if (part !== null) {
  const texts = words("live-words", ["live", "polling"]);
  const live = new LivePart(part, texts);
  listen(part.dataset["live"] ?? "", {
    changed: () => {
      live.renew();
    },
    open: () => {
      live.connected(true);
    },
    closed: () => {
      live.connected(false);
    },
    ended: () => {
      // Not more than once in a while, whatever the server says.
      window.setTimeout(
        () => {
          location.reload();
        },
        Math.max(0, RELOAD_MS - performance.now()),
      );
    },
  });
}

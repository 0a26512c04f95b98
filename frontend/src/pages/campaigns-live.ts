/** Keeps the page of a running edition true: told by a WebSocket, else by asking every few seconds. */

import { LivePart } from "./campaigns/live-part";
import { listen } from "./campaigns/socket";
import { words } from "./shell/words";

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
  });
}

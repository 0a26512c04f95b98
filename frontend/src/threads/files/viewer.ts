/** Shows a picture large, from bytes that were opened and checked in this browser. */

import { type FileBody } from "../../wire/body";
import { button, element, written } from "../dom";
import { Download, type DownloadTools } from "./download";
import { pictureType, plainName } from "./kinds";
import { MemorySink } from "./saving";
import { downloadSentence } from "./sentences";
import { type FileWords } from "./words";

/** Opens at once and says what it is doing; what it showed is forgotten when it closes. */
export function showPicture(body: FileBody, tools: Omit<DownloadTools, "changed">, words: FileWords): void {
  const state = element("p", "viewer-state");
  state.setAttribute("role", "status");
  const frame = element("div", "viewer-frame", state);
  const name = written("h2", "viewer-name", plainName(body.name));
  const dialog = element("dialog", "file-viewer");
  const close = button(words.close, () => {
    dialog.close();
  });
  dialog.setAttribute("aria-label", plainName(body.name));
  dialog.append(element("div", "viewer-head", name, close), frame);

  let address = "";
  const download = new Download(body, {
    ...tools,
    changed: () => {
      state.textContent = downloadSentence(words, download, body.size);
    },
  });
  const sink = new MemorySink((parts) => {
    void picture(parts).then((url) => {
      address = url ?? "";
      if (url === undefined) state.textContent = words.notPicture;
      else if (dialog.open) frame.replaceChildren(imageOf(url, plainName(body.name)));
    });
  });
  dialog.addEventListener("close", () => {
    download.cancel();
    if (address !== "") URL.revokeObjectURL(address);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  void download.run(sink);
}

/** An address of the picture, typed as what its bytes are; undefined if they are none that we show. */
async function picture(parts: readonly Blob[]): Promise<string | undefined> {
  const whole = new Blob([...parts]);
  const type = pictureType(new Uint8Array(await whole.slice(0, 16).arrayBuffer()));
  return type === undefined ? undefined : URL.createObjectURL(whole.slice(0, whole.size, type));
}

function imageOf(address: string, alt: string): HTMLImageElement {
  const image = element("img", "viewer-picture");
  image.alt = alt;
  image.src = address;
  return image;
}

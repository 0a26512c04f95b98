/** Prepared texts: the one that is chosen is put into the reply, to be changed as the person likes. */

import { type Composer } from "./composer";

/** Once for a page. */
export function offerTemplates(root: ParentNode, reply: Composer): void {
  const list = root.querySelector("[data-templates]");
  if (!(list instanceof HTMLSelectElement)) return;
  list.addEventListener("change", () => {
    const chosen = list.selectedOptions[0];
    const text = chosen?.dataset["body"] ?? "";
    if (text !== "") reply.begin(text, chosen?.dataset["language"] ?? "");
    list.value = "";
  });
}

/** Loads htmx on the pages that use it and gives its requests the page's CSRF token. Its settings
 * are in the page's htmx-config meta tag (templates/base.html). */

import htmx from "htmx.org";

declare global {
  interface Window {
    htmx?: typeof htmx;
  }
}

interface RequestConfig {
  headers: Record<string, string>;
  verb: string;
}

window.htmx = htmx;

document.addEventListener("htmx:configRequest", (event) => {
  const { headers, verb } = (event as CustomEvent<RequestConfig>).detail;
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token !== undefined && verb !== "get") {
    headers["X-CSRFToken"] = token;
  }
});

/**
 * The floors of the frontend: `pages → feedback → threads, ledger → keys, wire → crypto`.
 * A folder may import from its own floor and from those below it, never from above; `crypto` knows
 * neither the page nor the network. Kept apart from eslint.config.js so that a test can break the
 * rule on purpose.
 */

/** @type {readonly (readonly string[])[]} */
const FLOORS = [["pages"], ["feedback"], ["threads", "ledger"], ["keys", "wire"], ["crypto"]];

const PAGE_AND_NETWORK = [
  "window",
  "document",
  "navigator",
  "location",
  "localStorage",
  "sessionStorage",
  "indexedDB",
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "EventSource",
];

/** @type {import("eslint").Linter.Config[]} */
export const layers = FLOORS.flatMap((folders, floor) => {
  const above = FLOORS.slice(0, floor).flat();
  return folders.map((folder) => ({
    files: [`src/${folder}/**/*.ts`],
    rules: {
      "no-restricted-imports": /** @type {import("eslint").Linter.RuleEntry} */ (
        above.length === 0
          ? "off"
          : [
              "error",
              {
                patterns: [
                  {
                    group: above.flatMap((name) => [`**/${name}/**`, `**/${name}`]),
                    message: `${folder} is on a lower floor and must not know ${above.join(", ")}.`,
                  },
                ],
              },
            ]
      ),
      ...(folder === "crypto"
        ? {
            "no-restricted-globals": /** @type {import("eslint").Linter.RuleEntry} */ ([
              "error",
              ...PAGE_AND_NETWORK.map((name) => ({
                name,
                message: "crypto knows neither the page nor the network.",
              })),
            ]),
          }
        : {}),
    },
  }));
});

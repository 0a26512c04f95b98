/** Tests run in Node; one that needs a page says `// @vitest-environment happy-dom` on its first line. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["test/**/*.test.ts"],
    passWithNoTests: false,
    restoreMocks: true,
    // What never ends fails; what is slow because the machine has other things to do must not.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});

/** Builds selftest.ts alone; the output folder comes by `--outDir`. */

import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  publicDir: false,
  build: {
    lib: {
      entry: fileURLToPath(new URL("selftest.ts", import.meta.url)),
      formats: ["es"],
      fileName: () => "selftest.js",
    },
    target: "es2023",
    minify: false,
  },
});

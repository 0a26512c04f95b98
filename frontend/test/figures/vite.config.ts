/** Builds figures.ts and its worker as pages are built; the output folder comes by `--outDir`. */

import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

import pages from "../../vite.config";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  root: here("."),
  publicDir: false,
  build: {
    ...pages.build,
    manifest: false,
    rolldownOptions: {
      input: [here("figures.ts"), here("figures.worker.ts")],
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
});

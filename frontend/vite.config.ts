/** Builds every page's script, the two directions of the stylesheet, and the icon sprite, with a
 * manifest that the templates look file names up in. */

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { parse, type AcceptedPlugin } from "postcss";
import rtlcss from "rtlcss";
import { defineConfig, type Plugin } from "vite";

const root = dirname(fileURLToPath(import.meta.url));
const pages = readdirSync(join(root, "src/pages")).filter((name) => name.endsWith(".ts"));
const sheets = ["src/theme/ltr.scss", "src/theme/rtl.scss", "src/theme/partner.scss"];

/** One file with the outline icons named in icons.txt, drawn with `<use href="…#name">`. */
function iconSprite(): Plugin {
  const list = join(root, "src/theme/icons.txt");
  const symbol = (name: string): string => {
    const drawing = readFileSync(
      join(root, "node_modules/@tabler/icons/icons/outline", `${name}.svg`),
      "utf8",
    );
    const shapes = drawing
      .slice(drawing.indexOf(">", drawing.indexOf("<svg")) + 1, drawing.indexOf("</svg>"))
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" \/>/, "")
      .replace(/\s+/g, " ")
      .trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  };
  return {
    name: "entente-icon-sprite",
    apply: "build",
    buildStart() {
      this.addWatchFile(list);
    },
    generateBundle() {
      const names = readFileSync(list, "utf8")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#"));
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "src/theme/icons.svg",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${[...new Set(names)].sort().map(symbol).join("")}</svg>`,
      });
      this.emitFile({
        type: "asset",
        name: "mark.svg",
        originalFileName: "src/theme/mark.svg",
        source: readFileSync(join(root, "src/theme/mark.svg"), "utf8"),
      });
    },
  };
}

/** Beside each script, sheet and drawing its compressed forms, which the web process hands out as they are. */
function compressed(): Plugin {
  return {
    name: "entente-compressed",
    apply: "build",
    writeBundle(options, bundle) {
      for (const file of Object.values(bundle)) {
        if (!/\.(js|css|svg)$/.test(file.fileName)) continue;
        const path = join(options.dir ?? "", file.fileName);
        const content = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(content));
      }
    },
  };
}

/** Mirrors the component kit for right-to-left pages; our own theme uses logical properties and
 * passes through unchanged. */
const mirrorForRtl: AcceptedPlugin = {
  postcssPlugin: "entente-mirror-for-rtl",
  OnceExit(sheet, { result }) {
    const from = result.opts.from;
    if (from?.endsWith("rtl.scss") === true) {
      const mirrored = parse(rtlcss.process(sheet.toString(), {}), { from });
      sheet.removeAll();
      sheet.append(mirrored);
    }
  },
};

export default defineConfig({
  root,
  base: "/static/",
  publicDir: false,
  plugins: [iconSprite(), compressed()],
  css: {
    postcss: { plugins: [mirrorForRtl] },
    preprocessorOptions: { scss: { quietDeps: true } },
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    // Fonts as data: addresses would be refused by the content security policy.
    assetsInlineLimit: 0,
    sourcemap: false,
    modulePreload: { polyfill: false },
    target: ["chrome111", "firefox114", "safari16.4"],
    cssTarget: ["chrome111", "firefox114", "safari16.4"],
    rolldownOptions: {
      // htmx holds an eval that allowEval=false and our policy both switch off.
      checks: { eval: false },
      input: [...pages.map((name) => `src/pages/${name}`), ...sheets].map((name) => join(root, name)),
    },
  },
});

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

import { layers } from "./eslint.layers.js";

export default defineConfig(
  { ignores: ["dist/", "node_modules/"] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: dirname(fileURLToPath(import.meta.url)),
      },
    },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Build nodes; markup from strings is how scripts get in." },
        { property: "outerHTML", message: "Build nodes; markup from strings is how scripts get in." },
        { property: "insertAdjacentHTML", message: "Build nodes instead." },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // A test lays its own page out; the markup is written beside it.
      "no-restricted-properties": "off",
      "no-console": ["error", { allow: ["info"] }],
    },
  },
  layers,
);
